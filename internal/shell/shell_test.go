package shell

import (
	"os/exec"
	"runtime"
	"testing"
)

// A shell gives back each word as it was.
func TestQuote(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell")
	}
	for _, word := range []string{
		"", "a", "/usr/bin:x", "a b", "it's", "''", `"$HOME" \ $(id) ~`, "~", "a=b", "*", "é", "a\nb",
	} {
		out, err := exec.Command("sh", "-c", "printf %s "+Quote(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("Quote(%q) = %s, a shell reads %q, %v", word, Quote(word), out, err)
		}
	}
	if got := Quote("/a/b-1.2_x+y@z%:,"); got != "/a/b-1.2_x+y@z%:," {
		t.Errorf("needless quotes: %s", got)
	}
}
