package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/bundle"
	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/store"
	"golang.org/x/mod/sumdb/note"
)

// settings are the environment variables of the manual, read and checked.
type settings struct {
	store   store.Store
	shown   string // the store's address for messages
	write   bool
	keys    []note.Verifier
	signer  note.Signer
	verbose bool
	private bool // what GOPRIVATE and GONOPROXY match stays here
}

func readSettings(getenv func(string) string) (s settings, err error) {
	address := getenv("GOSAFE_CACHE")
	if address == "" {
		return s, errors.New("GOSAFE_CACHE is not set")
	}
	s.shown = store.Shown(address)
	s.verbose = getenv("GOSAFE_VERBOSE") == "1"
	if s.store, err = store.Open(address); err != nil {
		return s, err
	}
	if s.keys, err = bundle.ParseKeys(getenv("GOSAFE_CACHE_KEYS")); err != nil {
		return s, fmt.Errorf("GOSAFE_CACHE_KEYS: %w", err)
	}
	if len(s.keys) == 0 && getenv("GOSAFE_CACHE_KEYS") != "" {
		return s, errors.New("GOSAFE_CACHE_KEYS has no key; unset it to use what nobody signed")
	}
	switch write := getenv("GOSAFE_CACHE_WRITE"); write {
	case "":
	case "1":
		s.write = true
	default:
		return s, fmt.Errorf("GOSAFE_CACHE_WRITE=%s is not valid; allowed: 1", write)
	}
	s.private = getenv("GOSAFE_PRIVATE") != ""
	if file := getenv("GOSAFE_CACHE_SIGN"); file != "" && s.write {
		if s.signer, err = readSigner(file); err != nil {
			return s, fmt.Errorf("GOSAFE_CACHE_SIGN: %w", err)
		}
	}
	return s, nil
}

func readSigner(file string) (note.Signer, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(b)))
	if err != nil {
		// Not err: its text may have the key.
		return nil, fmt.Errorf("%s has no private key of go-safe-cache keygen", file)
	}
	return signer, nil
}

// keygen writes a new private key to a file that nobody else can read, and prints the public key.
func keygen(name, file string, stdout io.Writer) error {
	secret, public, err := note.GenerateKey(nil, name)
	if err != nil {
		return err
	}
	if _, err := note.NewVerifier(public); err != nil {
		return fmt.Errorf("keygen: %q cannot be the name of a key: it has a space or a +, or is empty", name)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, secret)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, public)
	return err
}
