package main

import (
	"fmt"
	"os/exec"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/hint"
	"github.com/go-safe/go-safe/shim"
	"github.com/go-safe/go-safe/vcs"
)

// trust has git answer the go command about the repository of another user that it stands in, where this user said so. It knows the
// repository by the working directory, as the go command does, and no other gains by it.
func trust(environ []string, cfg config, class shim.Class, say printer) []string {
	if !cfg.trustRepo || class.Stamps == nil {
		return environ
	}
	repo, ok := vcs.Find(workdir(class.Dir))
	if !ok || !repo.Foreign {
		return environ
	}
	if cfg.verbose {
		say.line("repository: git is told to trust %s", repo.Dir)
	}
	return repo.Trust(environ)
}

// repoTrouble says where git refuses to answer about the repository, and a program was to be built: the go command has then failed of it, or
// would have without its other errors.
func repoTrouble(environ []string, cfg config, class shim.Class) string {
	if class.Stamps == nil {
		return ""
	}
	dir := workdir(class.Dir)
	repo, ok := vcs.Find(dir)
	if !ok || !repo.Foreign || !hint.Mains(dir, class.Stamps, time.Now().Add(2*time.Millisecond)) {
		return ""
	}
	git, err := exec.LookPath("git")
	if err != nil || !repo.Refuses(git, environ, time.Second) {
		return ""
	}
	owner, cure := "another user", "export GOSAFE_TRUST_REPO=1"
	if repo.Owner >= 0 {
		owner = envfix.UserName(repo.Owner)
	}
	if cfg.trustRepo { // which a git before 2.38 does not heed
		cure = "git config --global --add safe.directory " + shellQuote(repo.Dir)
	}
	return fmt.Sprintf("the repository %s belongs to %s, and git tells nothing about it; if you trust its owner, type: %s", repo.Dir, owner, cure)
}
