//go:build !windows

package doctor

// These are asked on Windows only.

func readWindows(*Machine) windowsFacts { return windowsFacts{} }

func inheritanceOf(string) func(*Machine) Finding {
	return func(*Machine) Finding { return inheritance{}.judge("") }
}

func rightsOn(string) (r cacheRights, known bool) { return r, false }
