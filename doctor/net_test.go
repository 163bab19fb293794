package doctor

import (
	"strings"
	"testing"

	"github.com/go-safe/go-safe/envfix"
)

// recorded is a machine whose servers answered: URL, blank, status. Where there is none the server did not answer.
func recorded(goproxy, gosumdb string, answers ...string) *Machine {
	m := &Machine{Settings: envfix.ReadSettings([]string{"GOENV=off", "GOPROXY=" + goproxy, "GOSUMDB=" + gosumdb}, "")}
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
	for _, tt := range []struct {
		goproxy string
		answers []string
		status  Status
		told    string
	}{
		{"https://a", []string{supportedByA + " 200 OK"}, OK, "asked at https://a/sumdb/sum.golang.org"},
		{"https://a,b.example", []string{supportedByA + " 404 Not Found", supportedByB + " 200 OK"}, OK, "asked at https://b.example/sumdb/sum.golang.org"},
		{"https://a", []string{supportedByA + " 410 Gone", sumDirect + " 200 OK"}, OK, "asked at https://sum.golang.org"},
		{"https://a", []string{supportedByA + " 404 Not Found", sumDirect}, Broken, "does not answer: "},
		{"https://a,direct", []string{supportedByA + " 502 Bad Gateway", sumDirect + " 200 OK"}, Broken, "answers: 502 Bad Gateway"},
		{"https://a|direct", []string{supportedByA + " 502 Bad Gateway", sumDirect + " 200 OK"}, OK, "asked at https://sum.golang.org"},
		{"https://a|off", []string{supportedByA + " 502 Bad Gateway", sumDirect + " 200 OK"}, Broken, "answers: 502 Bad Gateway"},
		{"https://a|b.example", []string{supportedByA, supportedByB + " 200 OK"}, OK, "asked at https://b.example/sumdb/sum.golang.org"},
		{"https://a|b.example", []string{supportedByA + " 403 Forbidden", supportedByB + " 404 Not Found", sumDirect + " 200 OK"}, Broken, "answers: 403 Forbidden"},
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
	if f.Status != Warning || f.Looked != "https://a" || f.Type != "export GOPROXY='c.example|direct'" || len(f.Details) != 3 {
		t.Errorf("%+v", f)
	}
}
