package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// httpStore is a server that answers GET and HEAD, and PUT and DELETE if it can be written to.
type httpStore struct {
	base     string // ends with a slash, has no user
	user     *url.Userinfo
	advice   string // what to say of credentials that are missing
	client   *http.Client
	maxIndex int64
}

func openHTTP(u *url.URL, getenv func(string) string) (Store, error) {
	if u.Hostname() == "" {
		return nil, errors.New("GOSAFE_CACHE names no host")
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("GOSAFE_CACHE has a query or a fragment; " +
			"credentials for a server belong in the file ~/.netrc")
	}
	user, advice := u.User, ""
	if user == nil {
		if user = netrc(u.Hostname(), getenv); user == nil {
			advice = "; ~/.netrc has none for " + u.Hostname()
		}
	}
	u.User = nil
	return &httpStore{
		base:     strings.TrimSuffix(u.String(), "/") + "/",
		user:     user,
		advice:   advice,
		client:   &http.Client{Transport: newTransport()},
		maxIndex: 64 << 20,
	}, nil
}

// newTransport has limits for a server that does not answer, and connections for parts that are on their way at once.
func newTransport() *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	transport.TLSHandshakeTimeout = 5 * time.Second
	transport.ResponseHeaderTimeout = 30 * time.Second
	transport.MaxIdleConnsPerHost = 16
	transport.DisableCompression = true // what is stored is compressed already, and its hash counts
	return transport
}

// do sends a request, and returns the answer if its status is one of a success.
func (s *httpStore) do(ctx context.Context, method, name string, body []byte) (*http.Response, error) {
	var content io.Reader
	if body != nil {
		content = bytes.NewReader(body)
	}
	request, err := http.NewRequestWithContext(ctx, method, s.base+name, content)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "go-safe-cache")
	if s.user != nil {
		password, _ := s.user.Password()
		request.SetBasicAuth(s.user.Username(), password)
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode/100 == 2 {
		return answer, nil
	}
	answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusNotFound, http.StatusGone:
		return nil, ErrNotFound
	case http.StatusUnauthorized:
		return nil, fmt.Errorf("%s %s: %s: %w%s", method, s.base+name, answer.Status, ErrDenied, s.advice)
	case http.StatusForbidden:
		return nil, fmt.Errorf("%s %s: %s: %w", method, s.base+name, answer.Status, ErrDenied)
	}
	return nil, fmt.Errorf("%s %s: %s", method, s.base+name, answer.Status)
}

func (s *httpStore) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	answer, err := s.do(ctx, http.MethodGet, name, nil)
	if err != nil {
		return nil, err
	}
	return answer.Body, nil
}

func (s *httpStore) Has(ctx context.Context, name string) (bool, error) {
	return found(s.discard(ctx, http.MethodHead, name, nil))
}

func (s *httpStore) Put(ctx context.Context, name string, content []byte) error {
	return s.discard(ctx, http.MethodPut, name, content)
}

func (s *httpStore) Delete(ctx context.Context, name string) error {
	_, err := found(s.discard(ctx, http.MethodDelete, name, nil))
	return err
}

func found(err error) (bool, error) {
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (s *httpStore) discard(ctx context.Context, method, name string, body []byte) error {
	answer, err := s.do(ctx, method, name, body)
	if err != nil {
		return err
	}
	io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	return answer.Body.Close()
}

// List reads the directories as nginx lists them in JSON.
func (s *httpStore) List(ctx context.Context, dir string) ([]Object, error) {
	body, err := s.Get(ctx, dir+"/")
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if errors.Is(err, ErrDenied) {
		return nil, fmt.Errorf("%w (%w)", err, ErrNoList) // nginx without autoindex answers 403
	}
	if err != nil {
		return nil, err
	}
	defer body.Close()
	var entries []struct {
		Name, Type, Mtime string
		Size              int64
	}
	if err := json.NewDecoder(io.LimitReader(body, s.maxIndex)).Decode(&entries); err != nil {
		return nil, ErrNoList
	}
	var objects []Object
	for _, entry := range entries {
		name := dir + "/" + entry.Name
		if strings.ContainsRune(entry.Name, '/') || entry.Name == "." || entry.Name == ".." {
			return nil, fmt.Errorf("%s: a listing with the name %q", s.base+dir, entry.Name)
		}
		if entry.Type == "directory" {
			below, err := s.List(ctx, name)
			if err != nil {
				return nil, err
			}
			objects = append(objects, below...)
			continue
		}
		when, err := http.ParseTime(entry.Mtime)
		if err != nil {
			return nil, ErrNoList
		}
		objects = append(objects, Object{name, entry.Size, when})
	}
	return objects, nil
}
