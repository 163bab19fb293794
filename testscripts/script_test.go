//go:build unix

// Package testscripts tests go-safe as its users meet it: as a program called go.
// README.md is the manual for the scripts.
package testscripts

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

var (
	update     = flag.Bool("u", false, "rewrite the files in scripts whose cmp fails")
	long       = flag.Bool("long", false, "run only the scripts that take long, and the commands of the documents")
	toolchains = flag.Bool("toolchains", false, "run the smoke script with every Go release since 1.21, downloaded")
)

func TestScript(t *testing.T) {
	deliverSignals()
	s := newSuite(t)
	scripts, err := filepath.Glob("*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	scripts = append(scripts, adviceScripts(t)...)
	if *long {
		scripts = slices.DeleteFunc(scripts, func(script string) bool {
			text, err := os.ReadFile(script)
			return err == nil && !strings.Contains("\n"+string(text), "\n[!long]")
		})
	}
	testscript.Run(t, testscript.Params{
		Files:               scripts,
		WorkdirRoot:         filepath.Join(s.root, "work"),
		Setup:               s.setup,
		Condition:           s.condition,
		Cmds:                s.commands(),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// deliverSignals makes the programs below get their signals also if nohup, or & in a shell, started this test: then
// they would ignore signals that scripts send. This program still ignores them, because nobody reads the channel.
func deliverSignals() {
	for _, sig := range []os.Signal{syscall.SIGHUP, os.Interrupt, syscall.SIGQUIT} {
		if signal.Ignored(sig) {
			signal.Notify(make(chan os.Signal, 1), sig)
		}
	}
}

// A suite is what all scripts share. It makes what only some scripts need when the first of them asks.
type suite struct {
	root       string // holds shim, real, src and work; others may go through it
	goroot     string // the true go's
	goCache    string // the caller's
	systemPath string
	umask      int
	deadline   time.Time

	trueGo    func() bool
	proxy     func() bool
	otherUser func() bool
	probe     func() error
	warmCache func() (dir string, err error)

	ran, skipped atomic.Int32
}

func newSuite(t *testing.T) *suite {
	s := &suite{
		root:     newRoot(t),
		goroot:   goEnv(t, "GOROOT"),
		goCache:  goEnv(t, "GOCACHE"),
		umask:    readUmask(),
		deadline: scriptDeadline(t),
	}
	s.systemPath = pathWithoutGo(os.Getenv("PATH"))
	s.trueGo = sync.OnceValue(s.probeTrueGo)
	s.proxy = sync.OnceValue(s.probeProxy)
	s.otherUser = sync.OnceValue(s.probeOtherUser)
	s.probe = sync.OnceValue(s.buildProbe)
	s.warmCache = sync.OnceValues(s.buildWarmCache)
	s.buildPrograms(t)
	s.publishModules(t)
	publishVersions(t, filepath.Join(s.root, "versions"))
	t.Cleanup(func() {
		t.Logf("%d scripts ran, %d were skipped", s.ran.Load(), s.skipped.Load())
	})
	return s
}

// tbKey is the key of the testing.TB among the values of a script.
type tbKey struct{}

// setup gives a script its variables and directories. Of the caller's environment it passes on only the system's part
// of PATH and the variables for the network.
func (s *suite) setup(env *testscript.Env) error {
	home, tmp := filepath.Join(env.WorkDir, "home"), filepath.Join(env.WorkDir, "tmp")
	for dir, mode := range map[string]fs.FileMode{
		env.WorkDir: 0o755,
		home:        0o755,
		tmp:         0o777 | fs.ModeSticky,
	} {
		if err := makeDir(dir, mode); err != nil {
			return err
		}
	}
	env.Vars = slices.DeleteFunc(env.Vars, isGoVariable)
	env.Vars = append(env.Vars, networkVariables()...)
	shim, real := filepath.Join(s.root, "shim"), filepath.Join(s.root, "real")
	env.Vars = append(env.Vars,
		"HOME="+home,
		"PROFILE="+home, "CONFIG="+filepath.Join(home, ".config"), "CACHE="+filepath.Join(home, ".cache"),
		"TMPDIR="+tmp,
		"TERM=dumb",
		"SHIM="+shim,
		"REAL="+real,
		"GOREAL="+filepath.Join(s.goroot, "bin"),
		"SRC="+filepath.Join(s.root, "src"),
		"MODPROXY=file://"+filepath.Join(s.root, "proxy"),
		"OTHERPROXY=file://"+filepath.Join(s.root, "otherproxy"),
		"PROBECACHE="+filepath.Join(s.root, "probe"),
		"VERSIONS=file://"+filepath.Join(s.root, "versions"),
		"SYSTEM="+s.systemPath,
		"PATH="+strings.Join([]string{shim, real, s.systemPath}, string(filepath.ListSeparator)),
		noUpload,
	)

	tb := env.T().(testing.TB)
	env.Values[tbKey{}] = tb
	tb.Cleanup(func() {
		if tb.Skipped() {
			s.skipped.Add(1)
		} else {
			s.ran.Add(1)
		}
		if !keepWork() {
			removeTree(env.WorkDir)
		}
	})
	return nil
}

// condition decides the conditions that README.md lists.
func (s *suite) condition(cond string) (bool, error) {
	if mask, ok := strings.CutPrefix(cond, "umask:"); ok {
		n, err := strconv.ParseInt(mask, 8, 0)
		return int(n) == s.umask, err
	}
	switch cond {
	case "root":
		return os.Geteuid() == 0, nil
	case "long":
		return *long, nil
	case "toolchains":
		return *toolchains, nil
	case "truego":
		return s.trueGo(), nil
	case "proxy":
		return s.proxy(), nil
	case "otheruser":
		return s.otherUser(), nil
	case "probe":
		if !s.trueGo() {
			return false, nil
		}
		return true, s.probe()
	case "container":
		pids, err := os.Readlink("/proc/self/ns/pid")
		return err == nil && pids != "pid:[4026531836]", nil
	case "fusepy":
		check := exec.Command("/usr/bin/python3", "-c", "try: import fusepy\nexcept ImportError: import fuse")
		_, err := os.Stat("/dev/fuse")
		return err == nil && check.Run() == nil, nil
	case "memcg":
		return canLimitMemory(), nil
	}
	return false, fmt.Errorf("unknown condition")
}

func (s *suite) probeTrueGo() bool {
	return !testing.Short() && s.trueGoCommand(context.Background(), "version").Run() == nil
}

func (s *suite) probeProxy() bool {
	if !s.trueGo() {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := s.trueGoCommand(ctx, "list", "-m", "rsc.io/quote@v1.5.2")
	cmd.Env = append(cmd.Env, "GOPATH="+filepath.Join(s.root, "gopath"), "GOFLAGS=-modcacherw")
	return cmd.Run() == nil
}

// probeOtherUser tries whether a user without any rights can start what the scripts start.
func (s *suite) probeOtherUser() bool {
	if os.Geteuid() != 0 {
		return false
	}
	const script = `test -x "$0" && exec "$1" version`
	cmd := exec.Command("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", "-c", script,
		filepath.Join(s.root, "shim", "go"), filepath.Join(s.goroot, "bin", "go"))
	cmd.Dir = s.root
	return cmd.Run() == nil
}

// canLimitMemory tries to make a control group, where those of version 1 are mounted.
func canLimitMemory() bool {
	dir, err := os.MkdirTemp("/sys/fs/cgroup/memory", "scripts-")
	return err == nil && os.Remove(dir) == nil
}

// trueGoCommand returns a command of the true go without settings, as scripts have none.
func (s *suite) trueGoCommand(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.goroot, "bin", "go"), args...)
	cmd.Dir = s.root
	cmd.Env = append(slices.DeleteFunc(os.Environ(), isGoVariable), "GOENV=off")
	return cmd
}

func isGoVariable(kv string) bool {
	return strings.HasPrefix(kv, "GO")
}

func networkVariables() []string {
	var vars []string
	for _, name := range []string{
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
		"SSL_CERT_FILE", "SSL_CERT_DIR",
	} {
		if value := os.Getenv(name); value != "" {
			vars = append(vars, name+"="+value)
		}
	}
	return vars
}

func pathWithoutGo(path string) string {
	dirs := slices.DeleteFunc(filepath.SplitList(path), func(dir string) bool {
		_, err := os.Stat(filepath.Join(dir, "go"))
		return err == nil || !filepath.IsAbs(dir)
	})
	return strings.Join(dirs, string(filepath.ListSeparator))
}

func readUmask() int {
	mask := unix.Umask(0o777) // not 0: another goroutine may make a file at this moment
	unix.Umask(mask)
	return mask
}
