package job

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/repair"
	"github.com/go-safe/go-safe/shim"
)

// RepairPlaces returns the places where the command may make entries that need a repair. For ordinary users only a
// shared module cache is one. Root may have to give away what it makes anywhere.
func (j *Job) RepairPlaces() []repair.Place {
	if j.NoRepair {
		return nil
	}
	var list []repair.Place
	if j.Line.Removes&shim.ModCache == 0 {
		list = append(list, repair.Place{Dir: j.Plan.ModCache.Value, Kind: layout.ModCache, May: j.Downloads})
	}
	if os.Geteuid() == 0 {
		sumdb := filepath.Join(envfix.First(j.Plan.GOPATH.Value), "pkg", "sumdb")
		list = append(list, repair.Place{Dir: sumdb, May: j.Downloads})
		list = append(list, j.rootPlaces()...)
		list = append(list, j.projectPlaces()...)
	}
	return slices.DeleteFunc(list, func(p repair.Place) bool { return !filepath.IsAbs(p.Dir) })
}

// rootPlaces returns the places where only root makes something for other users.
func (j *Job) rootPlaces() []repair.Place {
	list := []repair.Place{{Dir: j.Settings.ConfigDir()}} // every go command writes telemetry beside the env file
	if j.Line.Writes&^j.Line.Removes&shim.BuildCache != 0 {
		list = append(list, repair.Place{Dir: j.Plan.BuildCache.Value, Kind: layout.BuildCache})
	}
	if j.Line.Writes&shim.Bin != 0 {
		bin := j.BinDir()
		list = append(list, repair.Place{Dir: bin, Flat: true},
			repair.Place{Dir: filepath.Join(bin, j.systemFolder()), Flat: true})
	}
	if j.Settings.EnvFile != "" && j.Line.Writes&shim.EnvFile != 0 {
		list = append(list, placeOfFile(j.Settings.EnvFile))
	}
	return list
}

// placeOfFile returns the place of one file.
func placeOfFile(path string) repair.Place {
	return repair.Place{Dir: filepath.Dir(path), Files: []string{filepath.Base(path)}}
}
