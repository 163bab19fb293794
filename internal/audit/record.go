// Package audit writes one line of JSON for a command, to a file, to journald or to syslog, and reads such lines. It
// never makes a command fail or wait: a line that nobody takes at once is lost. A line has no argument of the command,
// no path of the user's project and no output.
package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Where records go, besides files.
const (
	Journal = "journal" // journald, which adds the uid that the kernel vouches for
	Syslog  = "syslog"  // /dev/log
)

// A Record tells of one command that go-safe waited for.
type Record struct {
	Time     time.Time  `json:"time"`               // when it began
	UID      int        `json:"uid"`                // -1 where the system has no numbers
	Class    string     `json:"class"`              // "mod download"; "unknown" if go-safe does not know the command
	Dir      string     `json:"dir"`                // a hash of the working directory
	Go       string     `json:"go,omitempty"`       // "go1.26.3"
	Status   int        `json:"status"`             // exit status; 128 and the number after a signal
	Signal   string     `json:"signal,omitempty"`   // that killed it
	Millis   float64    `json:"ms"`                 // how long it took, waiting included
	Cause    Cause      `json:"cause,omitempty"`    // why it failed
	Waits    []Wait     `json:"waits,omitempty"`    // for locks
	Repairs  *Repairs   `json:"repairs,omitempty"`  // of rights
	Replaced []Replaced `json:"replaced,omitempty"` // variables whose value was replaced
	Trace    string     `json:"traceparent,omitempty"`
}

// A Cause is why a command failed, as far as looks at the machine tell.
type Cause string

const (
	FS    Cause = "fs"   // files, rights, room
	Net   Cause = "net"  // a module that was needed could not be fetched
	Sum   Cause = "sum"  // a module is not what go.sum says
	Mem   Cause = "mem"  // the kernel killed a process because memory ran out
	Lock  Cause = "lock" // a lock was not to be had and was required
	Other Cause = "other"
)

// A Wait is a wait for a lock.
type Wait struct {
	Lock   string  `json:"lock"` // the variable that names the directory
	Millis float64 `json:"ms"`
	UID    int     `json:"uid"` // who was waited for; -1 if nobody knows
	PID    int     `json:"pid,omitempty"`
	GaveUp bool    `json:"gave_up,omitempty"` // the lock was not to be had
}

// Repairs are numbers of changed entries.
type Repairs struct {
	Owners int64 `json:"owners"`
	Modes  int64 `json:"modes"`
	ACLs   int64 `json:"acls"`
}

// A Replaced is a variable whose value did not work.
type Replaced struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// HashDir returns what stands for a directory: it tells commands in one directory from those in another. Who guesses
// the path can find out that the guess is right.
func HashDir(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return hex.EncodeToString(sum[:6])
}

// TraceParent returns the value of TRACEPARENT if it is one (https://www.w3.org/TR/trace-context/), else "".
func TraceParent(value string) string {
	parts := strings.Split(value, "-")
	if len(parts) != 4 || parts[0] != "00" || len(parts[1]) != 32 || len(parts[2]) != 16 || len(parts[3]) != 2 ||
		strings.Trim(value, "0123456789abcdef-") != "" {
		return ""
	}
	return value
}

// maxLine is what a line may have at most: a datagram of this size reaches every syslog.
const maxLine = 2000

// line returns the record as a line. What is long is cut from the end of the lists.
func (r Record) line() []byte {
	for {
		data := r.append(make([]byte, 0, 512))
		switch {
		case len(data) < maxLine:
			return append(data, '\n')
		case len(r.Replaced) > 0:
			r.Replaced = r.Replaced[:len(r.Replaced)-1]
		case len(r.Waits) > 0:
			r.Waits = r.Waits[:len(r.Waits)-1]
		default:
			return nil
		}
	}
}
