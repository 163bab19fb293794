package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
)

// Messages of run itself: the exit status, and one line with the value and the command that helps.
func TestRunFailures(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "go")
	_, err := os.Stat(missing)
	unset := fmt.Sprintf(": %v; run: %s\n", fsinfo.Reason(err), shell.Unset("GOSAFE_GO"))
	_, err = os.Stat(missing + "\nb") // Windows allows no such name
	newline := fmt.Sprintf(": %v; run: %s\n", fsinfo.Reason(err), shell.Unset("GOSAFE_GO"))
	for _, tt := range []struct {
		environ []string
		args    []string
		status  int
		message string
	}{
		{[]string{"GOSAFE=no"}, []string{"version"}, say.ExitFailed,
			"go-safe: GOSAFE=no is not valid; allowed: off, or unset\n"},
		{[]string{"GOSAFE_GO=" + missing}, []string{"version"}, say.ExitNotFound,
			"go-safe: GOSAFE_GO=" + missing + unset},
		{[]string{"GOSAFE_GO=" + missing}, []string{"safe", "bogus"}, say.ExitFailed,
			"go-safe: unknown command: go safe bogus; run: " + say.Self(nil) + " safe help\n"},
		{[]string{"GOSAFE_GO=" + missing + "\nb"}, []string{"version"}, say.ExitNotFound,
			"go-safe: GOSAFE_GO=" + missing + `\nb` + newline},
	} {
		var stdout, stderr bytes.Buffer
		status := run(append([]string{"go"}, tt.args...), tt.environ, &stdout, &stderr)
		if status != tt.status || stderr.String() != tt.message || stdout.Len() > 0 {
			t.Errorf("%v %v: status %d, stdout %q, stderr %q", tt.environ, tt.args, status, &stdout, &stderr)
		}
	}
}
