package safecmd

import (
	"bytes"
	"os"
	"regexp"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/job"
	"github.com/go-safe/go-safe/shim"
)

// The manual, go safe help and go safe env -v have all of them.
func TestSettingsAreShown(t *testing.T) {
	manual, err := os.ReadFile("../../cmd/go-safe/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var help, vars bytes.Buffer
	printUsage(&help)
	printEnv(&vars, env(job.DryRun(config.Config{}, shim.Go{}, nil, "run"), nil))
	for _, s := range config.Settings {
		line := regexp.MustCompile(`\n\t` + regexp.QuoteMeta(s.Name+"="+s.Value) + ` +` + regexp.QuoteMeta(s.About))
		for name, text := range map[string][]byte{"doc.go": manual, "go safe help": help.Bytes()} {
			if !line.Match(text) {
				t.Errorf("%s does not say: %s=%s  %s", name, s.Name, s.Value, s.About)
			}
		}
		if !bytes.Contains(vars.Bytes(), []byte("\n"+s.Name+" ")) {
			t.Errorf("go safe env does not show %s", s.Name)
		}
	}
}
