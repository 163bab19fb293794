// Package testscripts tests go-safe as its users meet it: as a program called go.
// README.md is the manual for the scripts.
package testscripts

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// portable are the scripts of all systems that pass on Windows too. The others use a shell, modes, links, signals,
// other users or mounts.
var portable = []string{"exit_status", "find_settings", "safe_help"}

// TestScript runs these and the scripts in the folder windows.
func TestScript(t *testing.T) {
	s := newSuite(t)
	var files []string
	for _, name := range portable {
		files = append(files, name+".txtar")
	}
	own, err := filepath.Glob(filepath.Join("windows", "*.txtar"))
	if err != nil || len(own) == 0 {
		t.Fatal("no scripts: ", err)
	}
	testscript.Run(t, testscript.Params{
		Files:       append(files, own...),
		WorkdirRoot: s.work,
		Setup:       s.setup,
		Condition:   condition,
		Cmds: map[string]command{"exits": exits, "waitfile": waitfile, "same": same,
			"userpath": userpath, "terminate": terminate},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

type command = func(ts *testscript.TestScript, neg bool, args []string)

// A suite is what all scripts share.
type suite struct {
	work, shim, real string // folders: of the scripts, of go-safe as go.exe and go-safe.exe, of the fake go.exe
	goroot, goCache  string // of the true go
}

func newSuite(t *testing.T) *suite {
	root := t.TempDir()
	s := &suite{
		work: filepath.Join(root, "work"), shim: filepath.Join(root, "shim"), real: filepath.Join(root, "real"),
		goroot: goEnv(t, "GOROOT"), goCache: goEnv(t, "GOCACHE"),
	}
	for _, dir := range []string{s.work, s.shim, s.real} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// With -trimpath the results are the same whoever built them first.
	mustRun(t, "go", "build", "-trimpath", "-o", filepath.Join(s.shim, "go.exe"), "../cmd/go-safe")
	mustRun(t, "go", "build", "-trimpath", "-o", filepath.Join(s.real, "go.exe"), "./fakego")
	if err := os.Link(filepath.Join(s.shim, "go.exe"), filepath.Join(s.shim, "go-safe.exe")); err != nil {
		t.Fatal(err)
	}
	return s
}

// setup gives a script its variables and folders: those of a user whose profile is in the script's folder.
func (s *suite) setup(env *testscript.Env) error {
	profile := filepath.Join(env.WorkDir, "home")
	local := filepath.Join(profile, "AppData", "Local")
	tmp := filepath.Join(local, "Temp")
	for _, dir := range []string{tmp, filepath.Join(profile, "AppData", "Roaming")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	for _, kv := range os.Environ() {
		// What Windows and Wine need to start programs.
		name, _, _ := strings.Cut(kv, "=")
		switch name = strings.ToUpper(name); {
		case strings.HasPrefix(name, "WINE"), strings.HasPrefix(name, "PROGRAM"), strings.HasPrefix(name, "PROCESSOR"),
			name == "SYSTEMDRIVE", name == "SYSTEMROOT", name == "WINDIR", name == "COMSPEC", name == "PATHEXT",
			name == "USERNAME", name == "USERDOMAIN":
			env.Vars = append(env.Vars, kv)
		}
	}
	system := filepath.Join(os.Getenv("SystemRoot"), "system32") + ";" + os.Getenv("SystemRoot")
	env.Vars = append(env.Vars,
		"USERPROFILE="+profile, "HOME=", "LOCALAPPDATA="+local, "APPDATA="+filepath.Join(profile, "AppData", "Roaming"),
		"TEMP="+tmp, "TMP="+tmp,
		"SHIM="+s.shim, "REAL="+s.real, "GOREAL="+filepath.Join(s.goroot, "bin"), "SYSTEM="+system,
		"WARM="+s.goCache,
		"PATH="+s.shim+";"+s.real+";"+system,
		"GOTOOLCHAIN=local", "GO_TELEMETRY_CHILD=2",
	)
	return nil
}

// condition decides the conditions of the scripts that run here.
func condition(cond string) (bool, error) {
	switch cond {
	case "root", "long", "proxy", "otheruser", "container":
		return false, nil
	case "truego":
		return !testing.Short(), nil
	case "wine":
		return windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil, nil
	}
	return false, errors.New("unknown condition")
}

// exits STATUS prog [args...] runs a program as exec does, and compares its exit status with STATUS.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits status prog [args...]")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("%s ended with %d, want %s", args[1], got, args[0])
	}
}

// waitfile FILE waits until the file is there and not empty.
func waitfile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitfile file")
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		if data, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && len(data) > 0 {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("waited in vain for %s", args[0])
		}
	}
}

