package doctor

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/say"
)

// probeSource is a program of one file that asks servers. go-safe carries it as text: net/http, and even crypto/tls
// alone, would make each start of go-safe an eighth longer, and a second binary would have to be installed. A go
// command with its standard library is always there to run it.
//
//go:embed probe/main.go
var probeSource []byte

const (
	probeLimit = 10 * time.Second // for each server
	buildLimit = 3 * time.Minute  // for the probe, with a cold build cache on a small machine
	// AskedLimit is how long the checks may take that run only if the user asks for them.
	AskedLimit = buildLimit + 6*probeLimit
)

// A probeQuestion and a probeAnswer are what the probe reads and writes. Its own types explain them.
type probeQuestion struct {
	URLs  [][]string
	Roots []string
	Limit time.Duration
}

type probeAnswer struct {
	URL, Status, Err, Via string
	Direct                bool
	Hops                  []probeHop
}

type probeHop struct {
	Name, Subject, Issuer string
	Expires               time.Time
	Authority, Wrong      string
	Unknown               bool
	Roots                 string
}

// A probed is what the probe answered. Several checks read it; the first one runs the probe.
type probed struct {
	once    sync.Once
	answers []probeAnswer
	err     error
}

// answers returns the answers to all questions of the checks.
func (m *Machine) answers() ([]probeAnswer, error) {
	m.net.once.Do(func() {
		q := probeQuestion{URLs: m.probeURLs(), Limit: probeLimit, Roots: m.otherRoots()}
		if len(q.URLs) > 0 {
			m.net.answers, m.net.err = m.probe(q)
		}
	})
	return m.net.answers, m.net.err
}

// probeURLs returns the URL of each proxy, and those of the checksum database in the order in which the go command
// tries them.
func (m *Machine) probeURLs() [][]string {
	var urls [][]string
	for _, p := range m.proxies() {
		if p.Server() {
			urls = append(urls, []string{listURL(p)})
		}
	}
	if db := m.sumDBSearch(); len(db.urls) > 0 {
		urls = append(urls, db.urls)
	}
	return urls
}

// probe runs the probe in a folder of its own.
func (m *Machine) probe(q probeQuestion) ([]probeAnswer, error) {
	if m.NotFound != nil {
		return nil, errors.New("there is no go command that could ask")
	}
	temp, err := m.probeTemp()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(temp, "go-safe-net-")
	if err != nil {
		return nil, err
	}
	remove := func() { os.RemoveAll(dir) }
	defer remove()
	file := filepath.Join(dir, "probe.go")
	if err := os.WriteFile(file, probeSource, 0o600); err != nil {
		return nil, err
	}
	text, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	var stdout bytes.Buffer
	stderr := buildLog{tell: m.asking.Store}
	stderr.tellNow()
	defer m.asking.Store(nil)
	// This program runs the real go, and gives it directories that work.
	err = proc.Run(proc.Command{
		Path: cmp.Or(m.Exe, m.Real.Path), Args: []string{"run", "-v", file}, Dir: dir,
		Environ: m.probeEnviron(dir), Stdin: bytes.NewReader(text), Stdout: &stdout, Stderr: &stderr,
		Deadline: time.Now().Add(buildLimit), Last: remove,
	})
	switch {
	case errors.Is(err, proc.ErrDeadline):
		return nil, errors.New("the program that asks was not built in " + buildLimit.String())
	case err != nil:
		said := complaint(strings.TrimSpace(stderr.text.String()), err)
		return nil, errors.New("the program that asks cannot be built: " + said)
	}
	var answers []probeAnswer
	if err := json.Unmarshal(stdout.Bytes(), &answers); err != nil {
		said := complaint(strings.TrimSpace(stdout.String()), err)
		return nil, errors.New("the program that asks said: " + said)
	}
	return answers, nil
}

// probePackages is about how many packages the probe consists of.
const probePackages = 190

// A buildLog is what go run -v prints: the names of the packages as they are compiled, and then what the probe prints.
// It tells how far that is.
type buildLog struct {
	text strings.Builder
	tell func(*say.State)
}

func (b *buildLog) Write(text []byte) (int, error) {
	b.text.Write(text)
	b.tellNow()
	return len(text), nil
}

func (b *buildLog) tellNow() {
	s := say.State{What: "building a probe", All: probePackages, Unit: "packages", About: true}
	for line := range strings.Lines(b.text.String()) {
		if strings.HasPrefix(line, "asking ") {
			s = say.State{What: "asking the servers, each for " + probeLimit.String() + " at most"}
			break
		}
		s.Done++
	}
	b.tell(&s)
}

// probeEnviron returns the environment in which the probe is built and run. Of the user's settings only the
// environment counts: it names the HTTP proxy and the certificates. The probe is built without cgo, as the go
// command is: so both look up names in the same way. A go command that is interrupted leaves its work folder behind,
// so that is in dir.
func (m *Machine) probeEnviron(dir string) []string {
	environ := append(slices.Clone(m.Environ), "GOENV=off", "GOFLAGS=", "GOWORK=off", "GO111MODULE=on",
		"GOTOOLCHAIN=local", "CGO_ENABLED=0", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH, "GOTMPDIR="+dir)
	if os.Geteuid() == 0 {
		environ = append(environ, "TMPDIR="+dir)
		if fsinfo.CheckOnlyRoot(m.Plan().BuildCache.Value) != nil { // root would link and run what others put there
			environ = append(environ, "GOCACHE="+filepath.Join(dir, "cache"))
		}
	}
	return environ
}

// probeTemp returns a folder for temporary files. For root it is one in which nobody else can replace the program.
func (m *Machine) probeTemp() (dir string, err error) {
	if dir = m.Plan().TempDir.Value; os.Geteuid() != 0 {
		return dir, nil
	}
	for _, dir := range envfix.SystemTemps(cmp.Or(dir, os.TempDir())) {
		if err = fsinfo.CheckKept(dir); err == nil {
			return dir, nil
		}
	}
	return "", err
}

// answerFrom returns the answer from a URL, nil if it was not asked.
func answerFrom(answers []probeAnswer, url string) *probeAnswer {
	i := slices.IndexFunc(answers, func(a probeAnswer) bool { return a.URL == url })
	if i < 0 {
		return nil
	}
	return &answers[i]
}

// good reports whether the server has what was asked for.
func (a *probeAnswer) good() bool { return strings.HasPrefix(a.Status, "200 ") }

// absent reports whether the server says that it does not have it: the go command then asks the next one.
func (a *probeAnswer) absent() bool {
	return strings.HasPrefix(a.Status, "404 ") || strings.HasPrefix(a.Status, "410 ")
}

// hangs reports whether the server did not answer in time. The go command would wait without a limit.
func (a *probeAnswer) hangs() bool { return strings.HasPrefix(a.Err, "no answer in ") }

// verdict returns the status for an answer that is neither good nor absent. The go command may have credentials,
// which the probe does not have.
func (a *probeAnswer) verdict() Status {
	if strings.HasPrefix(a.Status, "401 ") {
		return Skipped
	}
	return Broken
}

// trouble says what is wrong, in words that follow the URL.
func (a *probeAnswer) trouble() string {
	through := ""
	if a.Via != "" {
		through = " through " + a.Via
	}
	if a.Status != "" {
		return "answers" + through + ": " + a.Status
	}
	return "does not answer" + through + ": " + a.Err
}
