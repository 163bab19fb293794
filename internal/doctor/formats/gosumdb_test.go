package formats

import "testing"

const sumdbKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

func TestSumDBTrouble(t *testing.T) {
	const key = sumdbKey
	for value, right := range map[string]bool{
		"sum.golang.org": true, "sum.golang.google.cn": true, "off": true, "": true, key: true,
		"sum.golang.org https://sum.example": true,
		key + " https://sum.example/a":       true,
		"bogus":                              false,
		"sum.golang.google.cn https://x":     false,
		" ":                                  false,
		"sum.golang.org https://a b":         false,
		"sum.golang.org sum.example":         false,
		"other.example" + key[len("sum.golang.org"):]: false,
		key[1:]:          false,
		key[:len(key)-4]: false,
	} {
		if wrong := SumDBTrouble(value); (wrong == "") != right {
			t.Errorf("%q: %q", value, wrong)
		}
	}
}

func FuzzSumDBTrouble(f *testing.F) {
	f.Add(sumdbKey)
	f.Add("a+b+c https://x")
	f.Fuzz(func(t *testing.T, value string) {
		if wrong := SumDBTrouble(value); wrong == "" && SumDBTrouble(value+" a b") == "" {
			t.Errorf("%q may have anything behind it", value)
		}
	})
}
