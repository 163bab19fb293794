package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/shim"
	"golang.org/x/sys/windows"
)

// What to run if Windows takes the real go, or the program of go safe exec, for an installer (error 740).
func TestElevation(t *testing.T) {
	var stderr bytes.Buffer
	err := &os.PathError{Op: "start", Path: `C:\setup.exe`, Err: windows.ERROR_ELEVATION_REQUIRED}
	status := exitStatus(shim.Status{}, err, say.Printer{W: &stderr})
	want := "go-safe: " + err.Error() + " Windows takes it for an installer; run: " +
		shell.Set("__COMPAT_LAYER", "RunAsInvoker") + "\n"
	if status != say.ExitCannotRun || stderr.String() != want {
		t.Errorf("%d, %q, want %q", status, &stderr, want)
	}
}
