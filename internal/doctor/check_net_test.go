package doctor

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
)

// recorded returns a machine whose servers answered: URL, blank, status. A server without a status did not answer.
func recorded(goproxy, gosumdb string, answers ...string) *Machine {
	m := &Machine{Settings: envfix.ReadSettings([]string{"GOENV=off", "GOPROXY=" + goproxy, "GOSUMDB=" + gosumdb},
		"", nil)}
	m.net.once.Do(func() {})
	for _, text := range answers {
		url, status, _ := strings.Cut(text, " ")
		m.net.answers = append(m.net.answers, probeAnswer{URL: url, Status: status})
	}
	return m
}

const (
	supportedByA = "https://a/sumdb/sum.golang.org/supported"
	supportedByB = "https://b.example/sumdb/sum.golang.org/supported"
	sumDirect    = "https://sum.golang.org/latest"
)

// As cmd/go/internal/modfetch.dbClient.initBase has it.
func TestNetSumDB(t *testing.T) {
	const bad = " 502 Bad Gateway"
	for _, tt := range []struct {
		goproxy string
		answers []string
		status  Status
		told    string
	}{
		{"https://a", []string{supportedByA + " 200 OK"}, OK, "asked at https://a/sumdb/sum.golang.org"},
		{
			"https://a,b.example", []string{supportedByA + " 404 Not Found", supportedByB + " 200 OK"},
			OK, "asked at https://b.example/sumdb/sum.golang.org",
		},
		{
			"https://a", []string{supportedByA + " 410 Gone", sumDirect + " 200 OK"},
			OK, "asked at https://sum.golang.org",
		},
		{"https://a", []string{supportedByA + " 404 Not Found", sumDirect}, Broken, "does not answer: "},
		{"https://a,direct", []string{supportedByA + bad, sumDirect + " 200 OK"}, Broken, "answers: 502 Bad Gateway"},
		{
			"https://a|direct", []string{supportedByA + bad, sumDirect + " 200 OK"},
			OK, "asked at https://sum.golang.org",
		},
		{"https://a|off", []string{supportedByA + bad, sumDirect + " 200 OK"}, Broken, "answers: 502 Bad Gateway"},
		{
			"https://a|b.example", []string{supportedByA, supportedByB + " 200 OK"},
			OK, "asked at https://b.example/sumdb/sum.golang.org",
		},
		{
			"https://a|b.example",
			[]string{supportedByA + " 403 Forbidden", supportedByB + " 404 Not Found", sumDirect + " 200 OK"},
			Broken, "answers: 403 Forbidden",
		},
		{"direct", []string{sumDirect + " 200 OK"}, OK, "asked at https://sum.golang.org"},
		{"off", nil, OK, "no server is asked"},
	} {
		m := recorded(tt.goproxy, "sum.golang.org", tt.answers...)
		if f := netSumDB(m); f.Status != tt.status || f.Found != tt.told {
			t.Errorf("%s %q: %s, %s, want %s, %s", tt.goproxy, tt.answers, f.Status, f.Found, tt.status, tt.told)
		}
	}
	if f := netSumDB(recorded("https://a", "off")); f.Status != OK || f.Found != "no server is asked" {
		t.Errorf("%+v", f)
	}
}

func TestNetProxyList(t *testing.T) {
	m := recorded("https://a/ | b.example,c.example|direct", "off",
		"https://a/golang.org/x/mod/@v/list 500 Internal Server Error", "https://b.example/golang.org/x/mod/@v/list",
		"https://c.example/golang.org/x/mod/@v/list 200 OK")
	f := netProxy(m)
	advice := shell.Set("GOPROXY", "c.example|direct")
	if f.Status != Warning || f.Looked != "https://a" || f.Advice != advice || len(f.Details) != 3 {
		t.Errorf("%+v", f)
	}
}

// The advice is what the probe tried with success.
func TestFixConnection(t *testing.T) {
	m := &Machine{Environ: []string{"HTTPS_PROXY=x", "http_proxy=x"}}
	for _, tt := range []struct {
		answer probeAnswer
		want   string
	}{
		{probeAnswer{URL: "https://a"}, ""},
		{probeAnswer{URL: "https://a", Direct: true}, shell.Unset("HTTPS_PROXY")},
		{probeAnswer{URL: "http://a", Direct: true}, shell.Unset("http_proxy")},
		{
			probeAnswer{URL: "http://a", Direct: true, Hops: []probeHop{{}, {Roots: "/ca.pem"}}},
			shell.Set("SSL_CERT_FILE", "/ca.pem"),
		},
	} {
		// Names of variables do not depend on case on Windows.
		if got := m.fixConnection(&tt.answer); !strings.EqualFold(got, tt.want) {
			t.Errorf("%+v: %s", tt.answer, got)
		}
	}
}

