package safecmd

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
)

func TestParseVerify(t *testing.T) {
	for _, tt := range []struct {
		args []string
		ok   bool
	}{
		{nil, true},
		{[]string{"--heal", "example.com/a@v1.0.0", "-json"}, true},
		{[]string{"example.com/a"}, false},
		{[]string{"--fix"}, false},
		{[]string{"./..."}, false},
	} {
		v, _ := lookUpVerb("verify")
		var cmd verifyCommand
		flags, modules, err := v.parse(tt.args)
		if err == nil {
			cmd, err = parseVerify(flags, modules)
		}
		if (err == nil) != tt.ok {
			t.Errorf("%q: %+v, %v", tt.args, cmd, err)
		}
	}
}

// A module cache that is missing and cannot be made has no lock. That is no error: there is nothing to heal.
func TestHealNowhere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	v := &verifier{
		verifyCommand: verifyCommand{heal: true},
		cfg:           config.Config{LockTimeout: -1},
		dir:           filepath.Join(file, "mod"),
	}
	release, err := v.lock()
	if err != nil {
		t.Fatal(err)
	}
	release()
}
