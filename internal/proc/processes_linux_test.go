package proc

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// What is said of this process is what the kernel says.
func TestSelf(t *testing.T) {
	pid := os.Getpid()
	if got := Parent(pid); got != os.Getppid() {
		t.Errorf("parent %d, want %d", got, os.Getppid())
	}
	if got := Ancestors(pid); len(got) == 0 || got[0] != os.Getppid() || slices.Contains(got, pid) {
		t.Errorf("ancestors %v", got)
	}
	if got := Args(pid); !slices.Equal(got, os.Args) {
		t.Errorf("arguments %q, want %q", got, os.Args)
	}
	file := filepath.Base(os.Args[0])
	if got, want := Name(pid), file[:min(len(file), 15)]; got != want {
		t.Errorf("name %q, want %q", got, want)
	}
	groups, err := os.Getgroups()
	if err != nil {
		t.Fatal(err)
	}
	ids, err := IDsOf(pid)
	groups = append([]int{os.Getegid()}, groups...)
	if err != nil || ids.UID != os.Geteuid() || !slices.Equal(ids.Groups, groups) {
		t.Errorf("%+v, %v; want uid %d, groups %v", ids, err, os.Geteuid(), groups)
	}
	if age := time.Since(Started(pid)); age < 0 || age > time.Hour {
		t.Errorf("started %v ago", age)
	}
}

// Nothing is said of a process that is not there.
func TestGone(t *testing.T) {
	const pid = 1 << 30 // more than the kernel gives (PID_MAX_LIMIT)
	if ids, err := IDsOf(pid); err == nil || ids.UID != -1 || ids.Groups != nil {
		t.Errorf("%+v, %v", ids, err)
	}
	if Parent(pid) != 0 || Ancestors(pid) != nil || Name(pid) != "" || Args(pid) != nil || !Started(pid).IsZero() {
		t.Error("it has a parent, a name, arguments or a start")
	}
	if !Ended(pid) || Ended(os.Getpid()) || Ended(1) {
		t.Error("it has not ended, or others have")
	}
	if Builds(pid) || BuildsOrTests(pid) {
		t.Error("something runs below it")
	}
}

// A name may have anything in it, and whoever can choose it could look like the child of another process.
func TestAfterName(t *testing.T) {
	for stat, want := range map[string]string{
		"4711 (go) S 42 4711":             "S 42 4711",
		"4711 (a) S 1 1 (b) c) R 43 4711": "R 43 4711",
		"4711 (\n) S 1) Z 44":             "Z 44",
		"":                                "",
	} {
		if got := strings.Join(afterName([]byte(stat)), " "); got != want {
			t.Errorf("%q: %q, want %q", stat, got, want)
		}
	}
}

func TestParseIDs(t *testing.T) {
	got := parseIDs("Name:\tUid:\t7\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t9 10 \n")
	if got.UID != 2 || !slices.Equal(got.Groups, []int{6, 9, 10}) {
		t.Errorf("%+v", got)
	}
}

// A tool counts for each process that it runs below, and for no other.
func TestBuilds(t *testing.T) {
	for _, c := range []struct {
		args                 string
		builds, buildsOrTest bool
	}{
		{"compile -V=full", false, false},
		{"compile -o /tmp/go-build1/b001/_pkg_.a", true, true},
		{"prog /tmp/go-build1/b001/m.test -test.v", false, true},
	} {
		cmd := exec.Command("sh", "-c", `sh -c "echo up; read line" $ARGS; :`)
		cmd.Env = append(os.Environ(), "ARGS="+c.args)
		stdin, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stdout.Read(make([]byte, 1))
		for _, pid := range []int{os.Getpid(), cmd.Process.Pid} {
			if a, b := Builds(pid), BuildsOrTests(pid); a != c.builds || b != c.buildsOrTest {
				t.Errorf("below %d runs %s: builds %t, builds or tests %t", pid, c.args, a, b)
			}
		}
		tool := children(cmd.Process.Pid)
		if len(tool) != 1 || Builds(tool[0]) {
			t.Fatalf("children %v", tool)
		}
		above := Ancestors(tool[0])
		if len(above) < 2 || above[0] != cmd.Process.Pid || above[1] != os.Getpid() {
			t.Errorf("ancestors %v, want %d, %d and others", above, cmd.Process.Pid, os.Getpid())
		}
		stdin.Close()
		cmd.Wait()
		if Builds(os.Getpid()) || BuildsOrTests(os.Getpid()) {
			t.Errorf("%s has ended and still counts", c.args)
		}
	}
}
