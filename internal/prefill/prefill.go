// Package prefill calls go-safe-cache, a program of its own, which fills the build cache from a store before a command
// and sends what the command made to the store after it. It is no part of go-safe, because it needs a network.
//
// Nothing here makes a go command fail. A pull ends after a time, and a push outlives the command only for a time.
package prefill

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/shell"
)

const (
	pullLimit = 20 * time.Second
	pushLimit = 5 * time.Second

	// Whoever pulled looks at the store again after a day, and after five minutes if the store did not answer.
	again      = 24 * time.Hour
	afterError = 5 * time.Minute
)

// A Call is a go command around which the store is used.
type Call struct {
	Go       string   // the real go
	Dir      string   // that it works in
	GOCACHE  string   // that it gets
	Args     []string // its arguments
	Settings []string // values of what else changes results: GOFLAGS, GOOS and others
	Environ  []string // that it gets
	Push     bool     // results may be sent
}

// Find finds the program: beside the file of go-safe, then on PATH, of which relative folders are not used. Root gets
// an error if another user could have put it there.
func Find(environ []string) (string, error) {
	const name = "go-safe-cache"
	install := shell.Self + " install github.com/go-safe/go-safe/cmd/go-safe-cache@latest"
	if exe, err := os.Executable(); err == nil {
		if exe, err = filepath.EvalSymlinks(exe); err == nil {
			dir := filepath.Dir(exe)
			path := filepath.Join(dir, name+filepath.Ext(exe))
			if _, err := exec.LookPath(path); err == nil {
				return path, fsinfo.MayRun(path)
			}
			install = installInto(dir, exe, install)
		}
	}
	for _, dir := range filepath.SplitList(envfix.Getenv(environ, "PATH")) {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil && filepath.IsAbs(dir) {
			return path, fsinfo.MayRun(path)
		}
	}
	return "", errors.New("go-safe-cache is neither beside go-safe nor on PATH; run: " + install)
}

// installInto lets a line of go install put the program into a folder, because GOPATH/bin need not be on PATH.
func installInto(dir, exe, line string) string {
	if runtime.GOOS != "windows" && !fsinfo.Writable(dir) {
		return "sudo env GOBIN=" + shell.Quote(dir) + " " + strings.Replace(line, shell.Self, shell.Quote(exe), 1)
	}
	return shell.With("GOBIN", dir, line)
}

// Environ returns the environment of the program. Git, which it asks for the names of commits, may not fetch any: a
// repository names the program that fetches what it lacks, and root would run it.
func Environ(environ []string) []string {
	return envfix.Setenv(envfix.Setenv(environ, "GIT_NO_LAZY_FETCH", "1"), "GIT_ALLOW_PROTOCOL", "none")
}

// Pull fills the build cache, unless that was done for this commit and these flags. What there is to say is written to
// stderr, by the program. If results may be sent, it also notes that those of this command are not sent yet. The error
// says why the program could not be run.
func (c Call) Pull(stderr io.Writer) error {
	mark := c.mark()
	if !c.done(mark) {
		if err := c.fill(mark, stderr); err != nil {
			return err
		}
	}
	if c.Push {
		c.begin(mark)
	}
	return nil
}

func (c Call) fill(mark string, stderr io.Writer) error {
	path, err := Find(c.Environ)
	if err != nil {
		return err
	}
	err = proc.Run(proc.Command{
		Path: path, Args: c.args("pull", mark, pullLimit), Dir: c.Dir, Environ: Environ(c.Environ), Stderr: stderr,
		Deadline: time.Now().Add(pullLimit + time.Second),
	})
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		return errors.New(path + " failed: " + err.Error())
	}
	return err
}

// Skipped says why a pull would not ask the store now. It is empty if it would.
func (c Call) Skipped() string {
	switch mark := c.mark(); {
	case c.failed(mark):
		return "something went wrong less than five minutes ago"
	case c.done(mark):
		return "it was asked for this commit and these flags less than a day ago"
	}
	return ""
}

// begin notes that results of this command are not sent yet. The push that sends all that was used since then removes
// the note. So what go run made, after which there is no push, or what a push did not send in time, is sent by the next
// push for this commit and these flags. A note that cannot be written costs only that.
func (c Call) begin(mark string) {
	os.MkdirAll(c.GOCACHE, 0o777)
	cache, err := os.OpenRoot(c.GOCACHE) // no link leads out of it: it may be another user's, and we root
	if err != nil {
		return
	}
	defer cache.Close()
	note := filepath.Join(marks, mark+unsent)
	if info, err := cache.Lstat(note); err == nil && info.Mode().IsRegular() && recent(info, again) {
		return
	}
	cache.MkdirAll(marks, 0o777)
	cache.Remove(note)
	if f, err := cache.OpenFile(note, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666); err == nil {
		f.Close()
	}
}

// Start starts the push of what was used since the note, or since the command began. It does not wait, and the push has
// none of our streams: whoever reads the output of the go command does not wait either.
func (c Call) Start(began time.Time) error {
	mark := c.mark()
	if !c.Push || c.failed(mark) {
		return nil
	}
	path, err := Find(c.Environ)
	if err != nil {
		return err
	}
	since := began
	if info, err := os.Stat(c.note(mark)); err == nil && recent(info, again) && info.ModTime().Before(began) {
		since = info.ModTime()
	}
	args := slices.Insert(c.args("push", mark, pushLimit), 1, "-since", strconv.FormatInt(since.UnixNano(), 10))
	return proc.Detach(proc.Command{Path: path, Args: args, Dir: c.Dir, Environ: Environ(c.Environ)})
}

