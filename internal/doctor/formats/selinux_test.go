package formats

import (
	"strings"
	"testing"
)

func TestSELinuxLabel(t *testing.T) {
	for label, want := range map[SELinuxLabel]struct {
		kind      string
		container bool
	}{
		"system_u:system_r:container_t:s0:c55,c893": {"container_t", true},
		"system_u:system_r:svirt_lxc_net_t:s0":      {"svirt_lxc_net_t", true},
		"unconfined_u:object_r:user_home_t:s0":      {"user_home_t", false},
		"kernel":                                    {"kernel", false},
		"":                                          {"", false},
	} {
		if label.Type() != want.kind || label.Container() != want.container {
			t.Errorf("%q: %q, %t", label, label.Type(), label.Container())
		}
	}
}

func FuzzSELinuxLabel(f *testing.F) {
	f.Add("system_u:system_r:container_t:s0:c55,c893")
	f.Add("::")
	f.Fuzz(func(t *testing.T, text string) {
		if kind := SELinuxLabel(text).Type(); !strings.Contains(text, kind) {
			t.Errorf("%q: %q", text, kind)
		}
	})
}
