// Package gocache reads and writes GOCACHE in the go command's own format.
//
// What it writes appears under its name in one step, with the content that its name promises and with the times that
// it had where it was made. It never replaces an entry that works. It needs no lock: the go command needs none either.
package gocache

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ID is the name of an action (a hash of its inputs) or of an output (the SHA-256 of its content).
type ID [sha256.Size]byte

func (id ID) String() string { return hex.EncodeToString(id[:]) }

// ParseID reads the only spelling of an ID: 64 hexadecimal digits in lower case.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 2*len(id) || strings.ToLower(s) != s {
		return ID{}, fmt.Errorf("no ID: %.80q", s)
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return ID{}, fmt.Errorf("no ID: %.80q", s)
	}
	return id, nil
}

// Action is what an action entry says: this action has that output.
type Action struct {
	ID     ID
	Output ID
	Size   int64     // of the output
	Time   time.Time // when the action ran; go clean -testcache compares it
}

// The form of an action entry, from cmd/go/internal/cache/cache.go:
// "v1 <hex id> <hex out> <decimal size space-padded to 20 bytes> <unixnano space-padded to 20 bytes>\n"
const (
	hexSize    = 2 * sha256.Size
	actionSize = 2 + 1 + hexSize + 1 + hexSize + 1 + 20 + 1 + 20 + 1
)

var errAction = errors.New("not an action entry")

// ParseAction reads an action entry as strictly as the go command does.
func ParseAction(b []byte) (Action, error) {
	s := string(b)
	if len(s) != actionSize || s[:3] != "v1 " || s[actionSize-1] != '\n' {
		return Action{}, errAction
	}
	const out, size, when = 3 + hexSize + 1, 3 + 2*(hexSize+1), 3 + 2*(hexSize+1) + 21
	if s[out-1] != ' ' || s[size-1] != ' ' || s[when-1] != ' ' {
		return Action{}, errAction
	}
	var a Action
	var err1, err2, err3, err4 error
	var nanoseconds int64
	a.ID, err1 = ParseID(s[3 : out-1])
	a.Output, err2 = ParseID(s[out : size-1])
	a.Size, err3 = parsePadded(s[size : when-1])
	nanoseconds, err4 = parsePadded(s[when : actionSize-1])
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return Action{}, errAction
	}
	a.Time = time.Unix(0, nanoseconds)
	return a, nil
}

func parsePadded(s string) (int64, error) {
	n, err := strconv.ParseUint(strings.TrimLeft(s, " "), 10, 63)
	return int64(n), err
}

// Format is the action entry as the go command writes it.
func (a Action) Format() []byte {
	return fmt.Appendf(nil, "v1 %s %s %20d %20d\n", a.ID, a.Output, a.Size, a.Time.UnixNano())
}