func (c Call) args(verb, mark string, limit time.Duration) []string {
	return append([]string{verb, "-auto", "-go", c.Go, "-mark", mark, "-timeout", limit.String(), "--"}, c.Args...)
}

// marks is the folder in GOCACHE with a file for each pull that was done: empty, or with what went wrong. Go clean
// -cache leaves it, so what was cleaned away is not pulled again at once.
const marks = layout.Pulls

func (c Call) done(mark string) bool {
	info, err := os.Stat(filepath.Join(c.GOCACHE, marks, mark))
	return err == nil && info.Size() == 0 && recent(info, again) || c.failed(mark)
}

// note is the file of begin.
func (c Call) note(mark string) string { return filepath.Join(c.GOCACHE, marks, mark+unsent) }

const unsent = "-unsent"

// recent reports whether a file was written within the last d. One from the future was not.
func recent(info fs.FileInfo, d time.Duration) bool {
	age := time.Since(info.ModTime())
	return age >= 0 && age < d
}

// failed reports whether a pull from this store went wrong a short time ago, for this command or another one: commands
// in ten folders do not wait for it ten times.
func (c Call) failed(mark string) bool {
	entries, _ := os.ReadDir(filepath.Join(c.GOCACHE, marks))
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		if len(e.Name()) != len(mark) || !strings.HasPrefix(e.Name(), mark[:storeDigits]) {
			return false
		}
		info, err := e.Info()
		return err == nil && info.Size() > 0 && recent(info, afterError)
	})
}

// storeDigits is how many digits of a mark are those of the store.
const storeDigits = 16

// mark is a hash of the store, and one of what else selects the bundle: the go command, the commit and the flags that
// matter.
func (c Call) mark() string {
	rest := slices.Concat([]string{c.Go, c.Dir, c.head()}, c.Settings, []string{"flags"}, c.flags())
	return digits([]string{envfix.Getenv(c.Environ, "GOSAFE_CACHE")}, storeDigits) + digits(rest, storeDigits)
}

// digits returns the first n digits of a hash.
func digits(list []string, n int) string {
	h := sha256.New()
	for _, s := range list {
		io.WriteString(h, s+"\x00")
	}
	return hex.EncodeToString(h.Sum(nil))[:n]
}

// head is something that changes with the commit. It runs no git: a name in HEAD is looked up, or else the file of all
// packed names counts.
func (c Call) head() string {
	inside, common, ok := gitDirs(c.Dir)
	if !ok {
		return ""
	}
	head, err := fsinfo.ReadFile(filepath.Join(inside, "HEAD"))
	if err != nil {
		return ""
	}
	name, is := strings.CutPrefix(strings.TrimSpace(string(head)), "ref: ")
	if !is || !filepath.IsLocal(name) {
		return string(head)
	}
	if ref, err := fsinfo.ReadFile(filepath.Join(common, filepath.FromSlash(name))); err == nil {
		return name + string(ref)
	}
	packed, err := os.Stat(filepath.Join(common, "packed-refs"))
	if err != nil {
		return name
	}
	return name + packed.ModTime().String()
}

// gitDirs returns the folders with HEAD and with the branches of the repository around dir. They are .git, or what a
// file of that name tells, as in a submodule or a second work tree.
func gitDirs(dir string) (own, common string, ok bool) {
	for dir = filepath.Clean(dir); ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, ".git")
		info, err := os.Stat(path)
		switch {
		case err != nil:
		case info.IsDir():
			return path, path, true
		case info.Mode().IsRegular():
			if own, ok = named(path, "gitdir: ", dir); !ok {
				return "", "", false
			}
			if common, ok = named(filepath.Join(own, "commondir"), "", own); !ok {
				common = own
			}
			return own, common, true
		}
		if dir == filepath.Dir(dir) {
			return "", "", false
		}
	}
}

// named returns the path that a file has after a prefix. It may be relative to a folder.
func named(file, prefix, to string) (string, bool) {
	text, err := fsinfo.ReadFile(file)
	path, is := strings.CutPrefix(strings.TrimSpace(string(text)), prefix)
	if err != nil || !is || path == "" {
		return "", false
	}
	if path = filepath.FromSlash(path); !filepath.IsAbs(path) {
		path = filepath.Join(to, path)
	}
	return path, true
}

// flags returns the flags that go-safe-cache tells bundles apart by, each with the word after it.
func (c Call) flags() (flags []string) {
	for i, arg := range c.Args {
		name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if strings.HasPrefix(arg, "-") && slices.Contains(changing, name) {
			flags = append(flags, c.Args[i:min(i+2, len(c.Args))]...)
		}
	}
	return flags
}

// changing are the build flags that change the results of most packages: those of go-safe-cache (project.go).
var changing = []string{
	"race", "msan", "asan", "trimpath", "cover", "tags", "gcflags", "asmflags", "buildmode", "compiler",
}
