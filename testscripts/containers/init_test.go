//go:build linux

package containers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// An initWay is a way to have a process 1.
type initWay struct {
	name, image string
	before      []string // the words before the command
}

var initWays = []initWay{
	{"plain go", golangImage, nil},
	{"tini", golangImage, []string{"tini", "--"}},
	{"gosu", golangImage, []string{"gosu", "1000:1000"}},
	{"go-safe", debianImage, nil},
}

// testInit compares process 1 of these images. The rows are those of the tests of tini (krallin/tini,
// test/run_inner_tests.py) and gosu (tianon/gosu, Dockerfile.test), and those that a go command needs.
func (e *engine) testInit(t *testing.T, warm string) {
	var table strings.Builder
	table.WriteString("| as process 1 |")
	for _, w := range initWays {
		table.WriteString(" " + w.name + " |")
	}
	table.WriteString("\n|---|" + strings.Repeat("---|", len(initWays)) + "\n")
	for _, row := range initRows {
		table.WriteString("| " + row.name + " |")
		var got []string
		for _, w := range initWays {
			s := situation{do: func(b *box) result { return result{0, row.do(b, w)} }}
			got = append(got, e.try(t, s, w.image, warm).out)
			table.WriteString(" " + got[len(got)-1] + " |")
		}
		table.WriteString("\n")
		if ours := got[len(got)-1]; ours != row.want {
			t.Errorf("%s: %q, want %q", row.name, ours, row.want)
		}
		if row.cures && !slices.ContainsFunc(got[:len(got)-1], func(s string) bool { return s != row.want }) {
			t.Errorf("%s: all others do the same", row.name)
		}
	}
	inDocs(t, table.String())
}

// An initRow is what one process 1 does.
type initRow struct {
	name  string
	want  string // what go-safe must do
	cures bool   // plain go does otherwise
	do    func(b *box, w initWay) string
}

var initRows = []initRow{
	{"signals of six that reach the program of `go run`", "6", true, func(b *box, w initWay) string {
		reached := 0
		for _, sig := range sixSignals {
			if strings.Contains(b.signalled(w, sig, "go", "run", "./server").out, "handler ran") {
				reached++
			}
		}
		return fmt.Sprint(reached)
	}},
	{"status after the handler, which exits with 7", "1", true, func(b *box, w initWay) string {
		return fmt.Sprint(b.signalled(w, "TERM", "go", "run", "./server").status)
	}},
	{"signals of six that reach a program", "6", false, func(b *box, w initWay) string {
		reached := 0
		for _, sig := range sixSignals {
			script := "trap 'echo handler ran; exit 3' " + sig + "; echo ready; while :; do sleep 0.05; done"
			if r := b.signalled(w, sig, "sh", "-c", script); strings.Contains(r.out, "handler ran") && r.status == 3 {
				reached++
			}
		}
		return fmt.Sprint(reached)
	}},
	{"zombies after ten orphans of `go run`", "0", true, func(b *box, w initWay) string {
		n, _ := strings.CutSuffix(b.in(w, "go", "run", "./orphans").out, " zombies\n")
		return n
	}},
	{"statuses of six that stay what they are", "6", false, func(b *box, w initWay) string {
		same := 0
		for _, status := range []int{0, 1, 42, 126, 127, 255} {
			if b.in(w, "sh", "-c", fmt.Sprint("exit ", status)).status == status {
				same++
			}
		}
		return fmt.Sprint(same)
	}},
	{"status of a program that KILL ends", "137", false, func(b *box, w initWay) string {
		return fmt.Sprint(b.in(w, "sh", "-c", "sh -c 'kill -9 $$'").status)
	}},
	{"status of a missing program", "127", false, func(b *box, w initWay) string {
		return fmt.Sprint(b.in(w, "/nosuch").status)
	}},
	{"status of a file that cannot be executed", "126", false, func(b *box, w initWay) string {
		return fmt.Sprint(b.in(w, "/etc/passwd").status)
	}},
	{"the program has the terminal", "yes", false, func(b *box, w initWay) string {
		r := b.run("-u 0 -t", append(slices.Clone(w.before), "tty")...)
		if r.status == 0 && strings.Contains(r.out, "/dev/") {
			return "yes"
		}
		return "no"
	}},
	{"descriptors of the program", "0 1 2 3", false, func(b *box, w initWay) string {
		return strings.Join(strings.Fields(b.in(w, "ls", "/proc/self/fd").out), " ")
	}},
}

var sixSignals = words("TERM INT HUP QUIT USR1 USR2")

const initFlags = "-u 0 -v WARM:/warm -e GOCACHE=/warm -e HOME=/tmp"

// in runs a command below a process 1.
func (b *box) in(w initWay, command ...string) result {
	return b.run(initFlags, append(slices.Clone(w.before), command...)...)
}

// signalled sends process 1 a signal when the command has printed ready, and returns the output and the status.
func (b *box) signalled(w initWay, sig string, command ...string) result {
	id, remove := b.start(initFlags, append(slices.Clone(w.before), command...)...)
	defer remove()
	b.waitReady(id)
	b.must(b.t, "kill", "-s", sig, id)
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end) && b.runs(id); {
		time.Sleep(50 * time.Millisecond) // the kernel drops a signal for which process 1 has no handler
	}
	status := -1
	if !b.runs(id) {
		fmt.Sscan(b.must(b.t, "inspect", "-f", "{{.State.ExitCode}}", id), &status)
	}
	return result{status, resultOf(b.podman("logs", id), nil).out}
}

// runs reports whether a container still runs.
func (b *box) runs(id string) bool {
	return b.must(b.t, "inspect", "-f", "{{.State.Running}}", id) == "true"
}

// waitReady waits until a container has printed ready.
func (b *box) waitReady(id string) {
	b.t.Helper()
	for end := time.Now().Add(limit); ; time.Sleep(50 * time.Millisecond) {
		logs := resultOf(b.podman("logs", id), nil)
		if strings.Contains(logs.out, "ready") {
			return
		}
		if !b.runs(id) || time.Now().After(end) {
			b.t.Fatalf("the container is not ready: %v", logs)
		}
	}
}

// stopServer stops a server that go run runs.
func stopServer(b *box) result {
	id, remove := b.start(withWarm, "go", "run", "./server")
	defer remove()
	b.waitReady(id)
	b.must(b.t, "stop", "-t", "10", id)
	r := resultOf(b.podman("logs", id), nil)
	if !strings.Contains(r.out, "handler ran") {
		r.status = 1
	}
	return r
}
