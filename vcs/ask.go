package vcs

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/proc"
)

// Refuses asks a git whether it gives no answers about the repository because of whose it is. Without an answer within the limit it does not.
func (r Repo) Refuses(git string, environ []string, limit time.Duration) bool {
	_, said, err := r.ask(time.Now().Add(limit), git, environ, "rev-parse", "--git-dir")
	// The first words are those of git 2.35.2 alone.
	return err != nil && (strings.Contains(said, "unsafe repository") || strings.Contains(said, "dubious ownership"))
}

// Complaint asks a git what the go command asks it about the repository (cmd/go/internal/vcs.gitStatus), and returns the last line of what it
// says where the go command would fail of that; "" where it would not, or without an answer within the limit.
func (r Repo) Complaint(git string, environ []string, limit time.Duration) string {
	deadline := time.Now().Add(limit)
	changed, said, err := r.ask(deadline, git, environ, "status", "--porcelain", "--untracked-files=no") // the untracked take the longest
	if err == nil && changed == "" {
		if _, said, err = r.ask(deadline, git, environ, "-c", "log.showsignature=false", "log", "-1", "--format=%H:%ct"); err != nil { // as it does without a commit, which may be
			untracked, _, _ := r.ask(deadline, git, environ, "status", "--porcelain")
			if untracked != "" {
				return ""
			}
		}
	}
	if err == nil || errors.Is(err, proc.ErrDeadline) {
		return ""
	}
	said = strings.TrimSpace(said)
	return said[strings.LastIndexByte(said, '\n')+1:]
}

// ask runs a git in the repository, in English, and has it not even write what it would only remember.
func (r Repo) ask(deadline time.Time, git string, environ []string, args ...string) (out, said string, err error) {
	var stdout, stderr strings.Builder
	err = proc.Run(proc.Command{
		Path: git, Args: args, Dir: r.Dir, Environ: append(slices.Clone(environ), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0"),
		Stdout: &stdout, Stderr: &stderr, Deadline: deadline,
	})
	return stdout.String(), stderr.String(), err
}
