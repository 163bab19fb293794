package explain

import "testing"

func TestLessMemory(t *testing.T) {
	const mib = 1 << 20
	for _, tt := range []struct {
		limit int64
		cpus  int
		want  string
	}{
		{-1, 8, "GOMAXPROCS=1"},
		{256 * mib, 8, "GOMAXPROCS=1 GOMEMLIMIT=192MiB"},
		{2048 * mib, 8, "GOMAXPROCS=4 GOMEMLIMIT=384MiB"},
		{2048 * mib, 3, "GOMAXPROCS=2 GOMEMLIMIT=768MiB"}, // fewer than now: three were too many
		{8192 * mib, 1, "GOMAXPROCS=1 GOMEMLIMIT=6144MiB"},
	} {
		if got := lessMemory(tt.limit, tt.cpus); got != tt.want {
			t.Errorf("%d bytes, %d processors: %s, want %s", tt.limit, tt.cpus, got, tt.want)
		}
	}
}
