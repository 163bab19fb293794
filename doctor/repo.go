package doctor

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/shim"
	"github.com/go-safe/go-safe/vcs"
)

// repoOwner asks git, which the go command asks for the revision to stamp, whether it answers about the repository, and can.
func repoOwner(m *Machine) Finding {
	repo, found := vcs.Find(m.Dir)
	if !found {
		return ok(m.Dir, "in no git repository")
	}
	git := m.onPath("git")
	if git == "" {
		return ok(repo.Dir, "there is no git, and nothing is stamped")
	}
	goflags := m.Settings.Get("GOFLAGS").Value
	if shim.Classify([]string{"build"}, goflags).Stamps == nil {
		return ok(repo.Dir, "nothing is stamped ("+m.shown("GOFLAGS")+")")
	}
	if !repo.Foreign || !repo.Refuses(git, m.Environ, askLimit) {
		if repo.Foreign && os.Geteuid() == 0 {
			return ok(repo.Dir, "belongs to "+stranger(repo)+", and git trusts it (safe.directory, or sudo); root asks no more, "+
				"because git would run what its settings name")
		}
		said := repo.Complaint(git, m.Environ, askLimit/2) // which may have been asked something before
		if said == "" {
			return ok(repo.Dir, "")
		}
		return Finding{
			Status: Broken, Looked: repo.Dir, Found: "git, asked for its revision, says: " + said,
			Type:    "export GOFLAGS=" + envfix.Quote(strings.TrimSpace(goflags+" -buildvcs=false")),
			Details: []string{"what is to be typed has programs built without their revision; the repository stays as it is"},
		}
	}
	owner := "belongs to " + stranger(repo)
	if m.TrustRepo && !repo.Refuses(git, repo.Trust(m.Environ), askLimit) {
		return ok(repo.Dir, owner+"; behind go-safe git trusts it (GOSAFE_TRUST_REPO=1)")
	}
	f := Finding{Status: Broken, Looked: repo.Dir, Found: owner + ", and git does not trust it"}
	if real, err := filepath.EvalSymlinks(repo.Dir); err == nil {
		f.Type = join(m.gitHome(), "git config --global --add safe.directory "+envfix.Quote(real))
	}
	f.Details = []string{
		"to trust it means that git, and so go build, runs what its .git/config names, such as core.fsmonitor",
		"git alone, for good, this repository: what is to be typed; go build behind go-safe, whatever repository it stands in: export GOSAFE_TRUST_REPO=1; neither: export GOFLAGS=-buildvcs=false",
	}
	return f
}

// gitHome is what to type first so that git config --global has a file to write to; "" where it has one.
func (m *Machine) gitHome() string {
	if file, _ := envfix.Getenv(m.Environ, "GIT_CONFIG_GLOBAL"); file != "" {
		return ""
	}
	set, _ := envfix.Getenv(m.Environ, "HOME")
	if dir, _ := m.Settings.Getenv("HOME"); set == "" && filepath.IsAbs(dir) { // which the go command gets from us, and git does not
		return "export HOME=" + envfix.Quote(dir)
	}
	return home(m).Type
}

// stranger names who has the repository.
func stranger(r vcs.Repo) string {
	if r.Owner < 0 {
		return "another user"
	}
	return envfix.UserName(r.Owner)
}

// onPath finds a program as a shell would, relative folders left out; "" where there is none.
func (m *Machine) onPath(prog string) string {
	for _, dir := range filepath.SplitList(m.Search.Path) {
		path := filepath.Join(dir, prog)
		if fi, err := os.Stat(path); filepath.IsAbs(dir) && err == nil && fi.Mode().IsRegular() && fi.Mode()&0o111 != 0 {
			return path
		}
	}
	return ""
}