func TestNetProxy(t *testing.T) {
	const asked = "/golang.org/x/mod/@v/list"
	for _, tt := range []struct {
		goproxy string
		answers []probeAnswer
		status  Status
		found   string
	}{
		{"https://a", []probeAnswer{{URL: "https://a" + asked, Status: "401 Unauthorized"}}, Skipped, "answers: 401"},
		{
			"https://a|direct", []probeAnswer{{URL: "https://a" + asked, Err: "no answer in 10s"}},
			Broken, "does not answer: no answer in 10s",
		},
		{
			"https://a|direct", []probeAnswer{{URL: "https://a" + asked, Err: "refused", Via: "http://p"}},
			Warning, "does not answer through http://p: refused",
		},
		{
			"https://a,https://b", []probeAnswer{
				{URL: "https://a" + asked, Status: "200 OK"}, {URL: "https://b" + asked, Status: "500 Bad"},
			},
			Warning, "answers: 500 Bad; it is asked for what no entry before it has",
		},
		{"https://a", []probeAnswer{{URL: "https://a" + asked, Status: "404 Not Found"}}, OK, ""},
		{"off", nil, OK, "no server in it"},
	} {
		m := recorded(tt.goproxy, "off")
		m.net.answers = tt.answers
		if f := netProxy(m); f.Status != tt.status || !strings.HasPrefix(f.Found, tt.found) {
			t.Errorf("%s %+v: %+v", tt.goproxy, tt.answers, f)
		}
	}
}

func TestNetTLS(t *testing.T) {
	hop := probeHop{Name: "a", Subject: "CN=a", Issuer: "CN=i", Authority: "CN=r"}
	for _, tt := range []struct {
		via    string
		change func(h *probeHop)
		status Status
		found  string
		advice string
	}{
		{"", func(*probeHop) {}, OK, "", ""},
		{
			"", func(h *probeHop) { h.Wrong = "has expired" },
			Broken, "presents a certificate that is not valid: has expired", "",
		},
		{
			"", func(h *probeHop) { h.Wrong, h.Unknown = "x", true },
			Broken, "presents a certificate of CN=r, which nobody here trusts; ask who runs that for its", "",
		},
		{
			"http://p", func(h *probeHop) { h.Wrong, h.Unknown, h.Roots = "x", true, "/ca" },
			Broken, "presents through http://p a certificate of CN=r, which Go does not know here; it seems",
			shell.Set("SSL_CERT_FILE", "/ca"),
		},
	} {
		h := hop
		tt.change(&h)
		m := recorded("https://a", "off")
		m.net.answers = []probeAnswer{{URL: "https://a/x", Via: tt.via, Hops: []probeHop{h}}}
		f := netTLS(m)
		if f.Status != tt.status || !strings.HasPrefix(f.Found, tt.found) || f.Advice != tt.advice {
			t.Errorf("%+v: %+v", h, f)
		}
		const line = "CN=a, issued by CN=i, which goes back to CN=r, expires "
		if len(f.Details) != 1 || !strings.Contains(f.Details[0], line) {
			t.Errorf("%q", f.Details)
		}
	}
	if f := netTLS(recorded("off", "off")); f.Found != "none presented" {
		t.Errorf("%+v", f)
	}
}

func TestProbeURLs(t *testing.T) {
	for _, tt := range []struct{ goproxy, gosumdb, want string }{
		{"off", "sum.golang.org", ""},
		{"direct", "sum.golang.org", sumDirect},
		{"file:///none", "sum.golang.org", sumDirect},
		{"https://a", "off", "https://a/golang.org/x/mod/@v/list"},
		{"https://a", "x+1+2 https://sums/", "https://a/golang.org/x/mod/@v/list https://sums/latest"},
		{"https://a,direct", "sum.golang.org", "https://a/golang.org/x/mod/@v/list " + supportedByA + " " + sumDirect},
	} {
		urls := recorded(tt.goproxy, tt.gosumdb).probeURLs()
		if got := strings.Join(slices.Concat(urls...), " "); got != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.goproxy, tt.gosumdb, got, tt.want)
		}
	}
}

// While the probe is built, the packages are counted; then it says that it asks.
func TestBuildLog(t *testing.T) {
	var told say.State
	b := buildLog{tell: func(s *say.State) { told = *s }}
	b.tellNow()
	if told.Done != 0 || told.All != probePackages || told.Unit != "packages" {
		t.Errorf("%+v", told)
	}
	b.Write([]byte("internal/abi\nunicode/utf8\n"))
	if told.Done != 2 {
		t.Errorf("%+v", told)
	}
	b.Write([]byte("command-line-arguments\nasking the servers\n"))
	if told.All != 0 || !strings.HasPrefix(told.What, "asking the servers") {
		t.Errorf("%+v", told)
	}
	cmd := exec.Command("go", "list", "-deps", "./probe")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Skip(err)
	}
	if n := strings.Count(string(out), "\n"); n < probePackages*3/4 || n > probePackages*5/4 {
		t.Errorf("the probe has %d packages, and not about %d", n, probePackages)
	}
}
