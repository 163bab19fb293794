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
)

const network = "the network"

// NetChecks returns the checks that ask servers. They take long: the real go builds the program that asks, see probe.
func NetChecks() []Check {
	return []Check{
		{"net-proxy", network, "modules that are not in the module cache cannot be fetched", netProxy},
		{"net-sumdb", network, "a module that go.sum does not name cannot be verified, and go get and go mod tidy fail", netSumDB},
		{"net-tls", network, "go commands end with: tls: failed to verify certificate", netTLS},
	}
}

// probeSource is a program of one file. It is carried as text because net/http, and crypto/tls alone as well, would make each start of
// go-safe an eighth longer; a second program would have to be installed; but a go command with its standard library is always there.
//
//go:embed probe/main.go
var probeSource []byte

const (
	probeLimit = 10 * time.Second // for a server
	buildLimit = 3 * time.Minute  // a cold build cache on a small machine
	// AskedLimit is how long the checks may take that are done only when they are asked for.
	AskedLimit = buildLimit + 6*probeLimit
)

// A probeQuestion and a probeAnswer are what the probe reads and writes; its own types explain them.
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

// A probed is what the probe answered. Several checks read it; the first one that wants it has it made.
type probed struct {
	once    sync.Once
	answers []probeAnswer
	err     error
}

// answers returns the answers to all that the checks want to know.
func (m *Machine) answers() ([]probeAnswer, error) {
	m.net.once.Do(func() {
		q := probeQuestion{URLs: m.urls(), Limit: probeLimit, Roots: m.otherRoots()}
		if len(q.URLs) > 0 {
			m.net.answers, m.net.err = m.probe(q)
		}
	})
	return m.net.answers, m.net.err
}

// urls are those of each proxy, and those of the checksum database in the order in which the go command tries them.
func (m *Machine) urls() [][]string {
	var urls [][]string
	for _, p := range m.proxies() {
		if p.web() {
			urls = append(urls, []string{p.list()})
		}
	}
	if db := m.sumdb(); len(db.urls) > 0 {
		urls = append(urls, db.urls)
	}
	return urls
}

// probe lets the real go run the probe, by way of this program, which gives it directories that work. Nothing of the user's settings
// but the environment is in force: that names the HTTP proxy and the certificates.
func (m *Machine) probe(q probeQuestion) ([]probeAnswer, error) {
	if m.NotFound != nil {
		return nil, errors.New("there is no go command that could ask")
	}
	temp, err := m.keptTemp()
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
	prog := m.Exe
	if prog == "" {
		prog = m.Real.Path
	}
	// Without cgo, as the go command itself is built: names are looked up in the same way. A go command that is
	// interrupted leaves its work folder behind: that is in ours.
	environ := append(slices.Clone(m.Environ), "GOENV=off", "GOFLAGS=", "GOWORK=off", "GO111MODULE=on",
		"GOTOOLCHAIN=local", "CGO_ENABLED=0", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH, "GOTMPDIR="+dir)
	if os.Geteuid() == 0 {
		environ = append(environ, "TMPDIR="+dir)
		if fsinfo.Keeps(m.Plan().Value("GOCACHE")) != nil { // or root links and runs what others have put there
			environ = append(environ, "GOCACHE="+filepath.Join(dir, "cache"))
		}
	}
	var stdout, stderr bytes.Buffer
	err = proc.Run(proc.Command{
		Path: prog, Args: []string{"run", file}, Dir: dir,
		Environ: environ, Stdin: bytes.NewReader(text), Stdout: &stdout, Stderr: &stderr,
		Deadline: time.Now().Add(buildLimit), Last: remove,
	})
	out := stdout.Bytes()
	switch {
	case errors.Is(err, proc.ErrDeadline):
		return nil, errors.New("the program that asks was not built in " + buildLimit.String())
	case err != nil:
		return nil, errors.New("the program that asks cannot be built: " + complaint(strings.TrimSpace(stderr.String()), err))
	}
	var answers []probeAnswer
	if err := json.Unmarshal(out, &answers); err != nil {
		return nil, errors.New("the program that asks said: " + complaint(strings.TrimSpace(string(out)), err))
	}
	return answers, nil
}

