package main

import (
	"bytes"
	"testing"

	"github.com/go-safe/go-safe/internal/say"
)

// Messages of run itself: the exit status, and one line with the value and the command that helps.
func TestRunFailures(t *testing.T) {
	for _, tt := range []struct {
		environ []string
		args    []string
		status  int
		message string
	}{
		{[]string{"GOSAFE=no"}, []string{"version"}, say.ExitFailed,
			"go-safe: GOSAFE=no is not valid; allowed: off, or unset\n"},
		{[]string{"GOSAFE_GO=/nonexistent/go"}, []string{"version"}, say.ExitNotFound,
			"go-safe: GOSAFE_GO=/nonexistent/go: no such file or directory; run: unset GOSAFE_GO\n"},
		{[]string{"GOSAFE_GO=/nonexistent/go"}, []string{"safe", "bogus"}, say.ExitFailed,
			"go-safe: unknown command: go safe bogus; run: " + say.Self(nil) + " safe help\n"},
		{[]string{"GOSAFE_GO=/a\nb"}, []string{"version"}, say.ExitNotFound,
			`go-safe: GOSAFE_GO=/a\nb: no such file or directory; run: unset GOSAFE_GO` + "\n"},
	} {
		var stdout, stderr bytes.Buffer
		status := run(append([]string{"go"}, tt.args...), tt.environ, &stdout, &stderr)
		if status != tt.status || stderr.String() != tt.message || stdout.Len() > 0 {
			t.Errorf("%v %v: status %d, stdout %q, stderr %q", tt.environ, tt.args, status, &stdout, &stderr)
		}
	}
}
