package main

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAsk(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/none":
			http.NotFound(w, r)
		case "/hangs":
			<-r.Context().Done()
		}
	})
	plain, secure := httptest.NewServer(handler), httptest.NewTLSServer(handler)
	defer plain.Close()
	defer secure.Close()
	t.Setenv("HTTP_PROXY", "")
	t.Setenv("HTTPS_PROXY", "")
	roots := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw})
	if err := os.WriteFile(roots, text, 0o600); err != nil {
		t.Fatal(err)
	}
	q := question{
		URLs: [][]string{
			{plain.URL + "/none", plain.URL, plain.URL + "/never"}, {secure.URL}, {plain.URL + "/hangs"},
		},
		Roots: []string{filepath.Join(t.TempDir(), "missing"), roots},
		Limit: 2 * time.Second,
	}
	answers := q.ask()
	if len(answers) != 4 {
		t.Fatalf("%+v", answers)
	}
	if a := answers[0]; a.Status != "404 Not Found" || answers[1].Status != "200 OK" {
		t.Errorf("%+v", answers[:2])
	}
	a := answers[2]
	if a.Status != "" || len(a.Hops) != 1 || !a.Hops[0].Unknown || a.Hops[0].Roots != roots ||
		!strings.Contains(a.Hops[0].Authority, "O=Acme Co") {
		t.Errorf("%+v", a)
	}
	if a := answers[3]; a.Err != "no answer in 2s" {
		t.Errorf("%+v", a)
	}
}

func TestGetFails(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	for address, want := range map[string]string{server.URL: "refused", "http://a b": "invalid character"} {
		if a := (question{Limit: time.Second}).get(address, nil); a.Status != "" || !strings.Contains(a.Err, want) {
			t.Errorf("%+v", a)
		}
	}
}
