package install

import "strings"

// A pathList is the value of PATH as Windows keeps it: folders between semicolons, maybe in quotes or with %NAME%.
type pathList struct {
	text   string
	expand func(string) string // replaces %NAME% by the value of a variable
}

// withFirst returns the text with a folder at the beginning, and nowhere else.
func (p pathList) withFirst(dir string) string {
	if rest := p.without(dir); rest != "" {
		return dir + ";" + rest
	}
	return dir
}

// without returns the text without a folder. All else stays as it is, also empty entries and quotes.
func (p pathList) without(dir string) string {
	entries, kept := p.entries(), []string{}
	for _, entry := range entries {
		if !p.same(entry, dir) {
			kept = append(kept, entry)
		}
	}
	return strings.Join(kept, ";")
}

// folders returns the folders of the list, in their order.
func (p pathList) folders() (dirs []string) {
	for _, entry := range p.entries() {
		if dir := p.folder(entry); dir != "" {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// entries splits the list. A semicolon in quotes is part of a name.
func (p pathList) entries() (entries []string) {
	if p.text == "" {
		return nil
	}
	start, quoted := 0, false
	for i := range len(p.text) {
		switch {
		case p.text[i] == '"':
			quoted = !quoted
		case p.text[i] == ';' && !quoted:
			entries = append(entries, p.text[start:i])
			start = i + 1
		}
	}
	return append(entries, p.text[start:])
}

// folder returns the folder that an entry names.
func (p pathList) folder(entry string) string {
	return p.expand(strings.ReplaceAll(strings.TrimSpace(entry), `"`, ""))
}

// same reports whether an entry names a folder. Names do not depend on case.
func (p pathList) same(entry, dir string) bool {
	trim := func(s string) string { return strings.TrimRight(strings.ReplaceAll(s, "/", `\`), `\`) }
	return strings.EqualFold(trim(p.folder(entry)), trim(dir))
}
