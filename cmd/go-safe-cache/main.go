// Go-safe-cache fills the build cache from a store before a build, and adds what a build made to the store.
//
// Usage:
//
//	go-safe-cache pull   [flags] [-- the go command's arguments]
//	go-safe-cache push   [flags] [-- the go command's arguments]
//	go-safe-cache stats  [flags] [-- the go command's arguments]
//	go-safe-cache verify [flags] [-- the go command's arguments]
//	go-safe-cache prune  [-older 720h] [-dry-run]
//	go-safe-cache keygen NAME FILE
//
// "go safe cache pull" is the same. The arguments of the go command tell which build flags matter: results of builds
// with -race are kept apart from others. Without them the flags of GOFLAGS count.
//
// Pull looks for the bundle of this commit, then for those of its parents, then for that of this branch, of the
// repository's default branch, main and master. What GOCACHE has already is not fetched. Push adds what this
// machine's builds used since the last pull, or within a day if there was none.
//
// Settings are environment variables:
//
//	GOSAFE_CACHE           s3://bucket/prefix?region=R&endpoint=HOST: a server of the S3 API. Credentials are read from
//	                       AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, ~/.aws/credentials or the instance. Or
//	                       https://host/path: a server with GET, and PUT to be pushed to. Credentials are read from
//	                       ~/.netrc, or the file in NETRC.
//	GOSAFE_CACHE_WRITE     1 if pushes are allowed
//	GOSAFE_CACHE_KEYS      public keys, separated by spaces. If set, only bundles that one of them signed count.
//	GOSAFE_CACHE_SIGN      file with the private key that signs what is pushed
//	GOSAFE_PRIVATE=copy    no result is pushed that names a module of GOPRIVATE or GONOPROXY
//	GOSAFE_VERBOSE         1 for a line that says what was done
//
// Exit status: 0; 1 if it failed; 2 if it was called wrongly. With -auto it is 0 whatever happens, with one warning.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"
)

func main() { os.Exit(run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr)) }

// command is one call of this program.
type command struct {
	verb     string
	settings settings
	stdout   io.Writer
	stderr   io.Writer

	// flags
	goCommand string        // which go command to ask
	dir       string        // the project
	auto      bool          // called by go-safe: one warning, and success
	timeout   time.Duration // of the whole
	mark      string        // name of the note that tells go-safe how the pull went
	since     time.Time     // push: what was used from then on
	older     time.Duration // prune
	dryRun    bool          // prune
	goArgs    []string      // of the go command

	gocache string // empty until it is known
	warned  bool
	partly  bool // push: not all was sent in time
	behind  bool // push: nor by the one before
}

var verbs = map[string]func(*command, context.Context) error{
	"pull":   (*command).pull,
	"push":   (*command).push,
	"stats":  (*command).stats,
	"verify": (*command).verify,
	"prune":  (*command).prune,
}

const usage = `usage: go-safe-cache pull|push|stats|verify|prune [flags] [-- the go command's arguments]
       go-safe-cache keygen NAME FILE

  pull    fill the build cache with what the store in GOSAFE_CACHE has
  push    send what was used since the last pull; needs GOSAFE_CACHE_WRITE=1
  stats   print what the store has for this commit and these flags
  verify  read all parts of that, and compare each hash
  prune   remove bundles of all projects that are older than -older, 30 days
  keygen  make a private key in FILE for GOSAFE_CACHE_SIGN, and print the public one for GOSAFE_CACHE_KEYS

Exit status: 0; 1 if it failed; 2 if it was called wrongly. With -auto a failure is a
warning, and the status is 0. For the flags run: go-safe-cache pull -h
`

func run(args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	if len(args) == 3 && args[0] == "keygen" {
		if err := keygen(args[1], args[2], stdout); err != nil {
			fmt.Fprintf(stderr, "go-safe-cache: %v\n", err)
			return 1
		}
		return 0
	}
	c := &command{stdout: stdout, stderr: stderr}
	if len(args) > 0 {
		c.verb = args[0]
	}
	do := verbs[c.verb]
	if do == nil {
		switch c.verb {
		case "help", "-h", "-help", "--help":
			io.WriteString(stdout, usage)
			return 0
		case "", "keygen":
		default:
			fmt.Fprintf(stderr, "go-safe-cache: there is no command %q\n", c.verb)
		}
		io.WriteString(stderr, usage)
		return 2
	}
	if err := c.parse(args[1:]); err != nil {
		return 2
	}
	if err := c.work(do, getenv); err != nil {
		return c.failed(err)
	}
	if !c.warned && !c.partly {
		c.noteSuccess()
	}
	return 0
}

func (c *command) parse(args []string) error {
	flags := flag.NewFlagSet("go-safe-cache "+c.verb, flag.ContinueOnError)
	flags.SetOutput(c.stderr)
	var since int64
	limit := 10 * time.Minute
	flags.StringVar(&c.goCommand, "go", "go", "the go `command` to ask for its settings")
	flags.StringVar(&c.dir, "C", ".", "`directory` of the project")
	flags.DurationVar(&c.timeout, "timeout", limit, "give up after this `time`")
	flags.BoolVar(&c.auto, "auto", false, "warn once instead of failing, as go-safe does it")
	flags.StringVar(&c.mark, "mark", "", "tell how the pull went in the file of this `name`, as go-safe reads it")
	flags.Int64Var(&since, "since", 0, "push: what was used since this `time`, in nanoseconds since 1970")
	flags.DurationVar(&c.older, "older", 30*24*time.Hour, "prune: remove bundles older than this `time`")
	flags.BoolVar(&c.dryRun, "dry-run", false, "prune: say what would be removed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	c.goArgs = flags.Args()
	if since > 0 {
		c.since = time.Unix(0, since)
	}
	return nil
}

func (c *command) work(do func(*command, context.Context) error, getenv func(string) string) error {
	var err error
	if c.settings, err = readSettings(getenv); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout,
		fmt.Errorf("%s did not answer all within %v", c.settings.shown, c.timeout))
	defer cancel()
	err = do(c, ctx)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return err
}

// failed prints the only line about a failure.
func (c *command) failed(err error) int {
	text := strings.ReplaceAll(err.Error(), "\n", "; ")
	if c.auto {
		fmt.Fprintf(c.stderr, "go-safe: warning: GOSAFE_CACHE: %s: %s\n", c.verb, text)
		c.noteFailure(text)
		return 0
	}
	fmt.Fprintf(c.stderr, "go-safe-cache: %s: %s\n", c.verb, text)
	return 1
}

// warn is for what is wrong and does not end the command. With -auto only the first one is printed.
func (c *command) warn(err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	c.failed(err)
	c.warned = true
	if c.auto {
		c.stderr = io.Discard
	}
}

// say is for who wants to know what is done.
func (c *command) say(format string, args ...any) {
	if c.settings.verbose || !c.auto {
		fmt.Fprintf(c.stderr, "go-safe-cache: "+format+"\n", args...)
	}
}
