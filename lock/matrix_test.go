package lock

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMatrix tries each mode against each mode, for each kind of holder, in each state, by each kind of path.
func TestMatrix(t *testing.T) {
	holders := []string{"same process", "two processes", "two users", "root and user", "user and root"}
	paths := []string{"link", "bind"}
	if runtime.GOOS == "windows" { // two users have their test in testscripts/wine/users.sh
		holders, paths = holders[:2], paths[:1]
	}
	for _, who := range holders {
		for _, held := range []Mode{Shared, Exclusive} {
			for _, wanted := range []Mode{Shared, Exclusive} {
				for _, state := range []string{"free", "held", "killed", "stopped"} {
					for _, path := range paths {
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
		stop(h.Process)
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
		wake(h.Process)
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

// otherName makes another path to dir: a link or a bind mount; on Windows capital letters.
func otherName(t *testing.T, dir, how string) string {
	if runtime.GOOS == "windows" && how == "link" {
		return strings.ToUpper(dir)
	}
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
