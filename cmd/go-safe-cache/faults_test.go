package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// between starts a server in front of the store. What f answers (true) does not reach the store.
func between(t *testing.T, s *server, f func(w http.ResponseWriter, r *http.Request) bool) string {
	t.Helper()
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(u)
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !f(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(front.Close)
	return front.URL
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// TestEndless shows that a store which never stops is not read for ever, and fills neither memory nor disk.
func TestEndless(t *testing.T) {
	s, pusher := pair(t)
	for _, what := range []string{"/v1/part/", "/v1/bundle/"} {
		var sent int64
		var mu sync.Mutex
		address := between(t, s, func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method != "GET" || !strings.HasPrefix(r.URL.Path, what) {
				return false
			}
			n := int64(0)
			if part := s.files(t, "v1/part"); what == "/v1/part/" { // it begins as it should
				b, _ := os.ReadFile(part[0])
				w.Write(b)
			}
			n, _ = io.Copy(w, zeros{})
			mu.Lock()
			defer mu.Unlock()
			sent += n
			return true
		})
		m := newMachine(t, pusher.dir, address)
		m.must(t, "pull")
		m.has(t)
		mu.Lock()
		if sent > 1<<30 {
			t.Errorf("%s: %d bytes were read", what, sent)
		}
		mu.Unlock()
	}
}

// TestSlow shows that a store which answers late or never costs the time that was given, and one warning.
func TestSlow(t *testing.T) {
	s, pusher := pair(t)
	for _, what := range []string{"/v1/part/", "/v1/bundle/"} {
		address := between(t, s, func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasPrefix(r.URL.Path, what) {
				return false
			}
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
			return true
		})
		m := newMachine(t, pusher.dir, address)
		m.build(t, "new")
		for _, verb := range []string{"pull", "push"} {
			start := time.Now()
			status, out := m.run(t, verb, "-auto", "-timeout", "300ms")
			if status != 0 || strings.Count(out, "\n") != 1 || !strings.Contains(out, "warning") ||
				!strings.Contains(out, "300ms") && !strings.Contains(out, "in time") {
				t.Errorf("%s, %s: status %d\n%s", verb, what, status, out)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%s, %s took %v", verb, what, took)
			}
			if m.failsSaying(t, verb+" -timeout 300ms", "300ms"); verb == "push" && len(s.files(t, "v1/bundle")) != 2 {
				t.Error("a bundle was published before its parts")
			}
		}
	}
}

// TestDown shows one warning for each way in which a store can be away.
func TestDown(t *testing.T) {
	dir := newProject(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	listener.Close()
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
	}))
	defer broken.Close()
	cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		panic(http.ErrAbortHandler)
	}))
	defer cut.Close()
	for address, want := range map[string]string{closed: "refused", broken.URL: "500", cut.URL: "EOF",
		"http://no-such-host.invalid": "no-such-host.invalid"} {
		m := newMachine(t, dir, address)
		m.build(t, "a")
		for _, verb := range []string{"pull", "push"} {
			status, out := m.run(t, verb, "-auto")
			if status != 0 || strings.Count(out, "\n") != 1 || !strings.Contains(out, "go-safe: warning: ") ||
				!strings.Contains(out, want) {
				t.Errorf("%s %s: status %d\n%s", address, verb, status, out)
			}
			m.fails(t, verb, want)
		}
	}
	// A store that can only be read.
	s, pusher := pair(t)
	readOnly := between(t, s, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "PUT" {
			return false
		}
		w.WriteHeader(http.StatusMethodNotAllowed)
		return true
	})
	m := newMachine(t, pusher.dir, readOnly)
	m.must(t, "pull", "4 of 4")
	m.build(t, "new")
	m.fails(t, "push", "405")
}

// TestSlowPush shows that what is in the store in time is published, and that the next push sends the rest.
func TestSlowPush(t *testing.T) {
	s, dir := startNginx(t, ""), newProject(t)
	parts := 0
	var mu sync.Mutex
	address := between(t, s, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != "PUT" || !strings.HasPrefix(r.URL.Path, "/v1/part/") {
			return false
		}
		mu.Lock()
		parts++
		late := parts > 1
		mu.Unlock()
		if late {
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}
		return late
	})
	m := newMachine(t, dir, address)
	m.must(t, "pull")
	m.buildLarge(t, 3, 20<<20) // each needs a part of its own
	note := filepath.Join(m.gocache, "go-safe-cache", "x-unsent")
	write(t, note, "")
	m.must(t, "push -mark x -timeout 4s", "not all was sent in time", "1 new parts")
	if _, err := os.Stat(note); err != nil {
		t.Error("the note that something is not sent is gone: ", err)
	}
	m.env["GOSAFE_CACHE"] = s.url
	fresh := newMachine(t, dir, s.url)
	fresh.must(t, "pull", "1 of 1")
	m.must(t, "push", "2 new entries of 3, 2 new parts")
	fresh.must(t, "pull", "2 of 3")
}

