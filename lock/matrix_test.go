//go:build unix

package lock

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMatrix tries each mode against each mode, for each kind of holder, in each state, by each kind of path.
func TestMatrix(t *testing.T) {
	for _, who := range []string{"same process", "two processes", "two users", "root and user", "user and root"} {
		for _, held := range []Mode{Shared, Exclusive} {
			for _, wanted := range []Mode{Shared, Exclusive} {
				for _, state := range []string{"free", "held", "killed", "stopped"} {
					for _, path := range []string{"link", "bind"} {
						c := matrixCase{who, held, wanted, state, path}
						t.Run(fmt.Sprintf("%s/%s, then %s/%s/%s", who, held, wanted, state, path), c.test)
					}
				}
			}
		}
	}
}

type matrixCase struct {
	who          string
	held, wanted Mode
	state, path  string
}

func (c matrixCase) test(t *testing.T) {
	t.Parallel()
	dir := sharedDir(t)
	name := otherName(t, dir, c.path)
	if c.who == "same process" {
		c.inProcess(t, dir, name)
		return
	}
	holder, taker := c.users(t)
	h := startHolder(t, as(holder, command("hold", dir, c.held.String())))
	switch c.state {
	case "free":
		h.let()
	case "killed":
		h.Process.Kill()
		h.Wait()
	case "stopped":
		h.Process.Signal(syscall.SIGSTOP)
	}
	take := func(limit time.Duration) bool {
		out, err := as(taker, command("take", name, c.wanted.String(), limit.String())).Output()
		if err == nil && string(out) == "taken\n" {
			return true
		}
		if !strings.HasPrefix(string(out), "cannot take ") {
			t.Fatalf("take: %s, %v", out, err)
		}
		return false
	}
	if c.blocks() {
		if take(blocksFor) {
			t.Fatal("did not block")
		}
		h.Process.Signal(syscall.SIGCONT)
		h.let()
	}
	if !take(time.Hour) {
		t.Fatal("blocks")
	}
}

func (c matrixCase) blocks() bool {
	return (c.state == "held" || c.state == "stopped") && (c.held == Exclusive || c.wanted == Exclusive)
}

// inProcess tests two callers in one process.
func (c matrixCase) inProcess(t *testing.T, dir, name string) {
	if c.state == "killed" || c.state == "stopped" {
		t.Skip("a process that is killed or stopped takes no lock")
	}
	release, err := acquire(dir, c.held, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if c.state == "free" {
		release()
	}
	if c.blocks() {
		_, err := acquire(name, c.wanted, blocksFor)
		var busy *BusyError
		if !errors.As(err, &busy) {
			t.Fatalf("did not block: %v", err)
		}
		release()
	}
	again, err := acquire(name, c.wanted, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	again()
	if c.state == "held" && !c.blocks() {
		release()
	}
}

// users returns the uids of holder and taker, -1 for ours.
func (c matrixCase) users(t *testing.T) (holder, taker int) {
	if c.who == "two processes" {
		return -1, -1
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	switch c.who {
	case "root and user":
		return 0, 12345
	case "user and root":
		return 12345, 0
	}
	return 12345, 12346
}

func as(uid int, cmd *exec.Cmd) *exec.Cmd {
	if uid >= 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	}
	return cmd
}

// otherName makes another path to dir: a link or a bind mount.
func otherName(t *testing.T, dir, how string) string {
	name := filepath.Join(filepath.Dir(dir), how)
	if how == "link" {
		if err := os.Symlink(dir, name); err != nil {
			t.Fatal(err)
		}
		return name
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	if err := os.Mkdir(name, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "--bind", dir, name).CombinedOutput(); err != nil {
		t.Skipf("no bind mounts: %s", out)
	}
	t.Cleanup(func() {
		// Lazily: a process that another test starts just now may still have the lock's descriptor, until it
		// executes its program.
		if out, err := exec.Command("umount", "-l", name).CombinedOutput(); err != nil {
			t.Errorf("umount: %s", out)
		}
	})
	return name
}
