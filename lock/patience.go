package lock

import (
	"time"

	"github.com/go-safe/go-safe/internal/proc"
)

// Patience is how long a command waits for all its locks together. Only one Acquire at a time may use it.
type Patience struct {
	// Anybody is how long to wait for any holder.
	Anybody time.Duration

	// Builds, if longer, is how long to wait for go-safe processes below which a tool of a build runs. While one
	// runs, Anybody does not count down: it counts from the last moment at which one was seen.
	Builds time.Duration

	// MayWrite reports whether a user may write to dir. Only builds of such users are waited for longer: others,
	// who may only read dir, must not keep those who may write to it waiting. It must be set if Builds is.
	MayWrite func(dir string, ids proc.IDs) bool

	waited time.Duration // so far
	idle   time.Duration // of that, since a tool of a build was last seen
}

// Left returns how much is left, if no more tools are seen.
func (p *Patience) Left() time.Duration {
	return min(max(p.Anybody, p.Builds)-p.waited, p.Anybody-p.idle)
}

// Waited reports whether any of it was used: a lock was not free at once.
func (p *Patience) Waited() bool { return p.waited > 0 }

// spend takes away the time that was just waited. If sawBuild is true, a tool was seen at the end of it.
func (p *Patience) spend(d time.Duration, sawBuild bool) {
	p.waited += d
	p.idle += d
	if sawBuild {
		p.idle = 0
	}
}
