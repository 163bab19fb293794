package modneed

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache/cachetest"
)

// The time is for the looks. A caller may take longer with a suspect, such as to ask the go command, and still gets
// the next one.
func TestSuspectsWait(t *testing.T) {
	dir := t.TempDir()
	cachetest.Write(t, dir, map[string]string{
		"m/go.mod": "module m\n",
		"m/go.sum": "example.com/a v1.0.0/go.mod h1:x=\nexample.com/b v1.0.0/go.mod h1:y=\n",
		"mod/cache/download/example.com/a/@v/v1.0.0.mod": "",
		"mod/cache/download/example.com/b/@v/v1.0.0.mod": "",
	})
	p := gomod.Find(dir+"/m", "off")
	synctest.Test(t, func(t *testing.T) { // the clock goes on only at Sleep
		var got string
		for s := range Torn(p, Asked{}, dir+"/mod", time.Second) {
			got += s.Module + " "
			time.Sleep(time.Minute)
		}
		if want := "example.com/a@v1.0.0 example.com/b@v1.0.0 "; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}
