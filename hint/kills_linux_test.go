package hint

import (
	"slices"
	"testing"
)

func TestCountersOf(t *testing.T) {
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
		if got := countersOf(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestKillsOf(t *testing.T) {
	for text, want := range map[string]int{
		"low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n": 2,
		"oom_kill_disable 0\nunder_oom 0\noom_kill 7\n":                7,
		"low 0\n":        -1,
		"oom_kill two\n": -1,
		"":               -1,
	} {
		if got := killsOf(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestFirst(t *testing.T) {
	nothing := func() string { return "" }
	if got := First(-1, nothing, nothing); got != "" {
		t.Errorf("%q", got)
	}
	if got := First(Kills(), nothing, func() string { return "b" }, func() string { return "c" }); got != "b" {
		t.Errorf("%q", got)
	}
	if n := Kills(); n > 0 && First(n-1, nothing) == "" {
		t.Error("one more kill is nothing")
	}
}
