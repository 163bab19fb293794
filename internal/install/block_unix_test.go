//go:build unix

package install

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The block comes to the end once, and goes without a trace.
func TestBlocks(t *testing.T) {
	const dir, other = "/home/it's me/bin", "/opt/x/bin"
	block, older := blockFor(".profile", dir), blockFor(".profile", other)
	half := beginLine + "echo mine\n"
	for _, tt := range []struct{ name, text, with, without string }{
		{"empty", "", block, ""},
		{"text", "a\nb\n", "a\nb\n" + block, "a\nb\n"},
		{"no end of line", "a", "a\n" + block, "a"},
		{"there already", "a\n" + block, "a\n" + block, "a\n"},
		{"in the middle", "a\n" + block + "b\n", "a\nb\n" + block, "a\nb\n"},
		{"twice", block + "a\n" + block, "a\n" + block, "a\n"},
		{"of another folder", "a\n" + older, "a\n" + block, "a\n" + older},
		{"both", older + block, block, older},
		{"no end of its last line", strings.TrimSuffix("a\n"+block, "\n"), "a\n" + block, "a\n"},
		{"begin without an end", half, half + block, half},
		{"begin without an end, then a block", half + block, half + block, half},
		{"end without a begin", "a\n" + endLine, "a\n" + endLine + block, "a\n" + endLine},
	} {
		if got := withBlock(tt.text, ".profile", dir, false); got != tt.with {
			t.Errorf("%s, with:\n%s\nwant:\n%s", tt.name, got, tt.with)
		}
		if got, made := withoutBlock(tt.text, dir); got != tt.without || made {
			t.Errorf("%s, without:\n%s\nwant:\n%s", tt.name, got, tt.without)
		}
	}
}

// A file that was made for the block stays known as such, also if the block is written again.
func TestMadeFile(t *testing.T) {
	text := withBlock("", ".profile", "/old/bin", true)
	text = withBlock(text, ".profile", "/new/bin", false)
	if rest, made := withoutBlock(text, "/new/bin"); rest != "" || !made {
		t.Errorf("made: %t, rest: %s", made, rest)
	}
	if rest, made := withoutBlock(text, "/old/bin"); rest != text || made {
		t.Errorf("of another folder: made: %t, rest: %s", made, rest)
	}
}

// The shells put the folder first, once.
func TestBlocksRun(t *testing.T) {
	const dir = `/it's a \ "$HOME"/bin`
	for sh, file := range map[string]string{"sh": ".profile", "bash": ".bashrc", "zsh": ".zshrc", "fish": "config.fish"} {
		path, err := exec.LookPath(sh)
		if err != nil {
			continue
		}
		block := blockFor(filepath.Join("/h", file), dir)
		cmd := exec.Command(path, "-c", block+block+`/bin/sh -c 'printf %s "$PATH"'`)
		cmd.Env = []string{"PATH=/usr/bin:" + dir + ":/bin", "HOME=" + t.TempDir()}
		out, err := cmd.CombinedOutput()
		if want := dir + ":/usr/bin:" + dir + ":/bin"; err != nil || string(out) != want {
			t.Errorf("%s: %v, %s, want %s", sh, err, out, want)
		}
	}
}
