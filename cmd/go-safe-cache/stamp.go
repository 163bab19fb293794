package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// stampFile lies in GOCACHE, where "go clean -cache" leaves it: what was cleaned away is not pulled again at once.
const stampFile = "go-safe-cache.json"

// stamp tells what was pulled last, by the name of the key.
type stamp map[string]pulled

type pulled struct {
	Commit string    // the commit that was built
	From   string    // the commit whose bundle was there; empty if none was
	Time   time.Time // when the pull began
}

// readStamp returns an empty stamp if there is none that can be read: then it is as if nothing was pulled.
func readStamp(gocache string) stamp {
	s := stamp{}
	if b, err := os.ReadFile(filepath.Join(gocache, stampFile)); err == nil {
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

// writeStamp replaces the stamp in one step. Of two pulls at once one is forgotten, which costs a request.
func writeStamp(p *project, from string, now time.Time) error {
	s := readStamp(p.gocache)
	for name, old := range s {
		if now.Sub(old.Time) > 5*24*time.Hour { // the go command has trimmed that
			delete(s, name)
		}
	}
	s[p.key.Name()] = pulled{p.commit(), from, now}
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	path := filepath.Join(p.gocache, stampFile)
	temp := fmt.Sprintf("%s.%016x", path, rand.Uint64())
	err = os.WriteFile(temp, append(b, '\n'), 0o666)
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}
