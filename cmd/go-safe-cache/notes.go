package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
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
//	MARK          how the pull for a commit and flags went: empty, or what went wrong. Go-safe reads it.
//	MARK-unsent   not all is sent since then. Go-safe writes it, and a push that has sent all removes it.
//	push-failed   why the last push failed, for the next pull to print
const (
	notesDir   = "go-safe-cache"
	pulledNote = "pulled.json"
	unsentNote = "-unsent"
	failedNote = "push-failed"
)

// trimmed is the age at which the go command trims entries that nobody used.
const trimmed = 5 * 24 * time.Hour

func notePath(gocache, name string) string { return filepath.Join(gocache, notesDir, name) }

// readPulled returns when the last pull for each key began, by the names of the keys.
func readPulled(gocache string) map[string]time.Time {
	pulled := map[string]time.Time{}
	if b, err := os.ReadFile(notePath(gocache, pulledNote)); err == nil {
		json.Unmarshal(b, &pulled)
	}
	return pulled
}

// notePulled notes when a pull began. If two pulls end at the same time, one is forgotten.
func notePulled(p *project, began time.Time) {
	pulled := readPulled(p.gocache)
	for name, last := range pulled {
		if began.Sub(last) > trimmed {
			delete(pulled, name)
		}
	}
	pulled[p.key.Name()] = began
	b, _ := json.Marshal(pulled)
	replaceFile(notePath(p.gocache, pulledNote), append(b, '\n'))
}

// markPath returns the path of the note that go-safe reads, or that with another ending. It is empty if go-safe did not
// ask for it.
func (c *command) markPath(ending string) string {
	if c.mark == "" || c.gocache == "" || !gocache.ValidExec(c.mark) {
		return ""
	}
	return notePath(c.gocache, c.mark+ending)
}

// noteSuccess notes that a pull went well, so that go-safe does not call again for a while, or that a push has sent
// all.
func (c *command) noteSuccess() {
	switch path := c.markPath(""); {
	case path == "":
	case c.verb == "pull":
		replaceFile(path, nil)
		removeOldNotes(filepath.Dir(path))
	case c.verb == "push":
		os.Remove(c.markPath(unsentNote))
	}
}

// noteFailure notes what went wrong. Nobody sees what a push prints that go-safe has started, so the next command of
// go-safe must pull, which prints it.
func (c *command) noteFailure(text string) {
	switch path := c.markPath(""); {
	case path == "":
	case c.verb == "pull":
		replaceFile(path, []byte(text))
	case c.verb == "push":
		os.Remove(path)
		replaceFile(notePath(c.gocache, failedNote), []byte(text))
	}
}

func removeOldNotes(dir string) {
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > trimmed {
			os.Remove(filepath.Join(dir, entry.Name()))
		}
	}
}

// tellPush prints why the last push failed, once.
func (c *command) tellPush() {
	path := notePath(c.gocache, failedNote)
	if text, err := os.ReadFile(path); err == nil && c.auto && os.Remove(path) == nil {
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

// replaceFile writes a file in one step.
func replaceFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	temp := fmt.Sprintf("%s.%016x", path, rand.Uint64())
	err := os.WriteFile(temp, content, 0o666)
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}
