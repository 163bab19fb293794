package doctor

import (
	"net/url"
	"strings"
	"testing"
)

func TestJudgeProxies(t *testing.T) {
	for value, want := range map[string]struct {
		status Status
		better string
	}{
		"https://p.example,direct":          {OK, "https://p.example,direct"},
		"https://p.example|off":             {OK, "https://p.example|off"},
		"https://p.example":                 {OK, "https://p.example"},
		"file:///srv/my proxy;1":            {OK, "file:///srv/my proxy;1"},
		"https://p.example;direct":          {Broken, "https://p.example,direct"},
		"https://p.example direct":          {Broken, "https://p.example,direct"},
		"file:///srv ; https://p.example":   {Broken, "file:///srv,https://p.example"},
		"https://p.example/a direct":        {Broken, "https://p.example/a,direct"},
		"p.example;q.example|direct;off,":   {Broken, "p.example,q.example|direct,off"},
		"https://p.example,https:/q":        {Broken, "https://p.example,https:/q"},
		"off":                               {Warning, "off"},
		"direct":                            {Warning, "direct"},
		"direct,off":                        {Warning, "direct,off"},
		"https://p.example,off,https://q.e": {Warning, "https://p.example,off,https://q.e"},
		" , ":                               {Broken, ""},
		";":                                 {Broken, ""},
	} {
		if got, found := judgeProxies(value); got != want.status {
			t.Errorf("%q: %s %s, want %s", value, got, found, want.status)
		}
		if better := mendProxies(value); better != want.better {
			t.Errorf("%q: %q, want %q", value, better, want.better)
		}
	}
}

// The go command judges by net/url (modfetch.newProxyRepo), and finds later that there is no host.
func FuzzValidURL(f *testing.F) {
	for _, u := range []string{
		"https://a.example:80/x y?q#f", "http://u:p%40@[::1]:1", "file:///srv/a%20b", "https:/p", "file://h/x", "https://a;b", "https://a b", "http://%41/", "http://[::1%25x]/", "https://a:b:1",
	} {
		f.Add(u)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "[") {
			t.Skip()
		}
		u, err := url.Parse(text)
		if valid := validURL(text); valid && err != nil {
			t.Errorf("%q: %v", text, err)
		} else if valid && u.Scheme != "file" && u.Hostname() == "" {
			t.Errorf("%q has no host", text)
		}
	})
}

func TestWrongSumDB(t *testing.T) {
	const key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
	for value, right := range map[string]bool{
		"sum.golang.org": true, "sum.golang.google.cn": true, "off": true, "": true, key: true, "sum.golang.org https://sum.example": true,
		key + " https://sum.example/a": true,
		"bogus":                        false, "sum.golang.google.cn https://x": false, " ": false, "sum.golang.org https://a b": false,
		"sum.golang.org sum.example": false, "other.example" + key[len("sum.golang.org"):]: false, key[1:]: false, key[:len(key)-4]: false,
	} {
		if wrong := wrongSumDB(value); (wrong == "") != right {
			t.Errorf("%q: %q", value, wrong)
		}
	}
}
