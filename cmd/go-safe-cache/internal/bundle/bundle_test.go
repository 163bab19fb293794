package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/gocache"
	"golang.org/x/mod/sumdb/note"
)

var key = Key{Module: "example.com/m", Go: "go1.26.8", Platform: "linux/amd64", Flags: "-race\n-tags=x"}

// sample is a bundle with one part, and the part.
func sample(t testing.TB) (Head, *Manifest, []byte) {
	t.Helper()
	w := NewPartWriter()
	var m Manifest
	for i, content := range []string{"first", "", strings.Repeat("long", 1000)} {
		offset, err := w.Add([]byte(content))
		if err != nil {
			t.Fatal(err)
		}
		o := Output{ID: sha256.Sum256([]byte(content)), Size: int64(len(content)), Used: time.Unix(0, 10),
			Offset: offset}
		if i == 2 {
			o.Exec = "prog name"
		}
		m.Outputs = append(m.Outputs, o)
		m.Actions = append(m.Actions, Action{ID: sha256.Sum256([]byte{byte(i)}), Output: i, Time: time.Unix(1, 2),
			Used: time.Unix(3, 4)})
	}
	part, object, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	m.Parts = []Part{part}
	return Head{Key: key, Commit: "c0ffee", Branch: "feature/x", Time: time.Unix(5, 6).UTC()}, &m, object
}

