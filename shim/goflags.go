package shim

import "strings"

// SplitFlags splits the value of GOFLAGS as the go command does: at blanks, with quotes around whole words (cmd/internal/quoted.Split). Of a
// value that the go command refuses nothing comes.
func SplitFlags(value string) (flags []string) {
	const blanks = " \t\n\r"
	for value = strings.TrimLeft(value, blanks); value != ""; value = strings.TrimLeft(value, blanks) {
		if quote := value[:1]; quote == `'` || quote == `"` {
			flag, rest, closed := strings.Cut(value[1:], quote)
			if !closed {
				return nil
			}
			flags, value = append(flags, flag), rest
			continue
		}
		end := strings.IndexAny(value, blanks)
		if end < 0 {
			end = len(value)
		}
		flags, value = append(flags, value[:end]), value[end:]
	}
	return flags
}
