package explain

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/doctor"
	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/internal/vcs"
)

// repoTrouble says why git does not answer about the repository of a program that was to be built: it refuses
// to, or it cannot. The go command has then failed because of that, or would have without its other errors.
func (e *Explainer) repoTrouble() string {
	if e.Line.Stamped == nil {
		return ""
	}
	dir := e.Dir()
	repo, ok := vcs.Find(dir)
	if !ok || !repo.Foreign && repo.Sound() {
		return ""
	}
	if !gomod.HasMain(dir, e.Line.Stamped, time.Now().Add(2*time.Millisecond)) {
		return ""
	}
	git, err := exec.LookPath("git")
	if err != nil {
		return ""
	}
	if repo.Foreign && repo.Refuses(git, e.Environ, askLimit) {
		return e.untrustedHint(repo)
	}
	if repo.Foreign && os.Geteuid() == 0 { // git would run programs from the owner's settings, such as core.fsmonitor
		return ""
	}
	said := repo.Complaint(git, e.Environ, askLimit)
	if said == "" {
		return ""
	}
	flags := strings.TrimSpace(e.Settings.Get("GOFLAGS").Value + " -buildvcs=false")
	return fmt.Sprintf("git, asked for the revision of %s, says: %s; to do without it, run: %s",
		repo.Dir, said, shell.Set("GOFLAGS", flags))
}

// untrustedHint returns the hint for a repository about which git does not answer because of its owner. What to run is
// what the doctor says: it makes plain go work too, and trusts this repository only.
func (e *Explainer) untrustedHint(repo vcs.Repo) string {
	owner := "another user"
	if repo.Owner >= 0 {
		owner = user.Name(repo.Owner)
	}
	fix := doctor.NewMachine(e.Config, e.Real, nil, e.Environ).TrustRepository(repo.Dir)
	return fmt.Sprintf("the repository %s belongs to %s, and git tells nothing about it; "+
		"if you trust its owner, run: %s", repo.Dir, owner, fix)
}
