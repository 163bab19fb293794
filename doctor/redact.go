package doctor

import "strings"

// redacted is the finding without passwords: what the doctor prints is shown to others. A line to type that would show one is
// left out, and no line is changed: it would set the password to xxxxx. What --fix types names folders only.
func (f Finding) redacted() Finding {
	f.Looked, f.Found = redacted(f.Looked), redacted(f.Found)
	if !f.Fix && redacted(f.Type) != f.Type {
		f.Type = ""
		f.Found += "; change that by hand: a line to type would show a password"
	}
	for i, line := range f.Details {
		f.Details[i] = redacted(line)
	}
	return f
}

// redacted hides the passwords of the URLs in a text, as net/url does. Like GOPROXY it takes a host alone for one too.
func redacted(text string) string {
	var b strings.Builder
	for text != "" {
		n := strings.IndexAny(text, " \t\n,|") // none of which stands in a URL of a list
		if n < 0 {
			n = len(text) - 1
		}
		b.WriteString(withoutPassword(text[:n+1]))
		text = text[n+1:]
	}
	return b.String()
}

func withoutPassword(url string) string {
	begin := 0
	if i := strings.Index(url, "://"); i >= 0 {
		begin = i + len("://")
	}
	host, _, _ := strings.Cut(url[begin:], "/")
	at := strings.LastIndexByte(host, '@')
	user, _, secret := strings.Cut(host[:max(at, 0)], ":")
	if !secret || begin == 0 && strings.Contains(host, `\`) { // a path of Windows
		return url
	}
	return url[:begin] + user + ":xxxxx" + host[at:] + url[begin+len(host):]
}
