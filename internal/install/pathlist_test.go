package install

import (
	"slices"
	"strings"
	"testing"
)

// expandHome knows one variable, whatever the case of its name.
func expandHome(s string) string {
	const local = `C:\Users\me\AppData\Local`
	return strings.NewReplacer("%LocalAppData%", local, "%LOCALAPPDATA%", local).Replace(s)
}

// The folder comes first, once. All other entries stay as they are written.
func TestPathList(t *testing.T) {
	const dir = `C:\Users\me\AppData\Local\Programs\go-safe`
	for _, tt := range []struct{ text, with, without string }{
		{"", dir, ""},
		{`C:\a;C:\b`, dir + `;C:\a;C:\b`, `C:\a;C:\b`},
		{dir, dir, ""},
		{`C:\a;` + dir, dir + `;C:\a`, `C:\a`},
		{dir + `;C:\a;` + dir + `\`, dir + `;C:\a`, `C:\a`},
		{`%LocalAppData%\Programs\Go-Safe;%X%\bin`, dir + `;%X%\bin`, `%X%\bin`},
		{`C:\a;;"C:\b;c"; c:\d ;`, dir + `;C:\a;;"C:\b;c"; c:\d ;`, `C:\a;;"C:\b;c"; c:\d ;`},
		{`"` + dir + `";C:/a`, dir + `;C:/a`, `C:/a`},
		{strings.ReplaceAll(dir, `\`, "/"), dir, ""},
		{dir + "2", dir + ";" + dir + "2", dir + "2"},
	} {
		p := pathList{tt.text, expandHome}
		if got := p.withFirst(dir); got != tt.with {
			t.Errorf("%s\nwith: %s\nwant: %s", tt.text, got, tt.with)
		}
		if got := p.without(dir); got != tt.without {
			t.Errorf("%s\nwithout: %s\n   want: %s", tt.text, got, tt.without)
		}
	}
	got := pathList{`%LOCALAPPDATA%\x;;"C:\b;c"; C:\d `, expandHome}.folders()
	if want := []string{`C:\Users\me\AppData\Local\x`, `C:\b;c`, `C:\d`}; !slices.Equal(got, want) {
		t.Errorf("folders: %q, want %q", got, want)
	}
}
