package shim

import (
	"os"
	"strconv"
	"testing"
)

// A path is found as a whole, whatever is in it.
func TestVia(t *testing.T) {
	var v Via
	for _, file := range []string{"/a/go", "/col" + separator + "on/go", "/new\nline/go"} {
		if v.contains(file) {
			t.Errorf("%q is in %+v already", file, v)
		}
		v = ParseVia(v.Then(file))
		if !v.contains(file) {
			t.Errorf("%q is not in %+v", file, v)
		}
		if v.contains(file[1:]) || v.contains(file+"1") {
			t.Errorf("a part of %q is in %+v", file, v)
		}
	}
	if !v.contains("/a/go") {
		t.Error("the first is lost")
	}
	if v := ParseVia(""); v != (Via{}) {
		t.Errorf("from nothing: %+v", v)
	}
}

// We run below a go command (go test), so a chain of an older process has arrived.
func TestArrived(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("needs /proc")
	}
	parent := strconv.Itoa(os.Getppid())
	if got := parentOf(strconv.Itoa(os.Getpid())); got != parent {
		t.Errorf("parent %s, want %s", got, parent)
	}
	if exe, _ := os.Readlink("/proc/" + parent + "/exe"); isGo(exe) && !arrived("1") {
		t.Error("no go command above the test")
	}
	if arrived(strconv.Itoa(os.Getpid())) {
		t.Error("arrived at ourselves")
	}
}
