package job

import (
	"cmp"
	"os"
	"path/filepath"
	"runtime"

	"github.com/go-safe/go-safe/envfix"
)

// MayCrossCompile reports whether the go command may build for another system than its own. With GOBIN set it would
// refuse that.
func (j *Job) MayCrossCompile() bool {
	goos, goarch := j.Settings.Get("GOOS").Value, j.Settings.Get("GOARCH").Value
	if goos == "" && goarch == "" {
		return false
	}
	if cmp.Or(goos, runtime.GOOS) != runtime.GOOS || cmp.Or(goarch, runtime.GOARCH) != runtime.GOARCH {
		return true
	}
	// The real go may be built for another architecture than this program (amd64 on arm64 under Rosetta).
	_, err := os.Stat(filepath.Join(j.Real.GOROOT, "pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH))
	return j.Real.GOROOT == "" || err != nil
}

// BinDir returns the folder where go install puts binaries (modload.BinDir). It returns "" if that depends on
// the package: without modules it is below the entry of GOPATH that contains the package.
func (j *Job) BinDir() string {
	if bin := j.Settings.Get("GOBIN").Value; bin != "" {
		return bin
	}
	switch j.Settings.Get("GO111MODULE").Value {
	case "off", "auto":
		return ""
	}
	if dir := envfix.First(j.Plan.GOPATH.Value); dir != "" {
		return filepath.Join(dir, "bin")
	}
	return ""
}

// systemFolder names the folder in BinDir for programs of another system.
func (j *Job) systemFolder() string {
	goos := cmp.Or(j.Settings.Get("GOOS").Value, runtime.GOOS)
	return goos + "_" + cmp.Or(j.Settings.Get("GOARCH").Value, runtime.GOARCH)
}
