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

// stampFile lies in GOCACHE, where "go clean -cache" leaves it: what was cleaned away is not pulled again at once.
const stampFile = "go-safe-cache/stamp.json"

// stamp tells what was pulled last, by the name of the key.
type stamp map[string]pulled

type pulled struct {
	Commit string    // the commit that was built
	From   string    // the commit whose bundle was there; empty if none was
	Time   time.Time // when the pull began
}

// readStamp returns an empty stamp if there is none that can be read: then it is as if nothing was pulled.
func readStamp(dir string) stamp {
	s := stamp{}
	if b, err := os.ReadFile(filepath.Join(dir, stampFile)); err == nil {
		json.Unmarshal(b, &s)
	}
	return s
}

func (p *project) commit() string {
	if len(p.commits) == 0 {
		return ""
	}
	return p.commits[0]
}

// writeStamp replaces the stamp in one step. Of two pulls at once one is forgotten. That costs a request, and so does a
// stamp that cannot be written, as in a cache where another user has made the directory.
func writeStamp(p *project, from string, now time.Time) {
	s := readStamp(p.gocache)
	for name, old := range s {
		if now.Sub(old.Time) > 5*24*time.Hour { // the go command has trimmed that
			delete(s, name)
		}
	}
	s[p.key.Name()] = pulled{p.commit(), from, now}
	b, _ := json.Marshal(s)
	replaceFile(filepath.Join(p.gocache, stampFile), append(b, '\n'))
}

// setMark tells go-safe how the pull for a command went: an empty file says well, a text says how not. Go-safe does
// not call again for a while. A push that failed leaves its text for the next pull, which prints it: go-safe does not
// wait for a push, so nobody would see it.
func (c *command) setMark(text string) {
	if c.mark == "" || c.gocache == "" || !gocache.ValidExec(c.mark) {
		return
	}
	dir := filepath.Join(c.gocache, filepath.Dir(stampFile))
	if c.verb == "push" {
		os.Remove(filepath.Join(dir, c.mark))
		replaceFile(filepath.Join(dir, pushFailed), []byte(text))
		return
	}
	replaceFile(filepath.Join(dir, c.mark), []byte(text))
	entries, _ := os.ReadDir(dir)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && time.Since(info.ModTime()) > 5*24*time.Hour {
			os.Remove(filepath.Join(dir, entry.Name()))
		}
	}
}

// removeNote removes go-safe's note that results of a command are not sent yet. It is beside the mark of that command.
func (c *command) removeNote() {
	if c.mark != "" && gocache.ValidExec(c.mark) {
		os.Remove(filepath.Join(c.gocache, filepath.Dir(stampFile), c.mark+"-unsent"))
	}
}

const pushFailed = "push-failed"

// tellPush prints why the last push failed, once.
func (c *command) tellPush() {
	path := filepath.Join(c.gocache, filepath.Dir(stampFile), pushFailed)
	if text, err := os.ReadFile(path); err == nil && c.auto && os.Remove(path) == nil {
		fmt.Fprintf(c.err, "go-safe: warning: GOSAFE_CACHE: the last push: %.500s\n", oneLine(string(text)))
		c.err = io.Discard
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
