package doctor

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/internal/vcs"
	"github.com/go-safe/go-safe/shim"
)

// repoOwner checks that git answers the go command, which asks it for the revision to stamp into binaries.
func repoOwner(m *Machine) Finding {
	repo, found := vcs.Find(m.Dir)
	if !found {
		return ok(m.Dir, "in no git repository")
	}
	git := m.onPath("git")
	if git == "" {
		return ok(repo.Dir, "there is no git, and nothing is stamped")
	}
	if shim.Parse([]string{"build"}, m.Settings.Get("GOFLAGS").Value).Stamped == nil {
		return ok(repo.Dir, "nothing is stamped ("+m.shown("GOFLAGS")+")")
	}
	if repo.Foreign && repo.Refuses(git, m.Environ, askLimit) {
		return m.distrustedRepo(repo, git)
	}
	if repo.Foreign && os.Geteuid() == 0 {
		return ok(repo.Dir, "belongs to "+repoOwnerName(repo)+", and git trusts it (safe.directory, or sudo); "+
			"root asks no more, because git would run what its settings name")
	}
	said := repo.Complaint(git, m.Environ, askLimit/2) // it may come after Refuses, within the limit of a check
	if said == "" {
		return ok(repo.Dir, "")
	}
	goflags := strings.TrimSpace(m.Settings.Get("GOFLAGS").Value + " -buildvcs=false")
	return Finding{
		Status: Broken, Looked: repo.Dir, Found: "git, asked for its revision, says: " + said,
		Advice: export("GOFLAGS", goflags),
		Details: []string{
			"what is to be run has programs built without their revision; the repository stays as it is",
		},
	}
}

// distrustedRepo is the finding about a repository of another user that git does not trust.
func (m *Machine) distrustedRepo(repo vcs.Repo, git string) Finding {
	owner := "belongs to " + repoOwnerName(repo)
	if m.TrustRepo && !repo.Refuses(git, repo.Trust(m.Environ), askLimit) {
		return ok(repo.Dir, owner+"; behind go-safe git trusts it (GOSAFE_TRUST_REPO=1)")
	}
	f := Finding{
		Status: Broken, Looked: repo.Dir, Found: owner + ", and git does not trust it",
		Why: "git refuses to answer go build, because it would run what the .git/config there names: " +
			"trust only an owner whom you know",
		Now: "go build fails; with GOSAFE_TRUST_REPO=1 go-safe trusts the repository for one command",
	}
	if m.TrustRepo {
		f.Now = "go build fails: this git is older than 2.38, and GOSAFE_TRUST_REPO=1 has no effect on it"
	}
	f.Advice = m.TrustRepository(repo.Dir)
	f.Details = []string{
		"the fix holds for git too, for good, and for this repository only",
		"for go build behind go-safe, whatever repository it stands in: " + shell.Set("GOSAFE_TRUST_REPO", "1"),
		"to trust nobody, and build without the revision: " + shell.Set("GOFLAGS", "-buildvcs=false"),
	}
	return f
}

// TrustRepository returns the line that makes git, and so plain go too, trust a repository of another user, and no
// other.
func (m *Machine) TrustRepository(dir string) string {
	if real, err := filepath.EvalSymlinks(dir); err == nil { // git compares the real path
		dir = real
	}
	return join(m.homeForGit(), "git config --global --add safe.directory "+shell.Quote(dir))
}

// homeForGit gives git config --global a file to write to; "" if it has one. If HOME is not set, the go command gets
// one from go-safe, but git does not.
func (m *Machine) homeForGit() string {
	if file := envfix.Getenv(m.Environ, "GIT_CONFIG_GLOBAL"); file != "" {
		return ""
	}
	set := envfix.Getenv(m.Environ, "HOME")
	if dir := m.Settings.Getenv("HOME"); set == "" && filepath.IsAbs(dir) {
		return export("HOME", dir)
	}
	return home(m).Advice
}

func repoOwnerName(r vcs.Repo) string {
	if r.Owner < 0 {
		return "another user"
	}
	return user.Name(r.Owner)
}
