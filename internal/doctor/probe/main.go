//go:build go1.21

// Probe asks servers over HTTP and tells what each answered and who certified it. It uses the same proxy variables
// and root certificates as a go command here. It reads a question from standard input and writes the answers to
// standard output, as JSON.
//
// go safe doctor --net carries the text of this file and lets the real go run it, whatever its version: so the
// language is that of Go 1.21, and every toolchain has the packages that it imports. If go-safe linked net/http,
// each start would take longer.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"
)

// A question is a list of lists of URLs. The URLs of one list are asked in order until one answers 200, the lists in
// parallel.
type question struct {
	URLs  [][]string
	Roots []string      // files of certificates to try if the roots that Go finds are not enough
	Limit time.Duration // for each URL
}

// An answer is what came from a URL.
type answer struct {
	URL    string
	Status string // such as "200 OK", "" if no answer came
	Err    string // why none came
	Via    string // the HTTP proxy that the variables name for it, "" for none
	Direct bool   // no answer came, but without the HTTP proxy one does
	Hops   []hop  // the servers that presented a certificate, in order: a redirection adds one
}

// A hop is a server and the certificate that it presented.
type hop struct {
	Name, Subject, Issuer string
	Expires               time.Time
	Authority             string // issued the server's last certificate: the root that is trusted, or that is missing
	Wrong                 string // why it is not trusted
	Unknown               bool   // because the authority is not known
	Roots                 string // the one of the question's files with which it would be trusted
}

func main() {
	var q question
	if err := json.NewDecoder(os.Stdin).Decode(&q); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, "asking the servers") // go-safe shows that the program is built and runs
	if err := json.NewEncoder(os.Stdout).Encode(q.ask()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// ask asks all URLs, through the HTTP proxy and, if no answer comes, without it.
func (q question) ask() []answer {
	lists := make([][]answer, len(q.URLs))
	var all sync.WaitGroup
	for i := range q.URLs {
		i := i
		all.Add(1)
		go func() {
			defer all.Done()
			for _, u := range q.URLs[i] {
				a := q.get(u, http.ProxyFromEnvironment)
				if a.Status == "" && a.Via != "" {
					a.Direct = q.get(u, nil).Status != ""
				}
				lists[i] = append(lists[i], a)
				if a.Status == "200 OK" {
					return
				}
			}
		}()
	}
	all.Wait()
	var answers []answer
	for _, list := range lists {
		answers = append(answers, list...)
	}
	return answers
}

// get asks one URL, through the HTTP proxy that the function returns.
func (q question) get(address string, proxy func(*http.Request) (*url.URL, error)) answer {
	a := answer{URL: address}
	ctx, cancel := context.WithTimeout(context.Background(), q.Limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", address, nil)
	if err != nil {
		a.Err = err.Error()
		return a
	}
	if proxy != nil {
		if via, err := proxy(req); err == nil && via != nil {
			a.Via = via.Redacted()
		}
	}
	host := ""
	client := http.Client{Transport: &http.Transport{
		Proxy: func(req *http.Request) (*url.URL, error) { // called for each redirection too
			host = req.URL.Hostname()
			if proxy == nil {
				return nil, nil
			}
			return proxy(req)
		},
		TLSClientConfig: &tls.Config{
			InsecureSkipVerify: true, // verify does it, and sees the certificates
			VerifyConnection: func(state tls.ConnectionState) error {
				if state.ServerName != "" { // it is missing if the host is an address
					host = state.ServerName
				}
				h, err := q.verify(host, state.PeerCertificates)
				a.Hops = append(a.Hops, h)
				return err
			},
		},
	}}
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		a.Err = q.reason(err)
		return a
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)); err != nil {
		a.Err = q.reason(err)
		return a
	}
	a.Status = resp.Status
	return a
}

// reason returns the part of an error that does not repeat the URL.
func (q question) reason(err error) string {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in " + q.Limit.String()
	}
	return err.Error()
}

// verify does what crypto/tls would do, and notes what it saw.
func (q question) verify(host string, chain []*x509.Certificate) (hop, error) {
	leaf, last := chain[0], chain[len(chain)-1]
	h := hop{
		Name: host, Subject: leaf.Subject.String(), Issuer: leaf.Issuer.String(), Expires: leaf.NotAfter,
		Authority: last.Issuer.String(),
	}
	options := x509.VerifyOptions{DNSName: host, Intermediates: x509.NewCertPool()}
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	trusted, err := leaf.Verify(options)
	if err == nil {
		h.Authority = trusted[0][len(trusted[0])-1].Subject.String()
		return h, nil
	}
	h.Wrong = err.Error()
	h.Unknown = errors.As(err, new(x509.UnknownAuthorityError))
	for _, file := range q.Roots {
		text, failed := os.ReadFile(file)
		options.Roots = x509.NewCertPool()
		if failed != nil || !options.Roots.AppendCertsFromPEM(text) {
			continue
		}
		if _, failed := leaf.Verify(options); failed == nil {
			h.Roots = file
			break
		}
	}
	return h, err
}
