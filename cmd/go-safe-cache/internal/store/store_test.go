package store

import (
	"strings"
	"testing"
)

// TestOpenRefuses shows that each way to write an address wrongly has a message that says what is wrong, and that no
// part of the address is left out silently.
func TestOpenRefuses(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:8080":           "is not a URL such as https://",
		"cache.example.com/go":     "begins with none of them",
		"$CACHE_URL":               "begins with none of them",
		"htp://secret.example.com": `and not with "htp"`,
		" http://secret":           "a space or a quote in it",
		"http://secret:80 80":      "a space or a quote in it",
		`"http://secret:80"`:       "a space or a quote in it",
		"http://secret:http":       "is not a URL such as https://",
		"http:/secret":             "names no host",
		"http://:8080":             "names no host",
		"http://x/#secret":         "a query or a fragment",
		"s3:///secret":             "is not like s3://bucket",
		"s3://b?regin=secret":      `"regin"; allowed are region and endpoint`,
		"s3://b?region=":           `no value for "region"`,
		"s3://b?region=a&region=b": `more than one value for "region"`,
		"s3://b?region=a;endpoint": "is not like s3://bucket",
		"s3://b?endpoint=secret%z": "is not like s3://bucket",
	} {
		_, err := Open(address)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", address, err)
		}
	}
	for _, address := range []string{"https://cache.example.com/go", "s3://b/p?region=eu-central-1&endpoint=x:9000"} {
		if _, err := Open(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}
