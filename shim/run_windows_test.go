package shim

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// roleVariable makes this test program play a part instead of running tests.
const roleVariable = "SHIM_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case "go-safe":
		status, err := Run(roleCommand("go"))
		fmt.Println(status.Code, err)
	case "go": // has a child that only shares its stdin and stderr, as the program of go run may have
		c := roleCommand("program")
		program := exec.Command(c.Path)
		program.Env, program.Stdin, program.Stdout = c.Environ, os.Stdin, os.Stderr
		if err := program.Start(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("ready")
		time.Sleep(20 * time.Second)
		fmt.Println("ran to its end")
	case "program":
		line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
		fmt.Print("read ", line)
	case "status":
		os.Exit(7)
	}
}

// roleCommand returns the command that plays a part.
func roleCommand(role string) Command {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return Command{Path: exe, Environ: append(os.Environ(), roleVariable+"="+role)}
}

// The go command ends when go-safe is killed, as it would if somebody killed plain go. The programs that it has started
// go on, as they would too.
func TestDiesWithUs(t *testing.T) {
	c := roleCommand("go-safe")
	cmd := exec.Command(c.Path)
	cmd.Env = c.Environ
	stdin, err1 := cmd.StdinPipe()
	stdout, err2 := cmd.StdoutPipe()
	stderr, err3 := cmd.StderrPipe()
	if err := cmd.Start(); err != nil || err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err, err1, err2, err3)
	}
	lines := bufio.NewReader(stdout)
	if line, err := lines.ReadString('\n'); line != "ready\n" {
		t.Fatal(line, err)
	}
	if err := cmd.Process.Kill(); err != nil { // TerminateProcess
		t.Fatal(err)
	}
	killed := time.Now()
	rest, err := io.ReadAll(lines) // the end of the stream is the end of the last process that has it
	if took := time.Since(killed); len(rest) > 0 || err != nil || took > 10*time.Second {
		t.Fatalf("the go command ended after %v: %q, %v", took, rest, err)
	}
	fmt.Fprintln(stdin, "hello")
	answer, err := io.ReadAll(stderr)
	if string(answer) != "read hello\n" {
		t.Errorf("the program of the go command: %q, %v", answer, err)
	}
	cmd.Wait()
}

func TestStatus(t *testing.T) {
	status, err := Run(roleCommand("status"))
	if status.Code != 7 || err != nil {
		t.Error(status, err)
	}
}