// keptTemp is a folder for temporary files. For root it is one in which nobody else can exchange the program.
func (m *Machine) keptTemp() (dir string, err error) {
	if dir = m.Plan().Value("TMPDIR"); os.Geteuid() != 0 {
		return dir, nil
	}
	for _, dir := range []string{cmp.Or(dir, os.TempDir()), "/var/tmp", "/tmp"} {
		if err = fsinfo.Keeps(dir); err == nil {
			return dir, nil
		}
	}
	return "", err
}

// answerTo finds the answer from a URL, nil where it was not asked.
func answerTo(answers []probeAnswer, url string) *probeAnswer {
	for i := range answers {
		if answers[i].URL == url {
			return &answers[i]
		}
	}
	return nil
}

// good reports whether there is what was asked for.
func (a *probeAnswer) good() bool { return strings.HasPrefix(a.Status, "200 ") }

// absent reports whether the server says that it does not have it: the go command then asks the next one.
func (a *probeAnswer) absent() bool {
	return strings.HasPrefix(a.Status, "404 ") || strings.HasPrefix(a.Status, "410 ")
}

// hangs reports whether the server let the probe wait. The go command waits on, without a limit.
func (a *probeAnswer) hangs() bool { return strings.HasPrefix(a.Err, "no answer in ") }

// verdict is the status where there is something the matter: the go command may have credentials, which the probe has not.
func (a *probeAnswer) verdict() Status {
	if strings.HasPrefix(a.Status, "401 ") {
		return Unknown
	}
	return Broken
}

// matter says what is wrong, in words that follow the URL.
func (a *probeAnswer) matter() string {
	through := ""
	if a.Via != "" {
		through = " through " + a.Via
	}
	if a.Status != "" {
		return "answers" + through + ": " + a.Status
	}
	return "does not answer" + through + ": " + a.Err
}

// cure is what to type where the probe tried something that helps.
func (m *Machine) cure(a *probeAnswer) string {
	for _, h := range a.Hops {
		if h.Roots != "" {
			return "export SSL_CERT_FILE=" + envfix.Quote(h.Roots)
		}
	}
	if !a.Direct {
		return ""
	}
	var set []string
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		if _, ok := envfix.Getenv(m.Environ, name); ok && strings.HasPrefix(strings.ToLower(name), a.URL[:strings.Index(a.URL, ":")]+"_") {
			set = append(set, name)
		}
	}
	return "unset " + strings.Join(set, " ")
}

// netTLS looks at the certificates of all servers that were asked.
func netTLS(m *Machine) Finding {
	answers, err := m.answers()
	if err != nil {
		return Finding{Status: Unknown, Looked: "certificates", Found: err.Error()}
	}
	f := ok("certificates", "")
	for _, a := range answers {
		for _, h := range a.Hops {
			if line := h.shown(a.Via); !slices.Contains(f.Details, line) {
				f.Details = append(f.Details, line)
			}
			if h.Wrong == "" || f.Status != OK {
				continue
			}
			f.Status, f.Looked, f.Found, f.Type = Broken, h.Name, h.matter(a.Via), m.cure(&a)
		}
	}
	if len(f.Details) == 0 {
		f.Found = "none presented"
	}
	return f
}

// matter says what is wrong with a certificate.
func (h probeHop) matter(via string) string {
	who, anew := "presents a certificate", ""
	if via != "" {
		who, anew = "presents through "+via+" a certificate", "; it seems that the proxy signs anew what goes through it"
	}
	switch {
	case !h.Unknown:
		return who + " that is not valid: " + h.Wrong
	case h.Roots == "":
		return who + " of " + h.Authority + ", which nobody here trusts" + anew + "; ask who runs that for its certificate, and " + addRoots
	}
	return who + " of " + h.Authority + ", which Go does not know here" + anew
}

// shown is a line about a certificate.
func (h probeHop) shown(via string) string {
	line := h.Name
	if via != "" {
		line += " through " + via
	}
	line += ": " + h.Subject + ", issued by " + h.Issuer
	if h.Authority != h.Issuer {
		line += ", which goes back to " + h.Authority
	}
	return line + ", expires " + h.Expires.Format(time.DateOnly)
}
