package doctor

import (
	"fmt"
	"io/fs"
	"runtime"

	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/shell"
)

const thisMachine = "this machine"

func systemChecks() []Check {
	return []Check{
		{
			ID: "umask", Group: thisMachine,
			Why:     "files that go commands make are open to everybody, or not even to you",
			Heading: "permission-denied-in-what-you-have-just-made", look: umask,
		},
		{
			ID: "open-files", Group: thisMachine,
			Why:     "go commands end with: too many open files, or: package fmt is not in std",
			Heading: "too-many-open-files", look: openFiles,
		},
		{
			ID: "memory", Group: thisMachine,
			Why:     "the kernel kills compilers: compile: signal: killed",
			Now:     "large builds may fail, with go-safe too",
			Heading: "usrlocalgopkgtoollinux_amd64compile-signal-killed", look: memory,
		},
		{
			ID: "cpus", Group: thisMachine,
			Why:     "a Go before 1.25 runs more compilers than the container has processors",
			Now:     "builds are slow and need more memory",
			Heading: "usrlocalgopkgtoollinux_amd64compile-signal-killed", look: cpus,
		},
	}
}

func umask(*Machine) Finding {
	mask, known := readUmask()
	if !known {
		return excused("umask", "cannot be known here without a change to it")
	}
	return umaskFinding(mask)
}

// umaskFinding judges a mask by what it leaves to the owner and to others.
func umaskFinding(mask fs.FileMode) Finding {
	f := Finding{Looked: fmt.Sprintf("umask %04o", mask), Advice: "umask 022"}
	switch {
	case mask&0o700 != 0:
		f.Status, f.Found = Broken, "takes rights away from you"
	case mask&0o002 == 0:
		f.Status, f.Found = Warning, "lets everybody write to what you make"
	default:
		return ok(f.Looked, "")
	}
	return f
}

// openFiles compares the limit of open files with what a go command needs and the pipes of the programs that it runs
// at once. The hard limit counts: the Go runtime raises its own limit to that.
func openFiles(m *Machine) Finding {
	const own, pipes = 32, 8
	limit, known := openFilesLimit()
	if !known {
		return excused("open files", "no limit is known here")
	}
	shown := fmt.Sprintf("limit of %d open files", limit)
	programs := m.parallel()
	needed := own + pipes*programs
	if limit >= uint64(needed) {
		return ok(shown, "")
	}
	found := fmt.Sprintf("a go command that runs %d programs at once needs %d; raise the hard limit: "+
		"nofile in /etc/security/limits.conf, or docker run --ulimit nofile=1024", programs, needed)
	return Finding{Status: Broken, Looked: shown, Found: found}
}

// memory compares the control group's limit with what all compilers that run at once need.
func memory(m *Machine) Finding {
	limit := proc.MemoryLimit()
	if limit < 0 {
		return ok("memory", "no limit")
	}
	return m.memoryFinding(limit, int64(runtime.GOMAXPROCS(0)))
}

// memoryFinding is the finding for a limit in bytes on a machine with so many processors.
func (m *Machine) memoryFinding(limit, cpus int64) Finding {
	shown := fmt.Sprintf("memory limit of %d MiB", limit>>20)
	compilers := m.parallel()
	if limit >= compilers*proc.CompilerMemory {
		return ok(shown, "")
	}
	fits := max(1, limit/proc.CompilerMemory)
	if fits == compilers {
		return ok(shown, "small, and only one compiler runs at a time")
	}
	f := Finding{Status: Warning, Looked: shown, Found: fmt.Sprintf("go commands run %d compilers at once", compilers)}
	fewer := shell.Set("GOMAXPROCS", fmt.Sprint(fits))
	switch {
	case compilers == cpus:
		f.Advice = fewer
	case cpus <= fits:
		f.Advice = m.unset("GOFLAGS")
	default: // without -p there is one for each processor
		f.Advice = join(m.unset("GOFLAGS"), fewer)
	}
	return f
}
