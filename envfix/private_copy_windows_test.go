package envfix

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// The record of a private copy is replaced when another program has closed it.
func TestBeginOpen(t *testing.T) {
	c := &PrivateCopy{Dir: filepath.Join(t.TempDir(), "mod-1"), Of: filepath.Join(t.TempDir(), "mod")}
	name := filepath.Join(c.Dir, recordName)
	write(t, name, "another cache")
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Millisecond, func() { f.Close() })
	if err := c.Begin(); err != nil {
		t.Fatal(err)
	}
	if begun, _ := recorded(c.Dir, c.Of); !begun {
		t.Error("the record is the old one")
	}
}
