package runas

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestMain lets the test binary become another user, because that cannot be undone.
func TestMain(m *testing.M) {
	if os.Getenv("RUNAS_TEST") == "" {
		os.Exit(m.Run())
	}
	runtime.LockOSThread()
	if err := rootsKeys(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// rootsKeys makes a session keyring with a key, becomes another user, and looks for the key.
func rootsKeys() error {
	if _, err := unix.KeyctlInt(unix.KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("%s: %w", noKeyrings, err)
	}
	key, err := unix.AddKey("user", "roots", []byte("secret"), unix.KEY_SPEC_SESSION_KEYRING)
	if err != nil {
		return fmt.Errorf("%s: %w", noKeyrings, err)
	}
	err = User{UID: 43501, GID: 43501}.Become()
	if errors.Is(err, unix.ENOTSUP) { // syscall.AllThreadsSyscall in a program with cgo
		return fmt.Errorf("%s, or with the race detector: %w", noKeyrings, err)
	}
	if err != nil {
		return err
	}
	if _, err := unix.KeyctlBuffer(unix.KEYCTL_READ, key, make([]byte, 10), 0); !errors.Is(err, unix.EACCES) {
		return fmt.Errorf("reading root's key: %v", err)
	}
	if _, err := unix.KeyctlSearch(unix.KEY_SPEC_SESSION_KEYRING, "user", "roots", 0); !errors.Is(err, unix.ENOKEY) {
		return fmt.Errorf("searching root's key: %v", err)
	}
	return nil
}

const noKeyrings = "no keyrings here"

// Nobody finds root's keys after root has become somebody else.
func TestKeyrings(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "RUNAS_TEST=1", "GOCOVERDIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	switch text := string(out); {
	case strings.HasPrefix(text, noKeyrings):
		t.Skip(text)
	case err != nil:
		t.Errorf("%v: %s", err, text)
	}
}
