package safecmd

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/shell"
)

// A verb is what go safe help tells of a command, and the flags that the command takes.
type verb struct {
	name, args string
	about      string // one line, for the list of all
	flags      []verbFlag
	more       string // what a user must know besides; "" for nothing
	examples   []string
	statuses   []string
}

// A verbFlag is a flag of a verb. Those with a value take it as --flag VALUE and --flag=VALUE. Name may have a short
// form too: --flag, -f. Nobody is told of a flag without words about it.
type verbFlag struct{ name, value, about string }

var (
	dryRun    = verbFlag{"--dry-run", "", "only list what would change"}
	listFixed = verbFlag{"-v", "", "list what was changed"}
)

const rootWay = `Root acts only if nobody else could have redirected the way to the directory.
If somebody could, the command names the element, and changes nothing.`

var userFlags = []verbFlag{
	{"--user", "owner|USER[:GROUP]", "as root: run as that user; owner is the owner of this directory"},
	{"--init", "", "wait for orphans and pass signals on, as process 1 does"},
}

// verbList is in the order of the help.
var verbList = []verb{{
	name: "doctor", args: "[flags]", about: "say what is wrong with the Go of this machine, and what to run",
	flags: []verbFlag{
		{"-v", "", "list all checks; look at every entry of the caches"},
		{"--only", "ID,...", "run only these checks"},
		{"--net", "", "also ask the module proxies and the checksum database"},
		{"--login", "", "also run your shell's start-up files"},
		{"--fix", "", "run the suggested lines that touch only your own folders"},
		{"--yes, -y", "", "with --fix: do not ask"},
		{"--dry-run", "", "with --fix: only print the lines"},
		{"--json", "", "print an array of objects, for programs"},
	},
	examples: []string{"doctor", "doctor -v --only cache-foreign", "doctor --fix"},
	statuses: []string{"0 nothing is broken", "1 something is broken", "125 something could not be looked at"},
}, {
	name: "env", args: "[flags] [NAME...]", about: "print the variables that go-safe changes here, and why",
	flags: []verbFlag{
		{"-v", "", "print all variables that go-safe looks at, and where they come from"},
		{"--json", "", "print an array of objects, for programs; all of them, or those named"},
	},
	more:     "With names it prints only their values, as go env does.",
	examples: []string{"env", "env -v", "env GOCACHE GOMODCACHE"},
}, {
	name: "fix", args: "[flags] [DIR...]", about: "repair the rights in the caches used here, or in those named",
	flags: []verbFlag{
		dryRun, listFixed, {"--owner", "USER[:GROUP]", "as root: give everything in them to that user"},
	},
	more:     rootWay,
	examples: []string{"fix", "fix --dry-run /srv/gomod", "fix --owner 1000:1000 /go/pkg/mod"},
	statuses: []string{"0 all is right now", "1 something was left as it is", "125 nothing could be done"},
}, {
	name: "share", args: "[flags] DIR", about: "make a directory a cache that a group has in common",
	flags: []verbFlag{
		dryRun, listFixed, {"--group", "GROUP", "the group; else that of the directory"},
		{"--closed", "", "others get no rights, which is the default"},
		{"--open", "", "others may read"},
	},
	more:     rootWay,
	examples: []string{"share --group devs /srv/gomod"},
	statuses: []string{"0 the group shares it now", "1 something was left as it is", "125 nothing could be done"},
}, {
	name: "verify", args: "[flags] [module@version...]",
	about: "look for what is damaged in the module cache; repair it",
	flags: []verbFlag{
		{"--heal", "", "get back what is damaged, by the go command"},
		{"--json", "", "print an array of objects, for programs"},
	},
	examples: []string{"verify", "verify --heal", "verify --heal golang.org/x/text@v0.3.7"},
	statuses: []string{
		"0 all is well", "1 something is damaged", "125 something could not be looked at, or nothing repaired",
	},
}, {
	name: "locks", args: "[--json]", about: "print who holds the locks on the caches here, and who waits",
	flags: []verbFlag{{"--json", "", "print an array of objects, for programs"}},
}, {
	name: "audit", args: "[export] [flags] [FILE...]", about: "print what commands failed, why, and who waited for whom",
	flags: []verbFlag{
		{"--since", "TIME", "only what began since: 24h, or 2026-11-29"},
		{"--json", "", "print an array of objects, for programs"},
		{"--otlp", "URL", "with export: send spans to this OpenTelemetry collector"},
	},
	more: `It reads what GOSAFE_AUDIT names, or the files. Export runs go-safe-otlp, which
go install github.com/go-safe/go-safe/cmd/go-safe-otlp@latest installs.`,
	examples: []string{"audit --since 24h", "audit --json /var/log/go-safe.log",
		"audit export --otlp http://127.0.0.1:4318"},
}, {
	name: "cache", args: "COMMAND [flags] [-- ARG...]", about: "use a store of build results: GOSAFE_CACHE",
	more: `It runs go-safe-cache, a program of its own. ARG... are those of the go command:
build flags such as -race tell which results are wanted. The commands:

  pull           fill the build cache with what the store has
  push           send what was used since the last pull
  stats          print what the store has for this commit
  verify         read all of it, and compare each hash
  prune          remove what is older than -older, 30 days
  keygen N FILE  make a private key in FILE, and print the public one`,
	examples: []string{"cache pull", "cache push -- test -race ./...", "cache prune -older 240h"},
	statuses: []string{"0 done", "1 it failed", "2 it was called wrongly", "125 there is no go-safe-cache"},
}, {
	name: "entrypoint", args: "[flags] [--] [WORD...]", about: "for an image: run the go command, or another program",
	flags: userFlags,
	more: `A flag, a word of the go command or nothing is for the go command. After --,
or with a slash, the first word is a program. So is env with NAME=value. Any
other word is a program on PATH. It gets the directories of a go command.`,
	examples: []string{"entrypoint build ./...", "entrypoint make", "entrypoint --user owner -- env"},
	statuses: []string{"that of the command", "126 it cannot be run", "127 there is no such program"},
}, {
	name: "exec", args: "[flags] [--] PROGRAM [ARG...]", about: "run a program with the directories of a go command",
	flags:    userFlags,
	examples: []string{"exec make", "exec --user 1000 sh -c 'go test ./...'"},
	statuses: []string{"that of the program", "126 it cannot be run", "127 there is no such program"},
}, {
	name: "install", args: "[flags]", about: "install this program under the names go and go-safe, or remove it",
	flags: []verbFlag{
		{"--system", "", "for all users, in /usr/local/bin; else in ~/.local/bin"},
		{"--prefix", "DIR", "in DIR/bin"},
		{"--image", "", "for an image, in /opt/go-safe/bin and for login shells"},
		{"--rc", "", "put the folder first on PATH, in your shell's start-up files"},
		{"--uninstall", "", "remove what was installed there, and what --rc added"},
		{"--script", "FILE", ""}, // by install.sh, whose name messages then have
	},
	more: `It replaces no go that is not go-safe. Then it starts a login shell and looks
which go comes first there. The line that you have to run next is printed last.
With --system, --rc adds a file in /etc/profile.d. On Windows the folders are
in %LOCALAPPDATA%\Programs or %ProgramFiles%, and --rc changes PATH there.`,
	examples: []string{"install --rc", "install --image", "install --uninstall"},
	statuses: []string{"0 done", "1 installed, but another go comes first", "125 not installed"},
}, {
	name: "completion", args: "SHELL", about: "print a script that completes words: bash, zsh, fish, powershell",
	examples: []string{
		"completion bash >~/.local/share/bash-completion/completions/go",
		"completion fish >~/.config/fish/completions/go.fish",
	},
}, {
	name: "version", args: "[-v] [--json]", about: "print the version of go-safe",
	flags: []verbFlag{
		{"-v", "", "also say where it is, and which go is the real one"},
		{"--json", "", "print an object, for programs"},
	},
}, {
	name: "help", args: "[COMMAND]", about: "print this list, or the help for one command",
}}

