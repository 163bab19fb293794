package proc

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// Where /proc is that of another pid namespace, a number in it is another process's. Its programs are not ours.
func TestProgramsElsewhere(t *testing.T) {
	if pid, err := strconv.Atoi(os.Getenv("PROC_ELSEWHERE")); err == nil { // in the other namespace
		fmt.Println(Programs(pid))
		os.Exit(0)
	}
	root := t.TempDir()
	goFile := filepath.Join(root, "bin", "go") // a shell that looks like a go command
	for _, dir := range []string{filepath.Dir(goFile), filepath.Join(root, "pkg", "tool")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// Not by this process: a child that is being started could have the file open for writing (golang.org/issue/22315).
	if out, err := exec.Command("cp", "/bin/sh", goFile).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := exec.Command(goFile, "-c", `sh -c 'echo $$; exec sleep 1000'; :`)
	cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	t.Cleanup(func() { unix.Kill(-pid, unix.SIGKILL); cmd.Wait() })
	var program int
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	fmt.Sscan(line, &program)
	if got := Programs(pid); !slices.Equal(got, []int{program}) {
		t.Fatalf("%v, want the program %d of the go command %d", got, program, pid)
	}

	look := exec.Command("unshare", "--pid", "--fork", os.Args[0], "-test.run=^TestProgramsElsewhere$")
	look.Env = append(os.Environ(), "PROC_ELSEWHERE="+strconv.Itoa(pid), "GOCOVERDIR="+t.TempDir())
	out, err := look.CombinedOutput()
	if err != nil {
		t.Skipf("no pid namespace: %v: %s", err, out)
	}
	if got, want := string(out), fmt.Sprintln([]int{pid}); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
