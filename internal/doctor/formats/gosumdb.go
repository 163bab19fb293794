package formats

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// SumDBTrouble says why the go command does not take a value of GOSUMDB, in words that follow it; "" if it does. A
// value is the name of a known database or the key of another one, then perhaps a URL
// (cmd/go/internal/modfetch.dbDial).
func SumDBTrouble(value string) string {
	f := strings.Fields(value)
	switch {
	case value == "", value == "off", value == "sum.golang.google.cn":
		return ""
	case len(f) == 0:
		return "is blank"
	case len(f) > 2:
		return "is more than a name and an address"
	case f[0] != "sum.golang.org" && !validKey(f[0]):
		return "has " + f[0] + ", which is neither a database that the go command knows nor a key"
	case len(f) == 2 && !validURL(f[1]):
		return "has " + f[1] + ", which is no address"
	}
	return ""
}

// validKey reports whether text is the key of a database, name+hash+key, as golang.org/x/mod/sumdb/note.NewVerifier
// reads it; that package would link crypto/ed25519 into go-safe. The name is a host with a path (dbDial).
func validKey(text string) bool {
	const ed25519, size = 1, 1 + 32
	name, rest, _ := strings.Cut(text, "+")
	hash16, key64, _ := strings.Cut(rest, "+")
	hash, err1 := hex.DecodeString(hash16)
	key, err2 := base64.StdEncoding.DecodeString(key64)
	if err1 != nil || err2 != nil || len(key) != size || key[0] != ed25519 {
		return false
	}
	u, err := url.Parse("https://" + name)
	if err != nil || *u != (url.URL{Scheme: "https", Host: u.Host, Path: u.Path}) || u.Host == "" ||
		strings.HasSuffix(name, "/") {
		return false
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	return bytes.Equal(hash, sum[:4])
}