// Has reports whether go safe has a command of that name.
func Has(name string) bool {
	_, known := lookUpVerb(name)
	return known
}

// lookUpVerb returns a verb by its name.
func lookUpVerb(name string) (verb, bool) {
	i := slices.IndexFunc(verbList, func(v verb) bool { return v.name == name })
	if i < 0 {
		return verb{}, false
	}
	return verbList[i], true
}

// printVerb prints the help for one verb.
func printVerb(w io.Writer, v verb) error {
	fmt.Fprintf(w, "usage: go safe %s\n\n%s\n", strings.TrimSpace(v.name+" "+v.args), sentence(v.about))
	if v.more != "" {
		fmt.Fprintf(w, "\n%s\n", v.more)
	}
	if len(v.flags) > 0 {
		fmt.Fprint(w, "\nflags:\n")
		tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
		for _, f := range v.flags {
			if f.about == "" {
				continue
			}
			name := strings.TrimSpace(f.name + " " + f.value)
			if len(name) > 20 { // the description has a line of its own
				tw.Flush()
				fmt.Fprintf(w, "  %s\n", name)
				name = ""
			}
			fmt.Fprintf(tw, "  %s\t%s\n", name, f.about)
		}
		tw.Flush()
	}
	list := func(title, before string, lines []string) {
		if len(lines) > 0 {
			fmt.Fprintf(w, "\n%s\n", title)
		}
		for _, line := range lines {
			fmt.Fprintf(w, "  %s%s\n", before, line)
		}
	}
	list("examples:", "go safe ", v.examples)
	list("exit status:", "", v.statuses)
	return nil
}

