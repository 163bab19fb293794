package gomod

import (
	"strings"
	"testing"
)

// What parse takes it can write again, and takes then.
func FuzzSums(f *testing.F) {
	f.Add("example.com/a v1.0.0 h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=\n\nx\n")
	f.Add("example.com/a v1.0.0/go.mod h1:G8mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY=")
	f.Fuzz(func(t *testing.T, data string) {
		sums, again := make(Sums), make(Sums)
		sums.parse(data)
		for mod := range sums {
			mod.Version = strings.TrimSuffix(mod.Version, "/go.mod")
			again.parse(sums.Lines(mod))
			if strings.Contains(sums.Lines(mod), EmptyGoMod) {
				t.Error("takes the hash of nothing")
			}
		}
		for mod := range sums {
			if len(again[mod]) == 0 {
				t.Errorf("%v is lost", mod)
			}
		}
	})
}
