package proc

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestCounterFiles(t *testing.T) {
	for text, want := range map[string][]string{
		"0::/user.slice/a:b\n": {"/sys/fs/cgroup/user.slice/a:b/memory.events", "/sys/fs/cgroup/memory.events"},
		"4:memory:/docker/x\n0::/\n": {
			"/sys/fs/cgroup/memory/docker/x/memory.oom_control", "/sys/fs/cgroup/memory/memory.oom_control",
			"/sys/fs/cgroup/memory.events",
		},
		"1:name=systemd:/x\n": nil,
		"bogus\n":             nil,
		"":                    nil,
	} {
		if got := counterFiles(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestParseKills(t *testing.T) {
	for text, want := range map[string]int{
		"low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n": 2,
		"oom_kill_disable 0\nunder_oom 0\noom_kill 7\n":                7,
		"low 0\n":        -1,
		"oom_kill two\n": -1,
		"":               -1,
	} {
		if got := parseKills(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestMemoryLimit(t *testing.T) {
	for text, want := range map[string]int64{
		"max\n": -1, "536870912\n": 512 << 20, "9223372036854771712\n": -1, "-1\n": -1, "": -1,
	} {
		if got := parseLimit(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	if n := MemoryLimit(); n < -1 || n == 0 {
		t.Error(n)
	}
}

func FuzzCgroup(f *testing.F) {
	f.Add("4:memory:/docker/x\n0::/\n", "oom_kill 7\n", "max")
	f.Fuzz(func(t *testing.T, cgroup, events, limit string) {
		for _, file := range counterFiles(cgroup) {
			if !filepath.IsAbs(file) {
				t.Errorf("%q: %q", cgroup, file)
			}
		}
		parseKills(events)
		if n := parseLimit(limit); n < -1 {
			t.Errorf("%q: %d", limit, n)
		}
	})
}
