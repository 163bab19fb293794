package formats

import "strings"

// FixPatterns returns a list of module path patterns, as in GOPRIVATE, without what no module path has: blanks,
// schemes, users and ports. The go command compares patterns as they stand
// (golang.org/x/mod/module.MatchPrefixPatterns).
func FixPatterns(list string) string {
	separates := func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == ';' }
	var better []string
	for p := range strings.FieldsFuncSeq(list, separates) {
		if strings.ContainsAny(p, `[\`) { // these may stand for any character
			better = append(better, p)
			continue
		}
		better = append(better, modulePatterns(p)...)
	}
	return strings.Join(better, ",")
}

// modulePatterns returns the patterns of module paths for what may be the address of a repository. user@host:path
// means host/path, unless a port follows the colon. If the address ends in .git, the module's path may end so or not.
func modulePatterns(p string) []string {
	scheme := strings.Contains(p, "://")
	p = strings.TrimPrefix(p[strings.LastIndex(p, "://")+1:], "//")
	host, path, slash := strings.Cut(p, "/")
	at := strings.LastIndexByte(host, '@')
	host, port, _ := strings.Cut(host[at+1:], ":")
	switch isPort := strings.Trim(port, "0123456789") == ""; {
	case host == "":
		return nil
	case !isPort && slash:
		path = port + "/" + path
	case !isPort:
		path = port
	case !slash:
		return []string{host}
	}
	pattern := host + "/" + path
	if short, git := strings.CutSuffix(pattern, ".git"); git && (scheme || at >= 0) {
		return []string{short, pattern}
	}
	return []string{pattern}
}
