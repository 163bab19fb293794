package main

import "testing"

// Flags come with one dash or two, and -mod may have its value in the next argument.
func TestAsksForMore(t *testing.T) {
	for arg, want := range map[string]bool{
		"-m": true, "--m": true, "-m=true": true, "-mod=mod": true, "--mod=mod": true, "mod": true,
		"m": false, "-modfile=x": false, "-mod=readonly": false, "-mod=vendor": false, "./mod": false, "-msan": false,
	} {
		if got := asksForMore(arg); got != want {
			t.Errorf("%s: %t", arg, got)
		}
	}
}
