package safecmd

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/lock"
)

// A holder is a process that holds a lock, or waits for it, until end.
type holder struct {
	*exec.Cmd
	stdin io.Closer
}

// startHolder starts one. If it does not have to wait, it holds the lock when startHolder returns.
func (p *place) startHolder(name string, mode lock.Mode, waits bool) holder {
	p.Helper()
	cmd := exec.Command(os.Args[0], "hold", p.path(name), mode.String())
	stdin, err := cmd.StdinPipe()
	p.do(err)
	stdout, err := cmd.StdoutPipe()
	p.do(err)
	p.do(cmd.Start())
	h := holder{cmd, stdin}
	p.Cleanup(func() { cmd.Process.Kill(); h.end() })
	for waits && !slices.ContainsFunc(lock.Processes(p.path(name)), func(q lock.Process) bool {
		return q.PID == cmd.Process.Pid && q.Waits
	}) {
	}
	if !waits {
		if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "held\n" {
			p.Fatalf("%q, %v", line, err)
		}
	}
	return h
}

func (h holder) end() {
	h.stdin.Close()
	h.Wait()
}

// go safe locks shows who holds a lock and who waits, also for the right to load modules.
func TestLocks(t *testing.T) {
	if _, err := os.Stat("/proc/locks"); err != nil {
		t.Skip(err)
	}
	p := newPlace(t, t.TempDir())
	p.mkdir("mod/cache", 0o755)
	p.is(p.run("locks"), outcome{stdout: "GOMODCACHE  $W/mod              free\n" +
		"GOCACHE     $W/cache            free\n" +
		"GOENV       $W/home/.config/go  free\n"})
	build := p.startHolder("cache", lock.Shared, false)
	clean := p.startHolder("cache", lock.Exclusive, true)
	loads := p.startHolder("mod/cache", lock.Exclusive, false)

	us := user.Name(os.Geteuid())
	rows := decode[[]lockRow](t, p.run("locks", "--json"))
	var held []string
	for _, r := range rows {
		for _, q := range r.Processes {
			if q.User != us || q.Command == "" || q.Since == nil || r.Unseen {
				t.Errorf("%+v", q)
			}
			held = append(held, fmt.Sprintf("%s %s: %d %s %t", r.Name, r.Dir, q.PID, q.Mode, q.Waits))
		}
	}
	want := []string{
		fmt.Sprintf("GOCACHE $W/cache: %d shared false", build.Process.Pid),
		fmt.Sprintf("GOCACHE $W/cache: %d exclusive true", clean.Process.Pid),
		fmt.Sprintf("GOMODCACHE $W/mod/cache: %d exclusive false", loads.Process.Pid),
	}
	slices.Sort(held)
	slices.Sort(want)
	if len(rows) != 4 || !slices.Equal(held, want) {
		t.Errorf("%d rows, %q, want %q", len(rows), held, want)
	}
	for _, want := range []string{
		fmt.Sprintf(`(?m)^GOCACHE +\$W/cache +waits for exclusive +pid %d +%s +\d+s +\S+ hold`, clean.Process.Pid, us),
		fmt.Sprintf(`(?m)^GOCACHE +\$W/cache +shared +pid %d +%s +\d+s +\S+ hold`, build.Process.Pid, us),
		`(?m)^GOMODCACHE +\$W/mod +free$`,
	} {
		if got := p.run("locks"); !regexp.MustCompile(want).MatchString(got.stdout) || got.status != 0 {
			t.Errorf("%+v, want %s", got, want)
		}
	}
	for name, want := range map[string]string{"cache": "held", "mod": "", "none": ""} {
		p.is(p.run("locks", "--held", "$W/"+name), outcome{stdout: want})
		p.is(p.run("locks", "--try", "$W/"+name), outcome{})
	}
	clean.Process.Kill()
	clean.Wait()
	build.end()
	if got := p.run("locks", "--held", "$W/cache"); got.stdout != "" {
		t.Errorf("after the end: %q", got.stdout)
	}
}

// A holder in another container has no pid here, and a directory that cannot be opened is not called free.
func TestLocksUnseen(t *testing.T) {
	var b strings.Builder
	rows := []lockRow{
		{Name: "GOCACHE", Dir: "/c\n", Unseen: true}, {Name: "GOENV", Dir: "/e", Unknown: "permission denied"},
	}
	if err := printLocks(&b, rows); err != nil {
		t.Fatal(err)
	}
	const want = `GOCACHE  /c\n  held by a process that cannot be seen from here, ` +
		"as of another container or machine\nGOENV    /e    cannot be tried: permission denied\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
}
