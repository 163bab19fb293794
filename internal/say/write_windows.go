package say

import "io"

// write writes a message. On Windows a closed pipe ends no process.
func write(w io.Writer, text string) {
	io.WriteString(w, text)
}
