//go:build linux

package testscripts

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/cachefix"
	"github.com/go-safe/go-safe/internal/cacheshare"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/repair"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

var (
	benchModules = flag.Int("benchmodules", 2000, "modules in the cache of the benchmarks of repairs")
	benchFiles   = flag.Int("benchfiles", 500, "files in each of these modules")
)

// benchCache makes a module cache that is shared by setgid on a file system without ACLs (ramfs), or by an ACL on one
// with ACLs (tmpfs). It exists until the benchmark ends.
func benchCache(b *testing.B, system string) string {
	b.Helper()
	if os.Geteuid() != 0 {
		b.Skip("needs root")
	}
	dir := b.TempDir()
	mustDo(b, unix.Mount(system, dir, system, 0, "mode=2775"))
	b.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	mustDo(b, os.Chown(dir, 0, randomGroup))
	mustDo(b, os.Chmod(dir, 0o775|fs.ModeSetgid))
	for i := range *benchModules {
		addModule(b, dir, fmt.Sprintf("example.com/group%d/m%d", i%40, i), *benchFiles)
	}
	if system == "tmpfs" {
		_, err := cacheshare.Dir(dir, strconv.Itoa(randomGroup), cacheshare.Open, nil, &tree.Options{})
		mustDo(b, err)
	} else {
		_, err := cachefix.Dir(dir, &tree.Options{})
		mustDo(b, err)
	}
	time.Sleep(20 * time.Millisecond) // file systems have a coarse clock
	return dir
}

// addModule puts into a cache what the go command makes of a module, with the rights of a umask of 077.
func addModule(b *testing.B, cache, path string, files int) {
	b.Helper()
	at := filepath.Join(cache, "cache", "download", path, "@v")
	mustDo(b, os.MkdirAll(at, 0o700))
	for _, suffix := range []string{"info", "lock", "mod", "zip", "ziphash"} {
		mustDo(b, os.WriteFile(filepath.Join(at, "v1.0.0."+suffix), nil, 0o600))
	}
	for i := range files {
		dir := filepath.Join(cache, path+"@v1.0.0", fmt.Sprintf("d%d", i/50))
		if i%50 == 0 {
			mustDo(b, os.MkdirAll(dir, 0o700))
		}
		fd, err := unix.Open(filepath.Join(dir, fmt.Sprintf("f%d", i)), unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o400)
		mustDo(b, err)
		unix.Close(fd)
		if i%50 == 49 || i == files-1 {
			mustDo(b, os.Chmod(dir, 0o500)) // as the go command leaves it
		}
	}
}

// BenchmarkRepair measures what a repair costs after a command that added modules. Besides the cost of the new
// entries, it may cost 10 ms for each 1,000 modules in the cache. own is the cost of the new entries: the same repair
// in a cache that has nothing else. The best run counts, because other work on the machine only makes it slower.
func BenchmarkRepair(b *testing.B) {
	cache := benchCache(b, "ramfs")
	empty := benchEmpty(b)
	for _, added := range []int{0, 1, 100} {
		b.Run(fmt.Sprintf("added=%d", added), func(b *testing.B) {
			var all, own []time.Duration
			for i := range b.N {
				all = append(all, repairAfter(b, cache, fmt.Sprintf("x%d-%d-%d", b.N, i, added), added))
				own = append(own, repairAfter(b, empty, fmt.Sprintf("x%d-%d-%d", b.N, i, added), added))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(slices.Min(all).Microseconds())/1000, "ms")
			b.ReportMetric(float64((slices.Min(all)-slices.Min(own)).Microseconds())/float64(*benchModules), "ms/1000modules")
		})
	}
}

func benchEmpty(b *testing.B) string {
	modules := *benchModules
	*benchModules = 1
	defer func() { *benchModules = modules }()
	return benchCache(b, "ramfs")
}

// repairAfter adds modules with 50 files each, and measures the repair.
func repairAfter(b *testing.B, cache, name string, added int) time.Duration {
	since := tree.Now()
	run := repair.Open(since, rights.Of, []repair.Place{{Dir: cache, Kind: layout.ModCache}})
	defer run.Close()
	for i := range added {
		addModule(b, cache, fmt.Sprintf("example.com/%s/n%d", name, i), 50)
	}
	began := time.Now()
	report := run.Repair()
	took := time.Since(began)
	if want := int64(added); report.Total() < want*50 || want == 0 && report.Total() > 0 || len(report.Left) > 0 {
		b.Fatalf("%d changes after %d modules, left %v", report.Total(), added, report.Left)
	}
	time.Sleep(20 * time.Millisecond)
	return took
}

// BenchmarkRepairNone: no repair is due with a default ACL, or after a command that cannot have added anything.
func BenchmarkRepairNone(b *testing.B) {
	for _, tt := range []struct {
		name, system string
		may          func() bool
	}{
		{"acl", "tmpfs", nil},
		{"nothing-to-add", "ramfs", func() bool { return false }},
	} {
		b.Run(tt.name, func(b *testing.B) {
			cache := benchCache(b, tt.system)
			for b.Loop() {
				if repair.Open(tree.Now(), rights.Of, []repair.Place{{Dir: cache, Kind: layout.ModCache, May: tt.may}}).Due() {
					b.Fatal("a repair is due")
				}
			}
		})
	}
}

// BenchmarkFix compares go safe fix with chmod -R and find -exec chmod {} +, with nothing wrong and with all wrong.
func BenchmarkFix(b *testing.B) {
	for _, system := range []string{"ramfs", "tmpfs"} {
		cache := benchCache(b, system)
		for _, wrong := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/wrong=%t", system, wrong), func(b *testing.B) {
				var fix, chmod, find []time.Duration
				for range b.N {
					chmod = append(chmod, spoiled(b, cache, wrong, func() { runTool(b, "chmod", "-R", "g=u", cache) }))
					find = append(find, spoiled(b, cache, wrong, func() {
						runTool(b, "find", cache, "-exec", "chmod", "g=u", "{}", "+")
					}))
					fix = append(fix, spoiled(b, cache, wrong, func() {
						report, err := cachefix.Dir(cache, &tree.Options{})
						mustDo(b, err)
						if (report.Total() > 0) != wrong {
							b.Fatalf("%d changes", report.Total())
						}
					}))
				}
				b.ReportMetric(0, "ns/op")
				best := slices.Min(fix).Seconds()
				b.ReportMetric(best, "s")
				b.ReportMetric(best/slices.Min(chmod).Seconds(), "of-chmod-R")
				b.ReportMetric(best/slices.Min(find).Seconds(), "of-find-chmod")
			})
		}
	}
}

// spoiled measures do. If wrong is true, it first takes all rights from the group.
func spoiled(b *testing.B, cache string, wrong bool, do func()) time.Duration {
	if wrong {
		runTool(b, "chmod", "-R", "g-rwx", cache)
		mustDo(b, os.Chmod(cache, 0o775|fs.ModeSetgid))
	}
	began := time.Now()
	do()
	return time.Since(began)
}

func runTool(b *testing.B, args ...string) {
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		b.Fatalf("%v: %v\n%s", args, err, out)
	}
}
