package bundle

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/gocache"
	"github.com/klauspost/compress/zstd"
)

// window bounds the memory that one decompression takes. The encoder's fastest level needs no more.
const window = 8 << 20

func compress(b []byte) []byte {
	w := newWriter(nil)
	return w.EncodeAll(b, nil)
}

func newWriter(w io.Writer) *zstd.Encoder {
	e, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err) // only options can be wrong
	}
	return e
}

func newReader(r io.Reader) (*zstd.Decoder, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window),
		zstd.WithDecoderLowmem(true))
}

func decompress(b []byte, limit int64) ([]byte, error) {
	r, err := newReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = ErrTooLong
	}
	return raw, err
}

// ErrTooLong says that an object has more bytes than the manifest promised.
var ErrTooLong = errors.New("more bytes than promised")

// PartWriter makes a part in memory.
type PartWriter struct {
	buf bytes.Buffer
	z   *zstd.Encoder
	raw int64
}

// NewPartWriter begins a part.
func NewPartWriter() *PartWriter {
	w := &PartWriter{}
	w.z = newWriter(&w.buf)
	return w
}

// Add appends an output, and returns where it begins.
func (w *PartWriter) Add(content []byte) (offset int64, err error) {
	offset = w.raw
	_, err = w.z.Write(content)
	w.raw += int64(len(content))
	return offset, err
}

// Raw is the size so far.
func (w *PartWriter) Raw() int64 { return w.raw }

// Close returns the finished part.
func (w *PartWriter) Close() (Part, []byte, error) {
	err := w.z.Close()
	b := w.buf.Bytes()
	return Part{Sum: sha256.Sum256(b), Size: int64(len(b)), Raw: w.raw}, b, err
}

// ReadPart reads a part and calls f for each of its outputs, in order, with a reader that ends where the output ends.
// It does not read more bytes from r than the manifest promises, and fails if these are not those that it promises.
func ReadPart(r io.Reader, p Part, outputs []Output, f func(Output, io.Reader) error) error {
	h := sha256.New()
	limited := &io.LimitedReader{R: r, N: p.Size + 1}
	tee := io.TeeReader(limited, h)
	z, err := newReader(tee)
	if err != nil {
		return err
	}
	defer z.Close()
	raw := &io.LimitedReader{R: z, N: p.Raw}
	at := int64(0)
	for _, o := range outputs {
		if _, err := io.CopyN(io.Discard, raw, o.Offset-at); err != nil {
			return unexpected(err)
		}
		content := &io.LimitedReader{R: raw, N: o.Size}
		if err := f(o, content); err != nil {
			return unexpected(err)
		}
		if _, err := io.CopyN(io.Discard, content, content.N); err != nil {
			return unexpected(err)
		}
		at = o.Offset + o.Size
	}
	// The rest is read too: only the whole has the hash.
	if _, err := io.Copy(io.Discard, raw); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, tee); err != nil {
		return err
	}
	switch {
	case limited.N == 0:
		return ErrTooLong
	case gocache.ID(h.Sum(nil)) != p.Sum:
		return fmt.Errorf("part %s: %w", p.Sum, gocache.ErrContent)
	}
	return nil
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
