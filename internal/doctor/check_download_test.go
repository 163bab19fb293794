package doctor

import "testing"

func TestJudgeProxies(t *testing.T) {
	for value, want := range map[string]Status{
		"https://p.example,direct":          OK,
		"https://p.example|off":             OK,
		"https://p.example":                 OK,
		"file:///srv/my proxy;1":            OK,
		"https://p.example;direct":          Broken,
		"https://p.example direct":          Broken,
		"file:///srv ; https://p.example":   Broken,
		"https://p.example/a direct":        Broken,
		"p.example;q.example|direct;off,":   Broken,
		"https://p.example,https:/q":        Broken,
		"off":                               Warning,
		"direct":                            Warning,
		"direct,off":                        Warning,
		"https://p.example,off,https://q.e": Warning,
		" , ":                               Broken,
		";":                                 Broken,
	} {
		if got, found := judgeProxies(value); got != want {
			t.Errorf("%q: %s %s, want %s", value, got, found, want)
		}
	}
}
