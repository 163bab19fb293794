package vcs

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

const limit = time.Minute

// newRepo makes a repository without a commit, and returns the git that made it and an environment without settings.
func newRepo(t *testing.T) (r Repo, git string, environ []string) {
	t.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("needs git")
	}
	r.Dir = t.TempDir()
	environ = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b",
	}
	r.git(t, git, environ, "init", "-q")
	return r, git, environ
}

func (r Repo) git(t *testing.T, git string, environ []string, args ...string) {
	t.Helper()
	cmd := exec.Command(git, args...)
	cmd.Dir, cmd.Env = r.Dir, environ
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

func (r Repo) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(r.Dir, name), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestComplaint(t *testing.T) {
	r, git, environ := newRepo(t)
	if said := r.Complaint(git, environ, limit); !strings.Contains(said, "does not have any commits") {
		t.Errorf("without a commit: %q", said)
	}
	r.write(t, "file", "x")
	if said := r.Complaint(git, environ, limit); said != "" {
		t.Errorf("with an untracked file: %q", said)
	}
	r.git(t, git, environ, "add", "file")
	r.git(t, git, environ, "commit", "-q", "-m", "first")
	if said := r.Complaint(git, environ, limit); said != "" || !r.Sound() {
		t.Errorf("with a commit: %q, %t", said, r.Sound())
	}
	r.write(t, ".git/config", "[core\n")
	if said := r.Complaint(git, environ, limit); !strings.Contains(said, "bad config") {
		t.Errorf("with bad settings: %q", said)
	}
	if said := r.Complaint(git, environ, -time.Second); said != "" {
		t.Errorf("without time: %q", said)
	}
}

func TestSound(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, r Repo){
		"":          func(*testing.T, Repo) {},
		"no commit": func(t *testing.T, r Repo) { os.RemoveAll(filepath.Join(r.Dir, ".git/refs/heads")) },
		"no HEAD":   func(t *testing.T, r Repo) { os.Remove(filepath.Join(r.Dir, ".git/HEAD")) },
		"empty HEAD": func(t *testing.T, r Repo) {
			r.write(t, ".git/HEAD", "")
		},
		"torn ref": func(t *testing.T, r Repo) {
			r.write(t, ".git/HEAD", "ref: refs/heads/x\n")
			r.write(t, ".git/refs/heads/x", "0123")
		},
		"torn index": func(t *testing.T, r Repo) { r.write(t, ".git/index", "DIRC") },
		"no objects": func(t *testing.T, r Repo) { os.RemoveAll(filepath.Join(r.Dir, ".git/objects")) },
		"detached":   func(t *testing.T, r Repo) { r.write(t, ".git/HEAD", strings.Repeat("0a", 20)+"\n") },
	} {
		r, git, environ := newRepo(t)
		r.write(t, "file", "x")
		r.git(t, git, environ, "add", "file")
		r.git(t, git, environ, "commit", "-q", "-m", "first")
		damage(t, r)
		want := name == "" || name == "no commit" || name == "detached"
		if got := r.Sound(); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// git does not answer root about another user's repository, until it is told to.
func TestRefuses(t *testing.T) {
	r, git, environ := newRepo(t)
	if r.Refuses(git, environ, limit) {
		t.Error("git refuses our own repository")
	}
	if runtime.GOOS == "windows" || os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	if err := os.Lchown(filepath.Join(r.Dir, ".git"), 4321, 4321); err != nil {
		t.Fatal(err)
	}
	found, ok := Find(filepath.Join(r.Dir, "sub"))
	if !ok || found.Dir != r.Dir || !found.Foreign || found.Owner != 4321 {
		t.Errorf("%+v", found)
	}
	if !found.Refuses(git, environ, limit) {
		t.Error("git does not refuse another user's repository")
	}
	if found.Refuses(git, found.Trust(environ), limit) {
		t.Error("git refuses it although the environment trusts it")
	}
}
