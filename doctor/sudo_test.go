package doctor

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// Debian's file with what people add to it.
const debianSudoers = `# comment
Defaults	env_reset
Defaults	mail_badpass
Defaults	secure_path="/usr/local/sbin:/usr/local/bin"
#Defaults:%sudo env_keep += "http_proxy https_proxy"
Defaults env_keep += "GOPROXY \
  GOSAFE_*", !lecture # and "so, on"
Defaults:somebody !env_reset
Cmnd_Alias GO = /usr/local/go/bin/go
root	ALL=(ALL:ALL) ALL
@includedir sudoers.d
`

func TestSudoers(t *testing.T) {
	root := fstest.MapFS{
		"etc/sudoers":            {Data: []byte(debianSudoers)},
		"etc/sudoers.d/10-path":  {Data: []byte("Defaults secure_path = /opt/bin\n#include /etc/more\n")},
		"etc/sudoers.d/20.saved": {Data: []byte("Defaults !secure_path")},
		"etc/more":               {Data: []byte("Defaults env_keep -= GOPROXY, env_keep+=GOFLAGS\n@include more")}, // itself, too
	}
	s, err := readSudoers(root, "etc/sudoers")
	if err != nil || s.path != "/opt/bin" || s.keeps || !slices.Equal(s.kept, []string{"GOSAFE_*", "GOFLAGS"}) {
		t.Errorf("%+v, %v", s, err)
	}
	environ := []string{"GOPROXY=off", "GOFLAGS=-v", "GOSAFE_GO=/go", "https_proxy=http://p", "GOBIN=", "PATH=/bin"}
	if lost := s.lost(environ); !slices.Equal(lost, []string{"GOPROXY", "https_proxy"}) {
		t.Error(lost)
	}
	if _, err := readSudoers(root, "etc/none"); err == nil {
		t.Error("no error")
	}
}

// Anything is read to its end, and nothing outside of the tree.
func FuzzSudoers(f *testing.F) {
	for _, s := range []string{
		debianSudoers, "@include sudoers", "@includedir .", `Defaults secure_path="a,b`, "Defaults\t!\\\n", "#include ../../x", "@include", "@include sudoers\n@include sudoers",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := readSudoers(fstest.MapFS{"etc/sudoers": {Data: []byte(text)}}, "etc/sudoers")
		if err != nil {
			t.Error(err)
		}
		s.lost([]string{"GOPROXY=x"})
		for _, setting := range settingsIn(strings.ReplaceAll(text, "\n", " ")) {
			if setting != strings.TrimSpace(setting) {
				t.Errorf("%q", setting)
			}
		}
	})
}
