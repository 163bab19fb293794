//go:build unix

package install

import (
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/login"
)

// The lines between which everything is ours.
const (
	beginLine = "# >>> go-safe >>>\n"
	endLine   = "# <<< go-safe <<<\n"
)

// madeLine is in the block if the file was made for it, so that the file goes with the block.
const madeLine = "# go-safe made this file.\n"

// blockFor returns the lines that put a folder first on PATH if it is not first already.
func blockFor(file, dir string) string {
	if filepath.Ext(file) == ".fish" {
		word := login.FishWord(dir)
		return beginLine + `test "$PATH[1]" = ` + word + "; or set -gx PATH " + word + " $PATH\n" + endLine
	}
	word := shWord(dir)
	return beginLine + "case $PATH in\n" + word + ":*) ;;\n*) export PATH=" + word + ":\"$PATH\" ;;\nesac\n" + endLine
}

// shWord and login.FishWord always quote, so that --uninstall finds the folder in a block.
func shWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// namesDir reports whether a block is for a folder.
func namesDir(block, dir string) bool {
	return strings.Contains(block, shWord(dir)) || strings.Contains(block, login.FishWord(dir))
}

// cutBlocks returns the text without the blocks that are to be cut. A begin without an end stays, because nobody knows
// what belongs to it.
func cutBlocks(text string, cut func(block string) bool) string {
	var kept, block strings.Builder
	keep := func() {
		kept.WriteString(block.String())
		block.Reset()
	}
	for line := range strings.Lines(text) {
		switch {
		case line == beginLine:
			keep()
			block.WriteString(line)
		case block.Len() == 0:
			kept.WriteString(line)
		default:
			block.WriteString(line)
			if line != endLine && line+"\n" != endLine {
				continue
			}
			if !cut(block.String()) {
				kept.WriteString(block.String())
			}
			block.Reset()
		}
	}
	keep()
	return kept.String()
}

// withBlock returns the text of a start-up file with the block for a folder at its end, in place of older ones.
func withBlock(text, file, dir string, made bool) string {
	rest := cutBlocks(text, func(block string) bool {
		made = made || strings.Contains(block, madeLine)
		return true
	})
	if rest != "" && !strings.HasSuffix(rest, "\n") {
		rest += "\n"
	}
	block := blockFor(file, dir)
	if made {
		block = strings.Replace(block, beginLine, beginLine+madeLine, 1)
	}
	return rest + block
}

// withoutBlock returns the text without the blocks for a folder. Made reports whether the file was made for one.
func withoutBlock(text, dir string) (rest string, made bool) {
	rest = cutBlocks(text, func(block string) bool {
		if !namesDir(block, dir) {
			return false
		}
		made = made || strings.Contains(block, madeLine)
		return true
	})
	return rest, made
}