// What a push did not send because the store refused it is sent by the next one, also if the go command used the store
// in between. A push that sent all leaves no warning about an older one.
func TestPushAgain(t *testing.T) {
	s, dir := startNginx(t, ""), newProject(t)
	refuse := between(t, s, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "PUT" {
			w.WriteHeader(http.StatusUnauthorized)
		}
		return r.Method == "PUT"
	})
	m := newMachine(t, dir, refuse)
	m.must(t, "pull", "no bundle")
	m.must(t, "push", "nothing new")
	m.build(t, "a")
	m.must(t, "push -auto -mark x", "warning", "401")
	m.must(t, "pull -auto -mark x", "the last push", "401")
	m.fails(t, "push", "401")
	m.must(t, "pull")
	m.must(t, "push -auto -mark x", "warning", "401")
	m.env["GOSAFE_CACHE"] = s.url
	m.must(t, "push", "2 new entries of 2, 1 new parts")
	if out := m.must(t, "pull -auto -mark x"); out != "" {
		t.Errorf("said %q after a push that sent all", out)
	}
	fresh := newMachine(t, dir, s.url)
	fresh.must(t, "pull", "2 of 2")
	fresh.wants(t, "a", "a")
	fresh.must(t, "push", "nothing new")

	// The same for a push that go-safe starts, with the time when its command began, for the next commit.
	m.env["GOSAFE_CACHE"] = refuse
	m.build(t, "b")
	m.must(t, "push -auto -mark x", "warning", "401")
	commit(t, dir)
	m.env["GOSAFE_CACHE"] = s.url
	began := fmt.Sprint(time.Now().UnixNano())
	m.build(t, "c")
	m.must(t, "pull -auto -mark y")
	m.must(t, "push -auto -mark y -since "+began)
	fresh = newMachine(t, dir, s.url)
	fresh.must(t, "pull")
	fresh.wants(t, "a b c", "a", "b", "c")
}

// program starts the program as a process of its own.
func (m *machine) program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "TEST_GO_SAFE_CACHE=1", "GOCACHE="+m.gocache, "GOWORK=off", "GOFLAGS=")
	for name, value := range m.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// TestKilled kills a pull and a push at each of their requests. GOCACHE and the store are whole each time, and the
// next call goes on.
func TestKilled(t *testing.T) {
	for _, verb := range []string{"pull", "push"} {
		for stop := 1; ; stop++ {
			s, pusher := pair(t)
			reached := make(chan bool, 1)
			n := 0
			var mu sync.Mutex
			address := between(t, s, func(w http.ResponseWriter, r *http.Request) bool {
				mu.Lock()
				n++
				here := n == stop
				mu.Unlock()
				if !here {
					return false
				}
				if r.Method == "GET" && strings.HasPrefix(r.URL.Path, "/v1/part/") {
					b, _ := os.ReadFile(s.files(t, "v1/part")[0]) // half of it arrives
					w.Write(b[:len(b)/2])
					w.(http.Flusher).Flush()
				}
				io.Copy(io.Discard, r.Body) // before that the end of the client is not seen
				reached <- true
				<-r.Context().Done()
				return true
			})
			m := newMachine(t, pusher.dir, address)
			m.build(t, "c")
			cmd := m.program(t, verb)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			killed := false
			select {
			case <-reached:
				killed = true
				cmd.Process.Kill()
				<-ended
			case err := <-ended:
				if err != nil {
					t.Errorf("%s: %v", verb, err)
				}
			}
			m.has(t)
			pusher.must(t, "verify", "are whole")
			m.env["GOSAFE_CACHE"] = s.url
			m.must(t, verb)
			fresh := newMachine(t, pusher.dir, s.url)
			fresh.must(t, "pull")
			fresh.wants(t, "a b", "a", "b")
			if !killed && stop < 4 {
				t.Errorf("%s made only %d requests", verb, stop-1)
			}
			if !killed || stop == 20 {
				break
			}
		}
	}
}

