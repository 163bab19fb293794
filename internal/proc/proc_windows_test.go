package proc

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// roleVariable makes this test program play a part instead of running tests.
const roleVariable = "PROC_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case "parent":
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), roleVariable+"=child")
		if err := child.Start(); err != nil {
			fmt.Println(err)
		}
		fmt.Println(child.Process.Pid)
		child.Wait()
	case "child":
		time.Sleep(time.Minute)
	}
}

// When Run has stopped a program, the children of that have ended, too.
func TestRunStopsChildren(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	err = Run(Command{
		Path: exe, Environ: append(os.Environ(), roleVariable+"=parent"), Stdout: &stdout,
		Deadline: time.Now().Add(3 * time.Second),
	})
	if !errors.Is(err, ErrDeadline) {
		t.Fatal(err, stdout.String())
	}
	var pid uint32
	if _, err := fmt.Sscan(stdout.String(), &pid); err != nil {
		t.Fatal(err, stdout.String())
	}
	child, err := windows.OpenProcess(windows.SYNCHRONIZE, false, pid)
	if err != nil {
		return // it is gone
	}
	defer windows.CloseHandle(child)
	const patience = 10 * 1000
	if event, err := windows.WaitForSingleObject(child, patience); event != windows.WAIT_OBJECT_0 {
		t.Errorf("the child runs: %v %v", event, err)
	}
}
