package shim

import (
	"os"
	"strconv"
	"testing"
)

// A path is found only as a whole, whatever characters it contains.
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

// This test runs below a go command (go test). A chain that began above that go command has ended; one that
// began below it has not.
func TestGoesAbove(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("needs /proc")
	}
	parent := strconv.Itoa(os.Getppid())
	if exe, _ := os.Readlink("/proc/" + parent + "/exe"); !isGo(exe) {
		t.Skip("not started by a go command")
	}
	n := goCommandsAbove()
	if n < 1 {
		t.Errorf("%d go commands above the test", n)
	}
	for above, goesOn := range map[int]bool{n - 1: false, n: true} {
		v := ParseVia(strconv.Itoa(above) + separator + "/a/go" + separator)
		if got := v.contains("/a/go"); got != goesOn {
			t.Errorf("%d go commands above the chain, %d above us: goes on %t", above, n, got)
		}
	}
	if v := ParseVia("x" + separator + "/a/go" + separator); v != (Via{}) {
		t.Errorf("from nonsense: %+v", v)
	}
}
