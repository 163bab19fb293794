package hint

import "testing"

func TestGroupOf(t *testing.T) {
	for text, want := range map[string]string{
		"0::/user.slice/a\n":                  "/user.slice/a",
		"12:memory:/docker/x\n0::/\n":         "/",
		"4:memory:/only/version/one\n":        "",
		"":                                    "",
		"1:name=systemd:/x\n0::/system:y.z\n": "/system:y.z",
	} {
		if got := groupOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestKillsOf(t *testing.T) {
	for text, want := range map[string]int{
		"low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n": 2,
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
