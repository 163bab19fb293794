package store

import (
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// netrc returns what the user's netrc file has for a host: the file that the go command uses for module proxies too.
func netrc(host string, getenv func(string) string) *url.Userinfo {
	path := getenv("NETRC")
	if path == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil
		}
		base := ".netrc"
		if runtime.GOOS == "windows" {
			base = "_netrc"
		}
		path = filepath.Join(home, base)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return parseNetrc(string(b), host)
}

// parseNetrc follows the go command (cmd/go/internal/auth/netrc.go): the first machine of that name counts, and
// nothing after a macro or a default does.
func parseNetrc(text, host string) *url.Userinfo {
	var machine, login, password string
	words := strings.Fields(text)
	for i := 0; i+1 < len(words); i++ {
		switch words[i] {
		case "machine":
			machine, login, password = words[i+1], "", ""
			i++
		case "login":
			login = words[i+1]
			i++
		case "password":
			password = words[i+1]
			i++
		case "macdef", "default":
			return nil
		}
		if machine == host && login != "" && password != "" {
			return url.UserPassword(login, password)
		}
	}
	return nil
}
