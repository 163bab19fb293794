// Package store puts objects into a store and gets them from there.
//
// An object appears under its name whole or not at all, if the server keeps to that: nginx and all servers of the S3
// API do. No error text has a password, a key or a token in it.
package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"
)

// Store is where bundles and parts are.
type Store interface {
	// Get returns ErrNotFound if there is no such object.
	Get(ctx context.Context, name string) (io.ReadCloser, error)
	Has(ctx context.Context, name string) (bool, error)
	Put(ctx context.Context, name string, content []byte) error
	Delete(ctx context.Context, name string) error
	// List lists all objects whose names begin with a directory. It returns ErrNoList if the server cannot do that.
	List(ctx context.Context, dir string) ([]Object, error)
}

// Object is an object in a listing.
type Object struct {
	Name string
	Size int64
	Time time.Time
}

// Errors that a caller can act on.
var (
	ErrNotFound = errors.New("not found")
	ErrDenied   = errors.New("the store does not accept the credentials, or demands some")
	ErrNoList   = errors.New("the server lists no directories; for nginx: autoindex on; autoindex_format json;")
)

// Open returns the store at an address: https://host/path, http://host/path or s3://bucket/prefix.
func Open(address string) (Store, error) {
	u, err := url.Parse(address)
	if err != nil {
		// The text of err has the whole address.
		if strings.ContainsFunc(address, func(r rune) bool { return unicode.IsSpace(r) || r == '"' || r == '\'' }) {
			return nil, errors.New("GOSAFE_CACHE is not a URL: it has a space or a quote in it")
		}
		return nil, errors.New("GOSAFE_CACHE is not a URL such as https://cache.example.com/go")
	}
	switch u.Scheme {
	case "http", "https":
		return openHTTP(u, os.Getenv)
	case "s3":
		return openS3(u, os.Getenv)
	case "":
		return nil, errors.New("GOSAFE_CACHE is a URL that begins with https://, http:// or s3://; " +
			"it begins with none of them")
	}
	return nil, fmt.Errorf("GOSAFE_CACHE is a URL that begins with https://, http:// or s3://, and not with %.20q",
		u.Scheme)
}

// Shown is an address without what is secret in it.
func Shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "the address in GOSAFE_CACHE"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return strings.TrimSuffix(u.String(), "/")
}