func signer(t testing.TB, name string) (note.Signer, note.Verifier) {
	t.Helper()
	secret, public, err := note.GenerateKey(nil, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err1 := note.NewSigner(secret)
	v, err2 := note.NewVerifier(public)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return s, v
}

func TestRoundTrip(t *testing.T) {
	head, m, _ := sample(t)
	s, v := signer(t, "ci")
	for _, s := range []note.Signer{nil, s} {
		object, err := Encode(head, m, s)
		if err != nil {
			t.Fatal(err)
		}
		got, manifest, err := Decode(object, nil)
		if err != nil {
			t.Fatal(err)
		}
		got.Sum = head.Sum
		if got != head || !reflect.DeepEqual(manifest, m) {
			t.Errorf("got %+v\n%+v", got, manifest)
		}
		if _, _, err := Decode(object, []note.Verifier{v}); (err == nil) != (s != nil) {
			t.Errorf("signed %v: %v", s != nil, err)
		}
	}
}

// TestSignatures has every way in which a bundle is not what a trusted key has signed.
func TestSignatures(t *testing.T) {
	head, m, _ := sample(t)
	ours, v := signer(t, "ci")
	next, vNext := signer(t, "ci-2")
	foreign, _ := signer(t, "foreign")
	impostor, _ := signer(t, "ci") // same name, other key
	encode := func(s note.Signer) []byte {
		object, err := Encode(head, m, s)
		if err != nil {
			t.Fatal(err)
		}
		return object
	}
	good := encode(ours)
	other, _, _ := sample(t)
	other.Commit = "decade"
	otherObject, _ := Encode(other, &Manifest{}, ours)
	empty := bytes.Index(good, []byte("\n\n"))

	for _, test := range []struct {
		name   string
		object []byte
		keys   []note.Verifier
		ok     bool
	}{
		{"signed", good, []note.Verifier{v}, true},
		{"signed by the next key, both trusted", encode(next), []note.Verifier{v, vNext}, true},
		{"signed by the old key, both trusted", good, []note.Verifier{v, vNext}, true},
		{"signed by a key that is trusted no longer", good, []note.Verifier{vNext}, false},
		{"unsigned", encode(nil), []note.Verifier{v}, false},
		{"signed by another", encode(foreign), []note.Verifier{v}, false},
		{"signed by another of the same name", encode(impostor), []note.Verifier{v}, false},
		{"head altered", bytes.Replace(good, []byte("c0ffee"), []byte("c0ffed"), 1), []note.Verifier{v}, false},
		{"head of another", append(bytes.Clone(otherObject[:bytes.Index(otherObject, []byte("\n\n"))]),
			good[empty:]...), []note.Verifier{v}, false},
		{"manifest of another", append(bytes.Clone(otherObject[:bytes.Index(otherObject, []byte("\n\n\n"))+3]),
			good[empty:]...), []note.Verifier{v}, false},
	} {
		if _, _, err := Decode(test.object, test.keys); (err == nil) != test.ok {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	// Each single byte counts, except two bits: the signature is 68 bytes, and the base64 of two more bytes than a
	// multiple of three ends in two bits that nobody reads. Then the signature is the same.
	end := empty + 2 + bytes.Index(good[empty+2:], []byte("\n\n"))
	begin := bytes.LastIndexByte(good[:end], ' ') + 1
	signature, err := base64.StdEncoding.DecodeString(string(good[begin:end]))
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		altered := bytes.Clone(good)
		altered[i] ^= 1
		if begin <= i && i < end {
			b, err := base64.StdEncoding.DecodeString(string(altered[begin:end]))
			if err == nil && bytes.Equal(b, signature) {
				continue
			}
		}
		if h, _, err := Decode(altered, []note.Verifier{v}); err == nil {
			t.Errorf("byte %d altered: accepted %+v", i, h)
		}
	}
	for i := range good {
		if _, _, err := Decode(good[:i], nil); err == nil {
			t.Errorf("truncated to %d bytes: accepted", i)
		}
	}
}

func TestManifestRefuses(t *testing.T) {
	id := strings.Repeat("ab", 32)
	part := "part " + id + " 100 1000\n"
	output := "output " + id + " 10 0 0 5\n"
	for _, text := range []string{
		"what " + id + "\n", "part " + id + "\n", "part " + id + " 1 -1\n", "part " + id[1:] + " 1 1\n",
		"part " + id + " 1 1 1\n", "part " + id + " 0 1\n", "part " + id + " 9223372036854775807 1\n",
		strings.Repeat("part "+id+" 1 5000000000\n", 2),
		output,
		part + "output " + id + " 10 0 1 0\n", part + "output " + id + " 10 0 -1 0\n",
		part + "output " + id + " 10 0 0 991\n", part + "output " + id + " -1 0 0 0\n",
		part + output + "output " + id + " 10 0 0 6\n", // they overlap
		part + "output " + id + " 10 0 0 0 \"..\"\n", part + "output " + id + " 10 0 0 0 \"a/b\"\n",
		part + "output " + id + " 10 0 0 0 plain\n",
		part + output + "action " + id + " 1 0 0\n", part + output + "action " + id + " 0 -1 0\n",
		part + output + "action " + id + " 0 0\n", "action " + id + " 0 0 0\n",
	} {
		if m, err := ParseManifest([]byte(text)); err == nil {
			t.Errorf("accepted %q: %+v", text, m)
		}
	}
}

// TestPart shows that only the outputs of the right part are handed out whole.
func TestPart(t *testing.T) {
	_, m, object := sample(t)
	read := func(r io.Reader, p Part, outputs []Output) (good int, err error) {
		err = ReadPart(r, p, outputs, func(o Output, r io.Reader) error {
			b, err := io.ReadAll(r)
			if err == nil && sha256.Sum256(b) != o.ID {
				err = gocache.ErrContent
			}
			if err == nil {
				good++
			}
			return err
		})
		return good, err
	}
	part := m.Parts[0]
	if n, err := read(bytes.NewReader(object), part, m.Outputs); n != 3 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := read(bytes.NewReader(object), part, m.Outputs[2:]); n != 1 || err != nil {
		t.Errorf("only the last: %d, %v", n, err)
	}
	if n, err := read(bytes.NewReader(object), part, m.Outputs[:1]); n != 1 || err != nil {
		t.Errorf("only the first: %d, %v", n, err)
	}
	for i := range object {
		if _, err := read(bytes.NewReader(object[:i]), part, m.Outputs); err == nil {
			t.Errorf("truncated to %d bytes: no error", i)
		}
		altered := bytes.Clone(object)
		altered[i] ^= 1
		if _, err := read(bytes.NewReader(altered), part, m.Outputs); err == nil {
			t.Errorf("byte %d altered: no error", i)
		}
	}
	// A store that never stops.
	endless := io.MultiReader(bytes.NewReader(object), zeros{})
	if _, err := read(endless, part, m.Outputs); err == nil {
		t.Error("endless bytes: no error")
	}
	// A small part that becomes huge.
	w := NewPartWriter()
	for range 64 {
		w.Add(make([]byte, 1<<20))
	}
	_, bomb, _ := w.Close()
	lie := Part{Sum: sha256.Sum256(bomb), Size: int64(len(bomb)), Raw: 10}
	count := &counter{}
	err := ReadPart(bytes.NewReader(bomb), lie, []Output{{Size: 10}}, func(o Output, r io.Reader) error {
		_, err := io.Copy(count, r)
		return err
	})
	if count.n != 10 {
		t.Errorf("%d bytes of a part of 10, %v", count.n, err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

type counter struct{ n int }

func (c *counter) Write(b []byte) (int, error) { c.n += len(b); return len(b), nil }

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, branch := range []string{"main", "feature/x", "feature_x", "../..", "..", ".", "a b", "é", "=2f", "/"} {
		name := key.BranchName(branch)
		dir, base, _ := strings.Cut(strings.TrimPrefix(name, "v1/bundle/"), "/branch/")
		if seen[name] || len(dir) != 32 || strings.ContainsAny(base, "/% ") || strings.HasPrefix(base, ".") {
			t.Errorf("%q: %q", branch, name)
		}
		seen[name] = true
	}
	a, b := Key{Module: "a", Go: "b"}, Key{Module: "a", Go: "b", Flags: "-race"}
	if a.Name() == b.Name() || (Key{Module: "a\ngo b"}).Name() == a.Name() {
		t.Error("two keys have one name")
	}
	if _, err := hex.DecodeString(a.Name()); err != nil {
		t.Error(err)
	}
	if _, err := ParseKeys("ci+1234"); err == nil {
		t.Error("not a key")
	}
}

func FuzzDecode(f *testing.F) {
	head, m, _ := sample(f)
	s, _ := signer(f, "ci")
	object, _ := Encode(head, m, s)
	f.Add(object)
	object, _ = Encode(head, &Manifest{}, nil)
	f.Add(object)
	f.Fuzz(func(t *testing.T, b []byte) {
		head, m, err := Decode(b, nil)
		if err != nil {
			return
		}
		again, err := Encode(head, m, nil)
		if err != nil {
			t.Fatal(err)
		}
		head2, m2, err := Decode(again, nil)
		head2.Sum = head.Sum
		if err != nil || head2 != head || !bytes.Equal(m2.Format(), m.Format()) {
			t.Errorf("%v: %+v, then %+v", err, head, head2)
		}
	})
}

func FuzzManifest(f *testing.F) {
	_, m, _ := sample(f)
	f.Add(m.Format())
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseManifest(b)
		if err != nil {
			return
		}
		for _, o := range m.Outputs {
			if o.Offset+o.Size > m.Parts[o.Part].Raw {
				t.Errorf("output outside of its part: %+v", o)
			}
		}
		for _, a := range m.Actions {
			_ = m.Outputs[a.Output]
		}
	})
}

func FuzzPart(f *testing.F) {
	_, m, object := sample(f)
	f.Add(object)
	f.Fuzz(func(t *testing.T, b []byte) {
		part := m.Parts[0]
		part.Size = int64(len(b))
		part.Sum = sha256.Sum256(b)
		ReadPart(bytes.NewReader(b), part, m.Outputs, func(o Output, r io.Reader) error {
			n, err := io.Copy(io.Discard, r)
			if n > o.Size {
				t.Errorf("%d bytes of %d", n, o.Size)
			}
			return err
		})
	})
}