// sentence makes a sentence of the words in a list.
func sentence(about string) string { return strings.ToUpper(about[:1]) + about[1:] + "." }

// printUsage prints all verbs and the settings.
func printUsage(w io.Writer) error {
	fmt.Fprint(w, "go-safe stands in front of the go command and gives it directories that work.\n\n"+
		"usage: go safe <command> [arguments]\n\ncommands:\n")
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, v := range verbList {
		fmt.Fprintf(tw, "  %s\t%s\n", v.name, v.about)
	}
	tw.Flush()
	fmt.Fprint(w, "\nRun go safe help <command> for its flags. Every other command line is the real\n"+
		"go's. Exit status: the real go's; 125 if go-safe failed, 126 if the real go\n"+
		"cannot be run, 127 if none was found.\n\nsettings:\n\n")
	tw = tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.TabIndent)
	for _, s := range config.Settings {
		fmt.Fprintf(tw, "\t%s=%s\t%s\n", s.Name, s.Value, s.About)
	}
	return tw.Flush()
}

// help runs go safe help.
func (c Call) help(names []string) error {
	if len(names) == 0 {
		return printUsage(c.Stdout)
	}
	v, ok := lookUpVerb(names[0])
	if !ok || len(names) > 1 {
		return c.unknown(names)
	}
	return printVerb(c.Stdout, v)
}

// unknown is the error for a command that go safe does not know.
func (c Call) unknown(args []string) error {
	var names []string
	for _, v := range verbList {
		names = append(names, v.name)
	}
	return errors.New("unknown command: go safe " + strings.Join(args, " ") + didYouMean(args[0], names) +
		"; run: " + shell.Self + " safe help")
}

// didYouMean names the candidate that differs from a word by a letter or two, in words that follow the word.
func didYouMean(word string, candidates []string) string {
	best, least := "", 3
	for _, c := range candidates {
		if d := distance(word, c); d < least && d < len(c)-1 {
			best, least = c, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// distance is how many letters have to be added, removed or replaced to make one word of the other (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		last := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := last
			if a[i] != b[j] {
				change++
			}
			last = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
