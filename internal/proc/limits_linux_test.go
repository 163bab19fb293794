package proc_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/proc"
	"golang.org/x/sys/unix"
)

// A container may have a low limit of threads (docker run --pids-limit). Its control group is the root of the cgroup
// file system that is mounted there.
func TestCrampedGroup(t *testing.T) {
	linuxtest.OwnMounts(t)
	root, group := "", ""
	for _, root = range []string{"/sys/fs/cgroup/pids", "/sys/fs/cgroup"} {
		group = filepath.Join(root, fmt.Sprintf("go-safe-test-%d", os.Getpid()))
		if os.Mkdir(group, 0o755) != nil {
			continue
		}
		defer os.Remove(group)
		if _, err := os.Stat(filepath.Join(group, "pids.max")); err == nil {
			break
		}
		group = ""
	}
	if group == "" {
		t.Skip("no control group that limits processes can be made")
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0); err != nil {
			t.Fatal(err)
		}
	}
	pid := strconv.Itoa(os.Getpid())
	write(filepath.Join(group, "cgroup.procs"), pid)
	defer write(filepath.Join(root, "cgroup.procs"), pid)
	have, err := os.ReadFile(filepath.Join(group, "pids.current"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(have)))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount(group, root, "", unix.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	defer unix.Unmount(root, unix.MNT_DETACH)
	for limit, want := range map[string]bool{"max": false, strconv.Itoa(n + 1000): false, strconv.Itoa(n + 16): true} {
		write(filepath.Join(root, "pids.max"), limit)
		if got := proc.NearLimits(); got != want {
			t.Errorf("with pids.max %s and %d threads: %t, want %t", limit, n, got, want)
		}
	}
	write(filepath.Join(root, "pids.max"), "max")
}
