package testscripts

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// What the runners of all systems have in common.

// noUpload keeps the go command from starting the process that prepares telemetry for upload
// (golang.org/x/telemetry.Start). That process outlives the go command. It writes to a home that a script removes or
// looks at by then.
const noUpload = "GO_TELEMETRY_CHILD=2"

// scriptDeadline is a little before the deadline of the test, so that a script that waits in vain still reports.
func scriptDeadline(t *testing.T) time.Time {
	deadline, ok := t.Deadline()
	if !ok {
		return time.Now().Add(time.Hour)
	}
	return deadline.Add(-time.Until(deadline) / 10)
}

func goEnv(t testing.TB, name string) string {
	return strings.TrimSpace(mustRun(t, exec.Command("go", "env", name)))
}

func mustRun(t testing.TB, cmd *exec.Cmd) string {
	t.Helper()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, stderr.String())
	}
	return string(out)
}

// waitfile FILE [REGEXP] waits until the file is there and not empty, or matches.
func (s *suite) waitfile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: waitfile file [regexp]")
	}
	pattern := `(?s).`
	if len(args) == 2 {
		pattern = args[1]
	}
	re, err := regexp.Compile(`(?m)` + pattern)
	ts.Check(err)
	var data []byte
	ok := s.waitUntil(func() bool {
		data, err = os.ReadFile(ts.MkAbs(args[0]))
		return err == nil && re.Match(data)
	})
	if !ok {
		ts.Fatalf("waited in vain for %s: %v\n%s", args[0], err, data)
	}
}

// waitUntil polls, because it cannot know what the script waits for.
func (s *suite) waitUntil(done func() bool) bool {
	began := time.Now()
	for !done() {
		if time.Now().After(s.deadline) || time.Since(began) > 2*time.Minute {
			return false
		}
		time.Sleep(5 * time.Millisecond)
	}
	return true
}

// shareTree lets all users read a directory and run the programs in it, whatever the umask was.
func shareTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm()
		return os.Chmod(path, mode|mode&0o500>>3|mode&0o500>>6)
	})
}

// makeDir makes dir, unless it exists, and sets its mode without regard to the umask.
func makeDir(dir string, mode fs.FileMode) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.Chmod(dir, mode)
}
