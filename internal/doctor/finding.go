package doctor

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// A Finding is what a check found.
type Finding struct {
	Status Status `json:"status"`
	Looked string `json:"looked"` // at what: a path, or a setting and its value
	Found  string `json:"found"`  // what is wrong with it; if nothing is, a fact about it, or ""
	Why    string `json:"why,omitempty"`
	Now    string `json:"now,omitempty"` // what go-safe does meanwhile, or what fails
	See    string `json:"see,omitempty"` // an address that tells more

	// Advice is a shell command line that fixes it, "" if none is known. It never shows a password.
	Advice string `json:"run,omitempty"`

	// Fix means that doctor --fix may run the advice: it touches only this user's own caches and temp folders, and
	// nothing of value is lost.
	Fix bool `json:"fix,omitempty"`

	Details []string `json:"details,omitempty"` // further facts

	// Excused marks what was skipped for a good reason: there is nothing to look at, or only root could look.
	Excused bool `json:"-"`

	// Done says what the advice has changed, if Fix; "" if the advice itself prints that.
	Done string `json:"-"`

	fixDir string // the directory that Fix changes; as root Fix is dropped if others can redirect it
	cause  string // what several findings have in common, "" for their advice; see MergeCauses
}

// ok is the finding if all is well.
func ok(looked, fact string) Finding {
	return Finding{Status: OK, Looked: looked, Found: fact}
}

// excused is the finding if there is a good reason why the check could not look.
func excused(looked, reason string) Finding {
	return Finding{Status: Skipped, Looked: looked, Found: reason, Excused: true}
}

// safeForRoot takes the advice out of --fix if this is root and others could redirect it while it runs.
func (f Finding) safeForRoot() Finding {
	if !f.Fix || os.Geteuid() != 0 {
		return f
	}
	dir := filepath.Clean(f.fixDir)
	for !fsinfo.Exists(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	if err := fsinfo.CheckKept(dir); err != nil {
		f.Fix = false
		f.Details = append(slices.Clone(f.Details), "not by --fix: "+err.Error())
	}
	return f
}

// pasteable removes an advice that cannot be printed and pasted as it stands: a terminal obeys control characters.
func (f Finding) pasteable() Finding {
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if utf8.ValidString(f.Advice) && !strings.ContainsFunc(f.Advice, unprintable) {
		return f
	}
	f.Advice, f.Fix = "", false
	f.Details = append(slices.Clone(f.Details), "what to run is left out: there is a control character in it")
	return f
}

// redacted hides passwords, because users show others what the doctor prints. An advice with a password is removed
// rather than changed: it would set the password to xxxxx. A Fix names only folders, which may look like one.
func (f Finding) redacted() Finding {
	f.Looked, f.Found, f.Now = redact(f.Looked), redact(f.Found), redact(f.Now)
	if !f.Fix && redact(f.Advice) != f.Advice {
		f.Advice = ""
		f.Found += "; change that by hand: a line to run would show a password"
	}
	for i, line := range f.Details {
		f.Details[i] = redact(line)
	}
	return f
}

// redact hides the passwords of URLs that stand anywhere in a text, as url.URL.Redacted does for one URL alone. A
// word without a scheme counts as a URL too, as in GOPROXY.
func redact(text string) string {
	var b strings.Builder
	for text != "" {
		n := strings.IndexAny(text, " \t\n,|") // a URL in a list contains none of these
		if n < 0 {
			n = len(text) - 1
		}
		b.WriteString(redactWord(text[:n+1]))
		text = text[n+1:]
	}
	return b.String()
}

func redactWord(word string) string {
	begin := 0
	if i := strings.Index(word, "://"); i >= 0 {
		begin = i + len("://")
	}
	host, _, _ := strings.Cut(word[begin:], "/")
	at := strings.LastIndexByte(host, '@')
	user, _, secret := strings.Cut(host[:max(at, 0)], ":")
	if !secret || begin == 0 && strings.Contains(host, `\`) { // C:\go\x@y is a path
		return word
	}
	return word[:begin] + user + ":xxxxx" + host[at:] + word[begin+len(host):]
}

// MergeCauses makes one finding of several with one cause: the worst of them, else the first. The others name its check
// as their Cause. Findings that one advice fixes have one cause, and so have checks that one reason kept from looking.
func MergeCauses(results []Result) {
	causes := make([]string, len(results))
	worst := make(map[string]int)
	for i, r := range results {
		switch {
		case r.Status == OK || r.Excused:
			continue
		case r.Status == Skipped:
			causes[i] = "skipped: " + r.Found
		default:
			causes[i] = cmp.Or(r.cause, r.Advice)
		}
		if causes[i] == "" {
			continue
		}
		if first, ok := worst[causes[i]]; !ok || Compare(r.Status, results[first].Status) > 0 {
			worst[causes[i]] = i
		}
	}
	for i, cause := range causes {
		if first, ok := worst[cause]; ok && first != i {
			results[i].Cause = results[first].ID
		}
	}
}
