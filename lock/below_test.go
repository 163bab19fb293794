package lock

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// A process does not wait for an ancestor that holds the lock, whatever the modes, and not for the gate either.
func TestBelow(t *testing.T) {
	needsHolders(t)
	for _, above := range []Mode{Shared, Exclusive} {
		for _, wanted := range []Mode{Shared, Exclusive} {
			for _, waiting := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, then %s, awaited %t", above, wanted, waiting), func(t *testing.T) {
					t.Parallel()
					dir := sharedDir(t)
					cmd := command("below", dir, above.String(), "take", dir, wanted.String(), "1h")
					var out strings.Builder
					stdout, _ := cmd.StdoutPipe()
					stdin, _ := cmd.StdinPipe()
					if err := cmd.Start(); err != nil {
						t.Fatal(err)
					}
					defer cmd.Wait()
					r := bufio.NewReader(stdout)
					r.ReadString('\n')
					if waiting {
						l, err := open(dir, false)
						if err != nil {
							t.Fatal(err)
						}
						defer l.release()
						l.mark(Exclusive)
					}
					io.WriteString(stdin, "\n")
					io.Copy(&out, r)
					if out.String() != "taken\n" {
						t.Errorf("%q", &out)
					}
				})
			}
		}
	}
}

// Two processes hold the shared lock, and a child of each wants the exclusive one. So each child waits for the
// other's parent. One of the two gives up at once, and the other gets the lock.
func TestDeadlock(t *testing.T) {
	needsHolders(t)
	dir := sharedDir(t)
	outs := make(chan string, 2)
	var stdins []io.WriteCloser
	for range 2 {
		cmd := command("below", dir, "shared", "take", dir, "exclusive", "1h")
		stdout, _ := cmd.StdoutPipe()
		stdin, _ := cmd.StdinPipe()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stdins = append(stdins, stdin)
		r := bufio.NewReader(stdout)
		r.ReadString('\n')
		go func() {
			out, _ := io.ReadAll(r)
			cmd.Wait()
			outs <- string(out)
		}()
	}
	for _, stdin := range stdins {
		io.WriteString(stdin, "\n")
	}
	ends := []string{<-outs, <-outs} // the second one has its turn while the first one is still ending
	slices.Sort(ends)
	if !strings.HasPrefix(ends[0], "cannot take ") || ends[1] != "taken\n" {
		t.Errorf("%q", ends)
	}
}
