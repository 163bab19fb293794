package doctor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/go-safe/go-safe/internal/audit"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
)

// auditSink looks whether records of commands reach the place that GOSAFE_AUDIT names. A command does not say if
// they do not. There is nothing to run for a file that is there and closed: it may be any file.
func auditSink(m *Machine) Finding {
	sink := m.Audit
	if sink == "" {
		return ok("GOSAFE_AUDIT", "is not set")
	}
	f := Finding{Status: Warning, Looked: "GOSAFE_AUDIT=" + sink}
	if socket := audit.Socket(sink); socket != "" {
		if fsinfo.Exists(socket) {
			return ok(f.Looked, "")
		}
		f.Found = "nobody listens at " + socket
		return f
	}
	fi, err := os.Lstat(sink)
	switch {
	case errors.Is(err, fs.ErrNotExist) && fsinfo.Writable(filepath.Dir(sink)):
		return ok(f.Looked, "not there yet")
	case errors.Is(err, fs.ErrNotExist):
		f.Found = "is not there and cannot be made"
		if runtime.GOOS != "windows" {
			f.Advice = sudo() + "install -D -m 622 /dev/null " + shell.Quote(sink)
		}
	case err != nil:
		f.Found = "cannot be reached: " + fsinfo.Reason(err).Error()
	case fi.IsDir() || fi.Mode()&fs.ModeSymlink != 0:
		f.Found = "is a folder or a link"
	case fi.Mode().IsRegular() && !appendable(sink):
		f.Found = "cannot be written to"
	default:
		return ok(f.Looked, "")
	}
	return f
}

// appendable reports whether a file can be opened to append to it.
func appendable(file string) bool {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		f.Close()
	}
	return err == nil
}
