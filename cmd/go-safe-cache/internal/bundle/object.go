package bundle

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/gocache"
	"golang.org/x/mod/sumdb/note"
)

const magic = "go-safe-cache v1\n"

func (h Head) text() string {
	return magic + h.Key.text() + fmt.Sprintf("commit %q\nbranch %q\ntime %s\nmanifest %s\n",
		h.Commit, h.Branch, h.Time.UTC().Format(time.RFC3339Nano), h.Sum)
}

// Encode makes the object of a bundle, signed if there is a signer:
//
//	the head, one line for each field
//	an empty line
//	the lines of the signatures, if any
//	an empty line
//	the manifest, compressed
func Encode(h Head, m *Manifest, signer note.Signer) ([]byte, error) {
	body := compress(m.Format())
	h.Sum = sha256.Sum256(body)
	var signers []note.Signer
	if signer != nil {
		signers = append(signers, signer)
	}
	object, err := note.Sign(&note.Note{Text: h.text()}, signers...)
	if err != nil {
		return nil, err
	}
	object = append(object, '\n')
	object = append(object, body...)
	if len(object) > MaxObject {
		return nil, fmt.Errorf("the bundle is larger than %d bytes", MaxObject)
	}
	return object, nil
}

// ErrUnsigned says that no key that is trusted has signed a bundle.
var ErrUnsigned = errors.New("not signed by a key that is trusted here")

// Decode reads a bundle. If keys are given, one of them must have signed its head. The caller compares the head with
// what it asked for: a store may answer with another bundle.
func Decode(object []byte, keys []note.Verifier) (Head, *Manifest, error) {
	const empty = "\n\n"
	end := bytes.Index(object, []byte(empty))
	if end < 0 || !bytes.HasPrefix(object, []byte(magic)) {
		return Head{}, nil, errors.New("not a bundle")
	}
	text := object[:end+1]
	signed, body := object[:end+len(empty)], object[end+len(empty):]
	for !bytes.HasPrefix(body, []byte("\n")) {
		line := bytes.IndexByte(body, '\n') + 1
		if line == 0 {
			return Head{}, nil, errors.New("not a bundle")
		}
		signed, body = signed[:len(signed)+line], body[line:]
	}
	body = body[1:]
	if len(keys) > 0 {
		if _, err := note.Open(signed, note.VerifierList(keys...)); err != nil {
			return Head{}, nil, ErrUnsigned
		}
	}
	head, err := parseHead(string(text))
	if err != nil {
		return Head{}, nil, err
	}
	if sha256.Sum256(body) != head.Sum {
		return Head{}, nil, errors.New("the manifest is not the one that the head names")
	}
	raw, err := decompress(body, maxManifest)
	if err != nil {
		return Head{}, nil, fmt.Errorf("manifest: %w", err)
	}
	m, err := ParseManifest(raw)
	return head, m, err
}

// parseHead accepts only the text that Head.text writes, so that a head has one meaning.
func parseHead(text string) (Head, error) {
	values := map[string]string{}
	for line := range strings.Lines(strings.TrimPrefix(text, magic)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		values[name] = value
	}
	var errs []error
	quoted := func(name string) string {
		s, err := strconv.Unquote(values[name])
		errs = append(errs, err)
		return s
	}
	h := Head{
		Key:    Key{quoted("module"), quoted("go"), quoted("platform"), quoted("flags")},
		Commit: quoted("commit"),
		Branch: quoted("branch"),
	}
	when, err := time.Parse(time.RFC3339Nano, values["time"])
	sum, err2 := gocache.ParseID(values["manifest"])
	h.Time, h.Sum = when, sum
	if err := errors.Join(append(errs, err, err2)...); err != nil || h.text() != text {
		return Head{}, errors.New("not the head of a bundle")
	}
	return h, nil
}

// ParseKeys reads public keys, separated by spaces: as many as are in use while one replaces another.
func ParseKeys(s string) ([]note.Verifier, error) {
	var keys []note.Verifier
	for _, field := range strings.Fields(s) {
		key, err := note.NewVerifier(field)
		if err != nil {
			return nil, fmt.Errorf("%.200q is not a public key", field)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
