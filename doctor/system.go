package doctor

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/hint"
	"github.com/go-safe/go-safe/shim"
)

const thisMachine = "this machine"

func systemChecks() []Check {
	return []Check{
		{"umask", thisMachine, "files that go commands make are open to everybody, or not even to you", umask},
		{"open-files", thisMachine, "go commands end with: too many open files, or: package fmt is not in std", openFiles},
		{"memory", thisMachine, "the kernel kills compilers: compile: signal: killed", memory},
	}
}

// umask judges the mask by what it leaves to the owner and to others.
func umask(*Machine) Finding {
	mask, known := umaskOf()
	shown := fmt.Sprintf("umask %04o", mask)
	switch {
	case !known:
		return ok("umask", "not known here without a change to it")
	case mask&0o700 != 0:
		return Finding{Status: Broken, Looked: shown, Found: "takes rights away from you", Type: "umask 022"}
	case mask&0o002 == 0:
		return Finding{Status: Warning, Looked: shown, Found: "lets everybody write to what you make", Type: "umask 022"}
	}
	return ok(shown, "")
}

// each is what a compiler of a larger package needs; the linker of a larger program needs as much or more.
const each = 512 << 20

// memory compares the control group's limit with what as many compilers at once as there are processors need.
func memory(m *Machine) Finding {
	limit := hint.MemoryLimit()
	if limit < 0 {
		return ok("memory", "no limit")
	}
	shown := fmt.Sprintf("memory limit of %d MiB", limit>>20)
	procs := m.processes()
	if limit >= procs*each {
		return ok(shown, "")
	}
	fits := max(1, limit/each)
	if fits == procs {
		return Finding{Status: OK, Looked: shown, Found: "small, and only one compiler runs at a time"}
	}
	f := Finding{Status: Warning, Looked: shown, Found: fmt.Sprintf("go commands run %d compilers at once", procs)}
	fewer := fmt.Sprintf("export GOMAXPROCS=%d", fits)
	switch cpus := int64(runtime.GOMAXPROCS(0)); {
	case procs == cpus:
		f.Type = fewer
	case cpus <= fits:
		f.Type = m.undo("GOFLAGS")
	default: // without -p there are as many as processors
		f.Type = join(m.undo("GOFLAGS"), fewer)
	}
	return f
}

// processes is how many programs a go build runs at once: -p, else GOMAXPROCS.
func (m *Machine) processes() int64 {
	for _, flag := range shim.SplitFlags(m.Settings.Get("GOFLAGS").Value) {
		if text, ok := strings.CutPrefix(strings.TrimLeft(flag, "-"), "p="); ok {
			if n, err := strconv.ParseInt(text, 10, 32); err == nil && n > 0 {
				return n
			}
		}
	}
	return int64(runtime.GOMAXPROCS(0))
}
