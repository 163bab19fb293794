package modverify

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/modcache"
	"golang.org/x/mod/module"
)

// A Go runs the real go command in dir, with cache as its GOMODCACHE and no workspace, and returns what it
// printed. The error of a command that failed has its message.
type Go func(cache, dir string, args ...string) (stdout []byte, err error)

// atOnce is how many modules one go command gets: that many fit in a command line on every system.
const atOnce = 64

// ask runs the go command with the entries as its last arguments, and returns what it said against each, by
// key. Where one entry ends the command, such as one that contradicts go.sum, ask runs it for each entry alone.
func (s *scratch) ask(cache string, entries []Entry, args ...string) map[string]string {
	reasons := make(map[string]string)
	for chunk := range slices.Chunk(entries, atOnce) {
		if s.askOnce(reasons, cache, chunk, args) != nil && len(chunk) > 1 {
			for i := range chunk {
				s.askOnce(reasons, cache, chunk[i:i+1], args)
			}
		}
	}
	return reasons
}

// askOnce runs one go command. The error is that of a command that ended before it could tell the modules apart.
func (s *scratch) askOnce(reasons map[string]string, cache string, entries []Entry, args []string) error {
	args = slices.Clip(args)
	for _, e := range entries {
		args = append(args, e.String())
	}
	out, err := s.run(cache, s.dir, args...)
	answers := parseAnswers(out)
	maps.Copy(reasons, answers)
	if err == nil || len(answers) > 0 {
		return nil
	}
	for _, e := range entries {
		reasons[e.key()] = firstLine(err.Error())
	}
	return err
}

// parseAnswers reads what go mod download -json and go list -m -json print: the error of each module, which the
// first has as a string and the second as an object.
func parseAnswers(out []byte) map[string]string {
	answers := make(map[string]string)
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var answer struct {
			Path, Version string
			Error         json.RawMessage
		}
		if dec.Decode(&answer) != nil {
			return answers
		}
		var object struct{ Err string }
		reason := ""
		if json.Unmarshal(answer.Error, &reason) != nil {
			json.Unmarshal(answer.Error, &object)
			reason = object.Err
		}
		if e, ok := modcache.NewEntry(module.Version{Path: answer.Path, Version: answer.Version}); ok {
			answers[e.Dir()] = firstLine(reason)
		}
	}
}

// firstLine is the line of a go command's message that says what happened.
func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimPrefix(line, "go: ")
}
