package cachelock

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/lock"
)

func TestProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the clock stands still
		hidden := lock.Process{PID: 7, UID: -1}
		whose := "" // Windows has no numbers for users
		if uid := os.Geteuid(); uid >= 0 {
			whose = user.Name(uid) + ", "
		}
		since := time.Now().Add(-90 * time.Second)
		for _, tt := range []struct {
			list []lock.Process
			want string
		}{
			{nil, "another process that cannot be seen from here"},
			{[]lock.Process{hidden}, "pid 7"},
			{
				[]lock.Process{{PID: 8, UID: os.Geteuid(), Command: "go test ./...", Since: since}},
				"pid 8 (" + whose + "go test ./..., for 1m30s)",
			},
			{[]lock.Process{{PID: 9, UID: -1, Command: "go build"}, hidden}, "pid 9 (go build), pid 7"},
			{[]lock.Process{hidden, hidden, hidden, hidden}, "pid 7, pid 7, pid 7, pid 7"},
			{[]lock.Process{hidden, hidden, hidden, hidden, hidden, hidden}, "pid 7, pid 7, pid 7, pid 7, 2 others"},
		} {
			if got := Processes(tt.list); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		}
	})
}

// A clock that was set back makes no negative age.
func TestAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for ago, want := range map[time.Duration]string{
			0: "0s", 1999 * time.Millisecond: "1s", 90 * time.Second: "1m30s", -time.Hour: "0s",
		} {
			if got := Age(time.Now().Add(-ago)); got != want {
				t.Errorf("%v: %s, want %s", ago, got, want)
			}
		}
	})
}
