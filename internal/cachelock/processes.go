package cachelock

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/lock"
)

// Watch tells the user when the running go command waits for one of its own lock files.
func Watch(p say.Printer) (stop func()) {
	return lock.Watch(func(path string, blockers []lock.Process) {
		p.Line("the go command waits for %s, held by %s", path, Processes(blockers))
	})
}

// Processes names the processes that hold a lock, as far as they are known.
func Processes(list []lock.Process) string {
	if len(list) == 0 {
		return "another process that cannot be seen from here"
	}
	var names []string
	for i, p := range list {
		if i == 4 {
			names = append(names, fmt.Sprintf("%d others", len(list)-i))
			break
		}
		names = append(names, describeProcess(p))
	}
	return strings.Join(names, ", ")
}

// describeProcess describes a process: pid 4711 (alice, go test ./..., for 12s).
func describeProcess(p lock.Process) string {
	var about []string
	if p.UID >= 0 {
		about = append(about, user.Name(p.UID))
	}
	if p.Command != "" {
		about = append(about, p.Command)
	}
	if !p.Since.IsZero() {
		about = append(about, "for "+Age(p.Since))
	}
	if len(about) == 0 {
		return fmt.Sprintf("pid %d", p.PID)
	}
	return fmt.Sprintf("pid %d (%s)", p.PID, strings.Join(about, ", "))
}

// Age returns how long ago t was, in whole seconds.
func Age(t time.Time) string {
	return max(0, time.Since(t)).Truncate(time.Second).String()
}
