package doctor

import (
	"fmt"
	"go/version"
	"runtime"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/shell"
)

// cpus compares the processors that a go command uses with those that the control group allows. The runtime of
// go-safe is new enough to know the limit (go.dev/doc/go1.25#container-aware-gomaxprocs).
func cpus(m *Machine) Finding {
	if envfix.Getenv(m.Environ, "GOMAXPROCS") != "" {
		return ok("processors", "GOMAXPROCS is set")
	}
	return cpusFinding(envfix.Version(m.Real.GOROOT), runtime.GOMAXPROCS(0), runtime.NumCPU())
}

// cpusFinding is the finding for a Go that may use some of all processors.
func cpusFinding(goVersion string, some, all int) Finding {
	if some >= all {
		return ok("processors", "no limit")
	}
	shown := fmt.Sprintf("limit of %d of %d processors", some, all)
	if !version.IsValid(goVersion) || version.Compare(goVersion, "go1.25") >= 0 {
		return ok(shown, "")
	}
	return Finding{
		Status: Warning, Looked: shown, Found: fmt.Sprintf("%s runs %d compilers at once", goVersion, all),
		Advice: shell.Set("GOMAXPROCS", fmt.Sprint(some)),
	}
}
