package doctor

import (
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// readUmask reads the mask from /proc. umask(2) tells it only by changing it, for all threads.
func readUmask() (mask fs.FileMode, known bool) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(status)) {
		if text, ok := strings.CutPrefix(line, "Umask:"); ok {
			n, err := strconv.ParseUint(strings.TrimSpace(text), 8, 32)
			return fs.FileMode(n), err == nil
		}
	}
	return 0, false
}
