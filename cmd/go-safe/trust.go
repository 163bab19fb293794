package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/hint"
	"github.com/go-safe/go-safe/modcache"
	"github.com/go-safe/go-safe/vcs"
)

// trust has git answer the go command about the repository of another user that it stands in, where this user said so. It knows the
// repository by the working directory, as the go command does, and no other gains by it.
func (c *command) trust(environ []string) []string {
	if !c.trustRepo || c.class.Stamps == nil {
		return environ
	}
	repo, ok := vcs.Find(c.dir())
	if !ok || !repo.Foreign {
		return environ
	}
	if c.verbose {
		c.say.line("repository: git is told to trust %s", repo.Dir)
	}
	return repo.Trust(environ)
}

// repoTrouble says where git refuses to answer about the repository, or cannot, and a program was to be built: the go command has then failed
// of it, or would have without its other errors.
func (c *command) repoTrouble() string {
	if c.class.Stamps == nil {
		return ""
	}
	dir := c.dir()
	repo, ok := vcs.Find(dir)
	if !ok || !repo.Foreign && repo.Sound() || !hint.Mains(dir, c.class.Stamps, modcache.Skips, time.Now().Add(2*time.Millisecond)) {
		return ""
	}
	git, err := exec.LookPath("git")
	if err != nil {
		return ""
	}
	if repo.Foreign && repo.Refuses(git, c.environ, askLimit) {
		return c.untrusted(repo)
	}
	if repo.Foreign && os.Geteuid() == 0 { // git would run what the owner's settings name, such as core.fsmonitor
		return ""
	}
	said := repo.Complaint(git, c.environ, askLimit)
	if said == "" {
		return ""
	}
	flags := strings.TrimSpace(c.settings.Get("GOFLAGS").Value + " -buildvcs=false")
	return fmt.Sprintf("git, asked for the revision of %s, says: %s; to do without it, type: export GOFLAGS=%s", repo.Dir, said, envfix.Quote(flags))
}

// untrusted is what to say of a repository about which git tells nothing because of whose it is.
func (c *command) untrusted(repo vcs.Repo) string {
	owner, cure := "another user", "export GOSAFE_TRUST_REPO=1"
	if repo.Owner >= 0 {
		owner = envfix.UserName(repo.Owner)
	}
	if c.trustRepo { // which a git before 2.38 does not heed
		cure = "git config --global --add safe.directory " + envfix.Quote(repo.Dir)
	}
	return fmt.Sprintf("the repository %s belongs to %s, and git tells nothing about it; if you trust its owner, type: %s", repo.Dir, owner, cure)
}