// terminate FILE ends the process whose id is the nth number in the file, as the task manager does.
func terminate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: terminate file n")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	pid, err := strconv.Atoi(strings.Fields(ts.ReadFile(args[0]))[n])
	ts.Check(err)
	process, err := os.FindProcess(pid)
	ts.Check(err)
	ts.Check(process.Kill())
}

// same DIR FILE gives each line of the file as it is, without quoting, to DIR\go.exe and to go-safe. Both must print
// the same and end with the same status, except for times.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: same dir file")
	}
	n := 0
	for line := range strings.Lines(ts.ReadFile(args[1])) {
		line = strings.TrimRight(line, "\r\n")
		plain := runLine(ts, args[0], line)
		if got := runLine(ts, ts.Getenv("SHIM"), line); got != plain {
			ts.Fatalf("go %s\nplain go: %s\ngo-safe:  %s", line, plain, got)
		}
		n++
	}
	ts.Logf("%d command lines, the same", n)
}

func runLine(ts *testscript.TestScript, dir, line string) string {
	exe := filepath.Join(dir, "go.exe")
	cmd := exec.Command(exe)
	cmd.SysProcAttr = &windows.SysProcAttr{CmdLine: strings.TrimRight("go "+line, " ")}
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{
		"PATH", "SystemRoot", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "TEMP", "TMP", "GOCACHE", "GOTOOLCHAIN", "GOFLAGS",
		"GO_TELEMETRY_CHILD", "PATHEXT", "ComSpec",
	} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	cmd.Stdin = strings.NewReader("input\n")
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("%v", err)
	}
	text := fmt.Sprintf("status %d\n%s\n%s", cmd.ProcessState.ExitCode(), &stdout, &stderr)
	text = regexp.MustCompile(`\d+\.\d+s\b`).ReplaceAllString(text, "TIME")
	return regexp.MustCompile(`go-build\d+`).ReplaceAllString(text, "go-build")
}

// userpath set TYPE VALUE sets the PATH of this user in the registry; TYPE is sz or expand.
// userpath is TYPE REGEXP looks at it.
func userpath(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: userpath set|is sz|expand text")
	}
	key, _, err := registry.CreateKey(registry.CURRENT_USER, "Environment", registry.QUERY_VALUE|registry.SET_VALUE)
	ts.Check(err)
	defer key.Close()
	kind, set := uint32(registry.SZ), key.SetStringValue
	if args[1] == "expand" {
		kind, set = registry.EXPAND_SZ, key.SetExpandStringValue
	}
	if args[0] == "set" {
		ts.Check(set("Path", args[2]))
		return
	}
	value, is, err := key.GetStringValue("Path")
	ts.Check(err)
	if match, err := regexp.MatchString("^(?:"+args[2]+")$", value); is != kind || err != nil || !match {
		ts.Fatalf("PATH of the user has type %d and is %q, want type %d and %s; %v", is, value, kind, args[2], err)
	}
}

func goEnv(t testing.TB, name string) string { return strings.TrimSpace(mustRun(t, "go", "env", name)) }

func mustRun(t testing.TB, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(fmt.Errorf("%v: %w\n%s", cmd, err, stderr.String()))
	}
	return string(out)
}
