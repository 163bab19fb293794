package vcs

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/proc"
)

// Refuses reports whether git does not answer about the repository because another user owns it. If it does not
// answer within the limit, Refuses returns false.
func (r Repo) Refuses(git string, environ []string, limit time.Duration) bool {
	_, said, err := r.ask(time.Now().Add(limit), git, environ, "rev-parse", "--git-dir")
	// Only git 2.35.2 says "unsafe repository".
	return err != nil && (strings.Contains(said, "unsafe repository") || strings.Contains(said, "dubious ownership"))
}

// Complaint asks git what the go command asks it about the repository (cmd/go/internal/vcs.gitStatus). It returns the
// last line of what git says if the go command would fail because of that; "" if it would not, or if git does not
// answer within the limit.
func (r Repo) Complaint(git string, environ []string, limit time.Duration) string {
	deadline := time.Now().Add(limit)
	// Changed files end the questions, and to list the untracked ones takes the longest: so that comes last.
	changed, said, err := r.ask(deadline, git, environ, "status", "--porcelain", "--untracked-files=no")
	if err == nil && changed == "" {
		_, said, err = r.ask(deadline, git, environ, "-c", "log.showsignature=false", "log", "-1", "--format=%H:%ct")
		// Without a commit git log fails. The go command does not mind if there are untracked files.
		if err != nil && r.untracked(deadline, git, environ) {
			return ""
		}
	}
	if err == nil || errors.Is(err, proc.ErrDeadline) {
		return ""
	}
	said = strings.TrimSpace(said)
	return said[strings.LastIndexByte(said, '\n')+1:]
}

// untracked reports whether git lists untracked files in a repository without changed ones.
func (r Repo) untracked(deadline time.Time, git string, environ []string) bool {
	out, _, _ := r.ask(deadline, git, environ, "status", "--porcelain")
	return out != ""
}

// ask runs git in the repository, in English. git may not even write what it only caches.
func (r Repo) ask(
	deadline time.Time, git string, environ []string, args ...string,
) (out, said string, err error) {
	var stdout, stderr strings.Builder
	err = proc.Run(proc.Command{
		Path: git, Args: args, Dir: r.Dir,
		Environ: append(slices.Clone(environ), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0"),
		Stdout:  &stdout, Stderr: &stderr, Deadline: deadline,
	})
	return stdout.String(), stderr.String(), err
}
