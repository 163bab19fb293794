package proc

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"testing"
)

// Command lines as the go command writes them on Windows.
func TestIsToolHere(t *testing.T) {
	const work, tools = `C:\Users\a\AppData\Local\Temp\go-build123\b001\`, `C:\Program Files\Go\pkg\tool\windows_amd64\`
	for _, c := range []struct {
		args        []string
		tool, built bool
	}{
		{args: []string{tools + "compile.exe", "-V=full"}},
		{args: []string{`C:\a.exe`, `C:\Users\a\AppData\Local\go-build\00\0f-d`}},
		{args: []string{tools + "compile.exe", "-o", work + "_pkg_.a", "-p", "m"}, tool: true},
		{args: []string{tools + "compile.exe", `@C:\Users\a\AppData\Local\Temp\args123456`}, tool: true},
		{args: []string{tools + "link.exe", "-o", work + `exe\a.out.exe`}, tool: true},
		{args: []string{work + "m.test.exe", "-test.paniconexit0"}, built: true},
		{args: []string{`D:\wine`, work + `exe\m.exe`, "-x"}, built: true},
	} {
		if tool, built := isTool(c.args), isBuilt(c.args); tool != c.tool || built != c.built {
			t.Errorf("%q: tool %t, built %t", c.args, tool, built)
		}
	}
}

// The arguments of another process are those that it was started with, and a tool counts for each process that it runs
// below.
func TestBuildsHere(t *testing.T) {
	for _, c := range []struct {
		args                 []string
		builds, buildsOrTest bool
	}{
		{[]string{"compile", "-V=full", "", `a "b" c\`}, false, false},
		{[]string{`C:\a b\compile.exe`, "-o", `C:\tmp\go-build1\b001\_pkg_.a`}, true, true},
		{[]string{"prog", `C:\tmp\go-build1\b001\m.test.exe`, "-test.v"}, false, true},
	} {
		child := exec.Command(os.Args[0])
		child.Args = c.args
		child.Env = append(os.Environ(), roleVariable+"=child")
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		pid := child.Process.Pid
		if got := Args(pid); !slices.Equal(got, c.args) {
			t.Errorf("%q, want %q", got, c.args)
		}
		if a, b := Builds(os.Getpid()), BuildsOrTests(os.Getpid()); a != c.builds || b != c.buildsOrTest {
			t.Errorf("%q: builds %t, builds or tests %t", c.args, a, b)
		}
		if Builds(pid) || Parent(pid) != os.Getpid() {
			t.Errorf("%q: builds below itself: %t, parent %d", c.args, Builds(pid), Parent(pid))
		}
		child.Process.Kill()
		child.Wait()
		if Builds(os.Getpid()) || BuildsOrTests(os.Getpid()) {
			t.Errorf("%q has ended and still counts", c.args)
		}
	}
}

// The SIDs of a process begin with that of its user. One that has ended has none.
func TestIDsHere(t *testing.T) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), roleVariable+"=child")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ours, err := IDsOf(os.Getpid())
	theirs, childErr := IDsOf(child.Process.Pid)
	if err != nil || childErr != nil || len(ours.SIDs) < 2 || !slices.Equal(ours.SIDs, theirs.SIDs) {
		t.Errorf("%+v, %v; of the child %+v, %v", ours, err, theirs, childErr)
	}
	child.Process.Kill()
	child.Wait()
	child.Process.Release()
	if ids, err := IDsOf(4711); !errors.Is(err, fs.ErrNotExist) || ids.SIDs != nil {
		t.Errorf("%+v, %v", ids, err)
	}
}
