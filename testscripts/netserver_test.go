//go:build unix

package testscripts

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// netserver DIR serves the module proxy in DIR, and all kinds of failures, until the script ends. It sets the
// variables that README.md lists. DIR/ca.pem gets the certificate of the authority behind its servers.
func netserver(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: netserver dir")
	}
	dir := ts.MkAbs(args[0])
	corp, err := newAuthority("Example Corp CA")
	ts.Check(err)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: corp.cert.Raw})
	ts.Check(os.WriteFile(filepath.Join(dir, "ca.pem"), text, 0o644))
	ended := make(chan struct{})
	handler := serves(dir, ended)
	year := time.Now().AddDate(1, 0, 0)
	servers := map[string]*httptest.Server{
		"PLAIN":    httptest.NewServer(handler),
		"SECURE":   corp.server(handler, "127.0.0.1", year),
		"EXPIRED":  corp.server(handler, "127.0.0.1", time.Now().Add(-time.Hour)),
		"MISNAMED": corp.server(handler, "other.example.com", year),
		"RESIGNS":  httptest.NewServer(corp.interceptor(handler)),
	}
	for name, server := range servers {
		ts.Setenv(name, server.URL)
	}
	// HTTP_PROXY is used for this address of our machine, but not for 127.0.0.1 (net/http.ProxyFromEnvironment).
	ts.Setenv("FAR", strings.Replace(servers["PLAIN"].URL, "127.0.0.1", "0.0.0.0", 1))
	closed := httptest.NewServer(handler)
	closed.Close()
	ts.Setenv("CLOSED", closed.URL)
	ts.Defer(func() {
		close(ended)
		for _, server := range servers {
			server.CloseClientConnections()
			server.Close()
		}
	})
}

// serves answers with the files in dir. Below /NNN it answers with that status, below /hang only when ended is
// closed.
func serves(dir string, ended <-chan struct{}) http.Handler {
	files := http.FileServer(http.Dir(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch status := 0; {
		case first == "hang":
			<-ended
		case len(first) == 3:
			fmt.Sscan(first, &status)
			w.WriteHeader(status)
		default:
			files.ServeHTTP(w, r)
		}
	})
}

// An authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(name string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name, Organization: []string{"Example"}},
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert, key}, err
}

// issue makes a certificate for a host.
func (a *authority) issue(host string, expires time.Time) (tls.Certificate, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host},
		NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: expires, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, a.key.Public(), a.key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}, err
}

// server serves one host.
func (a *authority) server(handler http.Handler, host string, expires time.Time) *httptest.Server {
	s := httptest.NewUnstartedServer(handler)
	s.TLS = a.config(host, expires)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that do not trust it break off the handshake
	s.StartTLS()
	return s
}

// config is the configuration of a server for one host.
func (a *authority) config(host string, expires time.Time) *tls.Config {
	cert, err := a.issue(host, expires)
	if err != nil {
		panic(err) // no argument is from outside
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}}
}

// interceptor is an HTTP proxy that opens the connections that go through it. It answers as any host, with a
// certificate that it makes. It accepts only CONNECT.
func (a *authority) interceptor(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.intercept(w, r, handler) })
}

func (a *authority) intercept(w http.ResponseWriter, r *http.Request, handler http.Handler) {
	host, _, err := net.SplitHostPort(r.Host)
	if r.Method != http.MethodConnect || err != nil {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	raw, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer raw.Close()
	fmt.Fprint(raw, "HTTP/1.1 200 OK\r\n\r\n")
	conn := tls.Server(raw, a.config(host, time.Now().AddDate(1, 0, 0)))
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	defer cancel()
	if conn.HandshakeContext(ctx) != nil {
		return
	}
	inner, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, inner)
	result := recorder.Result()
	result.Close = true
	result.Write(conn)
}