// TestTogether lets several machines push for one commit at once. The store is whole, with the entries of one of them
// at least and those that were there before.
func TestTogether(t *testing.T) {
	s, pusher := pair(t)
	var group sync.WaitGroup
	for i := range 4 {
		m := newMachine(t, pusher.dir, s.url)
		m.must(t, "pull")
		m.build(t, fmt.Sprint("m", i))
		cmd := m.program(t, "push")
		var out bytes.Buffer
		cmd.Stderr = &out
		group.Go(func() {
			if err := cmd.Run(); err != nil {
				t.Errorf("%v: %s", err, out.String())
			}
		})
	}
	group.Wait()
	pusher.must(t, "verify", "are whole")
	fresh := newMachine(t, pusher.dir, s.url)
	fresh.must(t, "pull")
	if has := fresh.has(t, "a", "b", "m0", "m1", "m2", "m3"); !strings.HasPrefix(has, "a b m") ||
		strings.Contains(has, "?") {
		t.Errorf("GOCACHE has %q", has)
	}
}

// TestCleaned shows that "go clean -cache" in the middle of a pull does no harm: what is written later is whole, and
// the next pull brings the rest. So go-safe pulls without a lock.
func TestCleaned(t *testing.T) {
	s, dir := startNginx(t, ""), newProject(t)
	pusher := newMachine(t, dir, s.url)
	pusher.must(t, "pull")
	pusher.buildLarge(t, 4, 4<<20)
	pusher.must(t, "push", "1 new parts")
	m := newMachine(t, dir, "")
	m.env["GOSAFE_CACHE"] = between(t, s, func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/v1/part/") {
			return false
		}
		part, _ := os.ReadFile(s.files(t, "v1/part")[0])
		w.Write(part[:len(part)/2])
		w.(http.Flusher).Flush()
		for placed := 0; placed == 0 && t.Context().Err() == nil; { // the first output is there
			actions, _ := filepath.Glob(filepath.Join(m.gocache, "??", "*-a"))
			placed = len(actions)
		}
		cmd := exec.Command("go", "clean", "-cache")
		cmd.Env = append(os.Environ(), "GOCACHE="+m.gocache)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("go clean: %v\n%s", err, out)
		}
		w.Write(part[len(part)/2:])
		return true
	})
	m.must(t, "pull", "of 4 entries")
	m.has(t)
	m.env["GOSAFE_CACHE"] = s.url
	if out := m.must(t, "pull"); strings.Contains(out, "0 of 4") || strings.Contains(out, "4 of 4") {
		t.Errorf("the clean did not come in the middle: %s", out)
	}
	m.must(t, "pull", "0 of 4")
}

// TestAuto shows what a user of go-safe sees: nothing, a line with GOSAFE_VERBOSE=1, and once that a push failed, which
// nobody saw when it ended.
func TestAuto(t *testing.T) {
	s, pusher := pair(t)
	m := newMachine(t, pusher.dir, s.url)
	if out := m.must(t, "pull -auto -mark x"); out != "" {
		t.Errorf("said %q", out)
	}
	m.env["GOSAFE_VERBOSE"] = "1"
	m.must(t, "pull -auto -mark x", "0 of 4 entries from commit")
	m.env["GOSAFE_VERBOSE"] = ""
	m.build(t, "new")
	note := filepath.Join(m.gocache, "go-safe-cache", "x-unsent")
	write(t, note, "")
	m.env["GOSAFE_CACHE"] = between(t, s, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "PUT" {
			w.WriteHeader(http.StatusForbidden)
		}
		return r.Method == "PUT"
	})
	m.must(t, "push -auto -mark x", "warning", "403")
	if out := m.must(t, "pull -auto -mark x", "the last push", "403"); strings.Count(out, "\n") != 1 {
		t.Errorf("said %q", out)
	}
	if out := m.must(t, "pull -auto -mark x"); out != "" {
		t.Errorf("said %q", out)
	}
	if _, err := os.Stat(note); err != nil {
		t.Error("a push that failed has removed the note that something is not sent: ", err)
	}
	m.env["GOSAFE_CACHE"] = s.url
	m.must(t, "push -auto -mark x")
	if _, err := os.Stat(note); err == nil {
		t.Error("the note is still there")
	}
}
