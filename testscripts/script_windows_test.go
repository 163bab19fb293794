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
var portable = []string{
	"clean_testcache", "doctor_env_override", "doctor_go111module", "doctor_goflags", "doctor_goproxy",
	"doctor_goproxy_separators", "doctor_goroot", "doctor_gosumdb", "doctor_net_none", "doctor_patterns", "doctor_usage",
	"env_emptied", "env_explicit", "env_file", "env_gopath_list", "env_gotmpdir_missing", "exit_status", "find_settings",
	"safe_env_names", "safe_help", "safe_version", "verify_info", "verify_interrupted", "verify_mod_empty",
	"verify_offline", "verify_usage", "verify_workspace", "verify_zip", "verify_zip_empty", "verify_ziphash",
}

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
		Cmds: map[string]command{"exits": exits, "waitfile": s.waitfile, "modproxy": modproxy, "same": same,
			"treat": treat, "userpath": userpath, "terminate": terminate},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

type command = func(ts *testscript.TestScript, neg bool, args []string)

// A suite is what all scripts share.
type suite struct {
	root             string // of the others
	work, shim, real string // folders: of the scripts, of go-safe as go.exe and go-safe.exe, of the fake go.exe
	goroot, goCache  string // of the true go
	deadline         time.Time
}

func newSuite(t *testing.T) *suite {
	root := t.TempDir()
	s := &suite{
		root: root, deadline: scriptDeadline(t),
		work: filepath.Join(root, "work"), shim: filepath.Join(root, "shim"), real: filepath.Join(root, "real"),
		goroot: goEnv(t, "GOROOT"), goCache: goEnv(t, "GOCACHE"),
	}
	for _, dir := range []string{s.work, s.shim, s.real} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// With -trimpath the results are the same whoever built them first.
	mustRun(t, exec.Command("go", "build", "-trimpath", "-o", filepath.Join(s.shim, "go.exe"), "../cmd/go-safe"))
	mustRun(t, exec.Command("go", "build", "-trimpath", "-o", filepath.Join(s.real, "go.exe"), "./fakego"))
	if err := os.Link(filepath.Join(s.shim, "go.exe"), filepath.Join(s.shim, "go-safe.exe")); err != nil {
		t.Fatal(err)
	}
	s.publishModules(t)
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
		"PROFILE="+profile, "CONFIG="+filepath.Join(profile, "AppData", "Roaming"), "CACHE="+local,
		"USERPROFILE="+profile, "HOME=", "LOCALAPPDATA="+local, "APPDATA="+filepath.Join(profile, "AppData", "Roaming"),
		"TEMP="+tmp, "TMP="+tmp,
		"SHIM="+s.shim, "REAL="+s.real, "GOREAL="+filepath.Join(s.goroot, "bin"), "SYSTEM="+system,
		"WARM="+s.goCache, "MODPROXY=file:///"+filepath.ToSlash(filepath.Join(s.root, "proxy")),
		"OTHERPROXY=file:///"+filepath.ToSlash(filepath.Join(s.root, "otherproxy")),
		"PATH="+s.shim+";"+s.real+";"+system,
		"GOTOOLCHAIN=local", noUpload,
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

// treat ID STATUS does what treat.sh does on Unix, with cmd.exe: it runs the doctor's check ID, which must find
// something and exit with STATUS, and then the line that the doctor prints. The check must then pass.
func treat(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: treat id status")
	}
	id := args[0]
	ts.Setenv("PROMPT", "$P$G") // which says that the shell is cmd.exe
	exits(ts, false, []string{args[1], "go", "safe", "doctor", "--only", id})
	said := ts.ReadFile("stdout")
	fix := regexp.MustCompile(`(?m)^ *fix: (.*?)\r?$`).FindStringSubmatch(said)
	if fix == nil {
		ts.Fatalf("%s says nothing to run", id)
	}
	first, batch, after := ts.MkAbs("treat.txt"), ts.MkAbs("treat.bat"), ts.MkAbs("treated.txt")
	ts.Check(os.WriteFile(first, []byte(said), 0o666))
	// In a batch file % is written twice.
	lines := []string{"@type " + first, "@" + strings.ReplaceAll(fix[1], "%", "%%"),
		"@go safe doctor --only " + id + " >" + after}
	ts.Check(os.WriteFile(batch, []byte(strings.Join(lines, "\r\n")+"\r\n"), 0o666))
	err := ts.Exec("cmd", "/c", batch)
	if text := ts.ReadFile(after); err != nil || !strings.Contains(text, "\n1 check passed") &&
		!strings.HasPrefix(text, "1 check passed") {
		ts.Fatalf("%s does not pass after: %s\n%v\n%s", id, fix[1], err, text)
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
