package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/gocache"
)

// Format is the text of a manifest. One line is one part, output or action.
func (m *Manifest) Format() []byte {
	var b bytes.Buffer
	for _, p := range m.Parts {
		fmt.Fprintf(&b, "part %s %d %d\n", p.Sum, p.Size, p.Raw)
	}
	for _, o := range m.Outputs {
		fmt.Fprintf(&b, "output %s %d %d %d %d", o.ID, o.Size, o.Used.UnixNano(), o.Part, o.Offset)
		if o.Exec != "" {
			fmt.Fprintf(&b, " %q", o.Exec)
		}
		b.WriteByte('\n')
	}
	for _, a := range m.Actions {
		fmt.Fprintf(&b, "action %s %d %d %d\n", a.ID, a.Output, a.Time.UnixNano(), a.Used.UnixNano())
	}
	return b.Bytes()
}

// ParseManifest reads the text of a manifest. What it returns is consistent: all indexes exist, the outputs of a part
// follow each other within its size, and the sizes are within the limits.
func ParseManifest(text []byte) (*Manifest, error) {
	var m Manifest
	ends := []int64{} // where the last output of each part ends
	var total int64
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		f := fields{rest: strings.TrimSuffix(line, "\n")}
		switch kind := f.word(); kind {
		case "part":
			p := Part{f.id(), f.number(1, MaxRaw), f.number(0, MaxRaw)}
			if total += p.Raw; total > MaxRaw {
				f.fail("too large")
			}
			m.Parts, ends = append(m.Parts, p), append(ends, 0)
		case "output":
			o := f.output(len(m.Parts))
			if f.err == nil && (o.Offset < ends[o.Part] || o.Offset+o.Size > m.Parts[o.Part].Raw) {
				f.fail("an output outside of its place")
			}
			if f.err == nil {
				ends[o.Part] = o.Offset + o.Size
			}
			m.Outputs = append(m.Outputs, o)
		case "action":
			a := Action{f.id(), int(f.number(0, int64(len(m.Outputs))-1)), f.time(), f.time()}
			m.Actions = append(m.Actions, a)
		default:
			f.fail("an unknown word")
		}
		if f.rest != "" {
			f.fail("too much")
		}
		if f.err != nil {
			return nil, fmt.Errorf("manifest, line %d: %w", number, f.err)
		}
	}
	return &m, nil
}

// fields reads a line word by word, and keeps the first error.
type fields struct {
	rest string
	err  error
}

func (f *fields) fail(what string) {
	if f.err == nil {
		f.err = errors.New(what)
	}
}

func (f *fields) word() string {
	word, rest, _ := strings.Cut(f.rest, " ")
	f.rest = rest
	return word
}

func (f *fields) id() gocache.ID {
	id, err := gocache.ParseID(f.word())
	if err != nil {
		f.fail("no ID")
	}
	return id
}

func (f *fields) number(low, high int64) int64 {
	n, err := strconv.ParseInt(f.word(), 10, 64)
	if err != nil || n < low || n > high {
		f.fail("a number out of range")
		return 0
	}
	return n
}

func (f *fields) time() time.Time { return time.Unix(0, f.number(0, 1<<63-1)) }

func (f *fields) output(parts int) Output {
	o := Output{
		ID:     f.id(),
		Size:   f.number(0, MaxOutput),
		Used:   f.time(),
		Part:   int(f.number(0, int64(parts)-1)),
		Offset: f.number(0, MaxRaw),
	}
	if f.rest == "" {
		return o
	}
	exec, err := strconv.Unquote(f.rest)
	if err != nil || !gocache.ValidExec(exec) {
		f.fail("not a name for a program")
	}
	o.Exec, f.rest = exec, ""
	return o
}
