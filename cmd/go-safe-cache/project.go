package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/bundle"
	"golang.org/x/mod/modfile"
)

// project is what the go command and git say of the directory.
type project struct {
	key      bundle.Key
	gocache  string
	commits  []string // this one, then its first parents; none outside of a repository
	branch   string   // empty if none is checked out
	branches []string // where to look after the commits
	private  private  // what is not pushed
}

// commit is the commit that is checked out, empty outside of a repository.
func (p *project) commit() string {
	if len(p.commits) == 0 {
		return ""
	}
	return p.commits[0]
}

// parents is how many commits back a bundle is looked for.
const parents = 20

func (c *command) project(ctx context.Context) (*project, error) {
	env, err := c.goEnv(ctx)
	if err != nil {
		return nil, err
	}
	p := &project{gocache: env["GOCACHE"]}
	if !filepath.IsAbs(p.gocache) {
		return nil, fmt.Errorf("GOCACHE is %q", p.gocache)
	}
	c.gocache = p.gocache
	p.key = bundle.Key{
		Go:       env["GOVERSION"],
		Platform: platform(env),
		Flags:    strings.Join(flagsThatMatter(strings.Fields(env["GOFLAGS"]), c.goArgs), "\n"),
	}
	if p.key.Module, err = moduleName(env); err != nil {
		return nil, err
	}
	if c.settings.private {
		p.private = newPrivate(env["GOPRIVATE"], env["GONOPROXY"])
	}
	if out := c.git(ctx, "rev-list", "--first-parent", fmt.Sprint("--max-count=", parents+1), "HEAD"); out != "" {
		p.commits = strings.Fields(out)
	}
	p.branch = c.git(ctx, "symbolic-ref", "-q", "--short", "HEAD")
	base := strings.TrimPrefix(c.git(ctx, "symbolic-ref", "-q", "--short", "refs/remotes/origin/HEAD"), "origin/")
	for _, branch := range []string{p.branch, base, "main", "master"} {
		if branch != "" && !slices.Contains(p.branches, branch) {
			p.branches = append(p.branches, branch)
		}
	}
	if len(p.commits) == 0 && p.branch == "" {
		p.branch = p.branches[0] // no repository: one bundle for all
	}
	return p, nil
}

func (c *command) goEnv(ctx context.Context) (map[string]string, error) {
	// By name: for the flags of a C compiler the go command would run one, and keep its answers in GOCACHE.
	names := []string{"GOCACHE", "GOVERSION", "GOMOD", "GOWORK", "GOFLAGS", "GOOS", "GOARCH", "CGO_ENABLED",
		"GOEXPERIMENT", "GOFIPS140", "GOPRIVATE", "GONOPROXY"}
	names = append(names, slices.Compact(slices.Sorted(maps.Values(archVariables)))...)
	// It may have to download a toolchain, so only the limit of the whole counts.
	out, err := c.ask(ctx, c.goCommand, append([]string{"env", "-json"}, names...)...)
	if err != nil {
		return nil, err
	}
	var env map[string]string
	if err := json.Unmarshal(out, &env); err != nil {
		return nil, fmt.Errorf("go env -json: %w", err)
	}
	return env, nil
}

// git returns what git says, or nothing: a directory need not be a repository, and git need not be installed.
func (c *command) git(ctx context.Context, args ...string) string {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	out, _ := c.ask(ctx, "git", args...)
	return strings.TrimSpace(string(out))
}

// ask runs a program and returns what it prints.
func (c *command) ask(ctx context.Context, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = c.dir
	cmd.WaitDelay = time.Second
	// Git may not fetch: a repository names the program that fetches what it lacks, and root would run it.
	cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1",
		"GIT_ALLOW_PROTOCOL=none")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(stderr.String()), "\n")
		return nil, fmt.Errorf("%s %s: %w: %s", filepath.Base(name), strings.Join(args, " "), err, line)
	}
	return out, nil
}

// platform is what selects the machine that a build is for. Each architecture has a variable of its own.
func platform(env map[string]string) string {
	words := []string{env["GOOS"] + "/" + env["GOARCH"]}
	for _, name := range []string{archVariables[env["GOARCH"]], "CGO_ENABLED", "GOEXPERIMENT", "GOFIPS140"} {
		if env[name] != "" {
			words = append(words, name+"="+env[name])
		}
	}
	return strings.Join(words, " ")
}

var archVariables = map[string]string{"amd64": "GOAMD64", "arm64": "GOARM64", "arm": "GOARM", "386": "GO386",
	"mips": "GOMIPS", "mipsle": "GOMIPS", "mips64": "GOMIPS64", "mips64le": "GOMIPS64", "ppc64": "GOPPC64",
	"ppc64le": "GOPPC64", "riscv64": "GORISCV64", "wasm": "GOWASM"}

// changing are the build flags that change the results of most packages. The actions' names tell all results apart;
// this only keeps bundles from growing with what a build does not need. internal/prefill has the same list.
var changing = map[string]bool{
	"race": true, "msan": true, "asan": true, "trimpath": true, "cover": true, "tags": true, "gcflags": true,
	"asmflags": true, "buildmode": true, "compiler": true,
}

// takeValues are those of them that may have their value in the next word.
var takeValues = map[string]bool{"tags": true, "gcflags": true, "asmflags": true, "buildmode": true, "compiler": true}

// flagsThatMatter returns the flags of GOFLAGS and of a command line that change results, sorted, as -name=value.
func flagsThatMatter(lists ...[]string) []string {
	values := map[string]string{}
	for _, list := range lists {
		for i, arg := range list {
			if arg == "--" || arg == "-args" || arg == "--args" {
				break
			}
			name, value, has := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"), "=")
			if !strings.HasPrefix(arg, "-") || !changing[name] {
				continue
			}
			switch {
			case !has && takeValues[name] && i+1 < len(list):
				value = list[i+1]
			case !has:
				value = "true"
			}
			values[name] = value
		}
	}
	var flags []string
	for name, value := range values {
		if value != "false" {
			flags = append(flags, "-"+name+"="+value)
		}
	}
	slices.Sort(flags)
	return flags
}

// moduleName is the path of the main module, or the names of a workspace's directories.
func moduleName(env map[string]string) (string, error) {
	file := env["GOMOD"]
	if file == "" || file == os.DevNull {
		file = env["GOWORK"]
	}
	if file == "" || file == "off" {
		return "", errors.New("no go.mod here")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if file == env["GOMOD"] {
		return modfile.ModulePath(text), nil
	}
	work, err := modfile.ParseWork(file, text, nil)
	if err != nil {
		return "", err
	}
	var dirs []string
	for _, use := range work.Use {
		dirs = append(dirs, use.Path)
	}
	return "go.work " + strings.Join(dirs, " "), nil
}
