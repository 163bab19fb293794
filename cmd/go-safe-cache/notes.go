package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/gocache"
)

// The notes are files in the folder notesDir of GOCACHE. "Go clean -cache" leaves them: what was cleaned away is not
// pulled again at once. A note that is lost or cannot be written, as where another user has made the folder, costs
// requests and nothing else.
//
//	pulled.json   when the last pull for each key began
//	KEY-behind    the last push for this key has not sent all, so until one has, pulls leave that time as it is
//	MARK          how the pull for a commit and flags went: empty, or what went wrong. Go-safe reads it.
//	MARK-unsent   not all is sent since then. Go-safe writes it, and a push that has sent all removes it.
//	push-failed   why the last push failed, for the next pull to print
const (
	notesDir   = "go-safe-cache"
	pulledNote = "pulled.json"
	behindNote = "-behind"
	unsentNote = "-unsent"
	failedNote = "push-failed"
)

// trimmed is the age at which the go command trims entries that nobody used (cmd/go/internal/cache.trimLimit).
const trimmed = 5 * 24 * time.Hour

// A notes is the open folder of the notes. No link leads out of GOCACHE: root also works in caches of other users.
type notes struct{ *os.Root }

// openNotes opens the folder of the notes, and makes it if it is missing.
func openNotes(gocache string) (notes, error) {
	if err := os.MkdirAll(gocache, 0o777); err != nil {
		return notes{}, err
	}
	cache, err := os.OpenRoot(gocache)
	if err != nil {
		return notes{}, err
	}
	defer cache.Close()
	if err := cache.MkdirAll(notesDir, 0o777); err != nil {
		return notes{}, err
	}
	dir, err := cache.OpenRoot(notesDir)
	return notes{dir}, err
}

// read returns what is in a note. It does not wait for a pipe of that name.
func (n notes) read(name string) ([]byte, error) {
	info, err := n.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	}
	return n.ReadFile(name)
}

// replace writes a note in one step.
func (n notes) replace(name string, content []byte) {
	temp := fmt.Sprintf("%s.%016x", name, rand.Uint64())
	f, err := n.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return
	}
	_, err = f.Write(content)
	if errors.Join(err, f.Close()) != nil || n.Rename(temp, name) != nil {
		n.Remove(temp)
	}
}

// removeOld removes the notes of what the go command has trimmed.
func (n notes) removeOld() {
	entries, _ := fs.ReadDir(n.FS(), ".")
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > trimmed {
			n.Remove(entry.Name())
		}
	}
}

// readPulled returns when the last pull for each key began, by the names of the keys.
func readPulled(gocache string) map[string]time.Time {
	pulled := map[string]time.Time{}
	if n, err := openNotes(gocache); err == nil {
		defer n.Close()
		b, _ := n.read(pulledNote)
		json.Unmarshal(b, &pulled)
	}
	return pulled
}

// noteBehind notes that a push begins, or that it has sent all.
func noteBehind(p *project, behind bool) {
	n, err := openNotes(p.gocache)
	if err != nil {
		return
	}
	defer n.Close()
	if name := p.key.Name() + behindNote; behind {
		n.replace(name, nil)
	} else {
		n.Remove(name)
	}
}

// isBehind reports whether the last push has not sent all that the go command still has.
func isBehind(p *project) bool {
	n, err := openNotes(p.gocache)
	if err != nil {
		return false
	}
	defer n.Close()
	info, err := n.Lstat(p.key.Name() + behindNote)
	return err == nil && time.Since(info.ModTime()) < trimmed
}

// notePulled notes when a pull began, unless results from before it are still to be pushed. If two pulls end at the
// same time, one is forgotten.
func notePulled(p *project, began time.Time) {
	if isBehind(p) {
		return
	}
	pulled := readPulled(p.gocache)
	for name, last := range pulled {
		if began.Sub(last) > trimmed {
			delete(pulled, name)
		}
	}
	pulled[p.key.Name()] = began
	b, _ := json.Marshal(pulled)
	if n, err := openNotes(p.gocache); err == nil {
		defer n.Close()
		n.replace(pulledNote, append(b, '\n'))
	}
}

// marked opens the notes if go-safe asked for one. The second value is false if it did not.
func (c *command) marked() (notes, bool) {
	if c.mark == "" || c.gocache == "" || !gocache.ValidExec(c.mark) {
		return notes{}, false
	}
	n, err := openNotes(c.gocache)
	return n, err == nil
}

// noteSuccess notes that a pull went well, so that go-safe does not call again for a while, or that a push has sent
// all. Why an older push failed is of no interest then.
func (c *command) noteSuccess() {
	if c.verb == "push" {
		if n, err := openNotes(c.gocache); err == nil {
			n.Remove(failedNote)
			n.Close()
		}
	}
	n, ok := c.marked()
	if !ok {
		return
	}
	defer n.Close()
	switch c.verb {
	case "pull":
		n.replace(c.mark, nil)
		n.removeOld()
	case "push":
		n.Remove(c.mark + unsentNote)
	}
}

// noteFailure notes what went wrong. Nobody sees what a push prints that go-safe has started, so the next command of
// go-safe must pull, which prints it.
func (c *command) noteFailure(text string) {
	n, ok := c.marked()
	if !ok {
		return
	}
	defer n.Close()
	switch c.verb {
	case "pull":
		n.replace(c.mark, []byte(text))
	case "push":
		n.Remove(c.mark)
		n.replace(failedNote, []byte(text))
	}
}

// tellPush prints why the last push failed, once.
func (c *command) tellPush() {
	n, err := openNotes(c.gocache)
	if err != nil || !c.auto {
		return
	}
	defer n.Close()
	if text, err := n.read(failedNote); err == nil && n.Remove(failedNote) == nil {
		fmt.Fprintf(c.stderr, "go-safe: warning: GOSAFE_CACHE: the last push: %.500s\n", oneLine(string(text)))
		c.stderr = io.Discard
	}
}

// oneLine leaves out what could be an escape sequence: in a shared GOCACHE another user may have written the text.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s)
}
