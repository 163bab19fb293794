//go:build linux

package containers

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
)

// A situation is a command in a container, and how it ends there with plain go and with go-safe.
type situation struct {
	name  string
	flags string   // of podman run
	args  []string // what the container runs
	setup func(b *box)
	do    func(b *box) result // instead of flags and args
	check func(b *box) string // after success: what is wrong with the files
	plain want
	safe  want
}

// A want is how a command should end.
type want struct {
	fails bool
	says  string // a regular expression that the output must match
	quiet bool   // go-safe says nothing of its own
}

var works = want{quiet: true}

func fails(says string) want { return want{fails: true, says: says} }

// unmet says what is not as it should be, "" if all is.
func (w want) unmet(r result) string {
	switch {
	case w.fails && r.status == 0:
		return "it should fail"
	case !w.fails && r.status != 0:
		return "it should work"
	case w.quiet && strings.Contains(r.out, "go-safe:"):
		return "it should say nothing"
	case !regexp.MustCompile(w.says).MatchString(r.out):
		return fmt.Sprintf("it should say %q", w.says)
	}
	return ""
}

// cell is the result in the table.
func (w want) cell(r result) string {
	switch {
	case r.status == 0:
		return "works"
	case strings.Contains(r.out, "go-safe: hint: "):
		return "fails, with a hint"
	}
	return "`" + strings.Trim(regexp.MustCompile(w.says).FindString(r.out), "\n") + "`"
}

func words(line string) []string { return strings.Fields(line) }

func sh(script string) []string { return []string{"sh", "-c", script} }

const denied = "permission denied"

// Flags of podman for several situations: a user without a home, one with the project's packages in a build cache, and
// one who cannot write anywhere.
const (
	noHome   = "-u 1234 -e HOME=/"
	withWarm = "-u 1234 -v WARM:/warm -e GOCACHE=/warm -e HOME=/tmp"
	readOnly = noHome + " --read-only --read-only-tmpfs=false"
)

// situations are thirty-five, and some more. Unless a situation says another, the project is mounted and belongs to uid
// 1000. WARM is a build cache with all that is needed, for situations that are not about the cache.
var situations = []situation{
	// Users.
	{name: "a user that the image does not know", flags: noHome, args: words("go build ./lib"),
		plain: fails(denied), safe: works},
	{name: "a user without HOME", flags: "-u 1234", args: sh("unset HOME && go build ./lib"),
		plain: fails("GOCACHE is not defined"), safe: works},
	{name: "the home of root for another user", flags: "-u 1234 -e HOME=/root", args: words("go build ./lib"),
		plain: fails(denied), safe: works},
	{name: "a home that can only be read", flags: "-u 1234 -e HOME=/usr", args: words("go build ./lib"),
		plain: fails(denied), safe: works},
	{name: "any user in group root, no capability (OpenShift)",
		flags: "-u 1000650000:0 -e HOME=/ --cap-drop all --security-opt no-new-privileges", args: words("go build ./lib"),
		plain: fails(denied), safe: works},
	{name: "root in a user namespace", flags: "--uidmap 0:100000:65536 -u 0", args: words("go build ./lib"),
		plain: works, safe: works},
	{name: "root without capabilities", flags: "-u 0 --cap-drop all", args: words("go build ./lib"),
		plain: works, safe: works},
	{name: "go env -w by a user without a home", flags: noHome, args: words("go env -w GOFLAGS=-v"),
		plain: fails("writing go env config"), safe: fails("go-safe: hint: HOME=/: .*run: ")},

	// Temporary files and what can be written to.
	{name: "/tmp is noexec", flags: "-u 1234 --tmpfs /tmp:noexec,mode=1777 -v WARM:/warm -e GOCACHE=/warm -e HOME=/tmp",
		args: words("go test -count=1 ./lib"), plain: fails(denied), safe: works},
	{name: "/tmp is full", flags: "-u 1234 --tmpfs /tmp:size=16k,mode=1777 -v WARM:/warm -e GOCACHE=/warm -e HOME=/src",
		args: words("go run ."), plain: fails("no space left on device"), safe: works},
	{name: "a read-only root with /tmp",
		flags: readOnly + " --tmpfs /tmp:exec,mode=1777", args: words("go build ./lib"),
		plain: fails("read-only file system"), safe: works},
	{name: "a read-only root with a noexec /tmp",
		flags: readOnly + " --tmpfs /tmp:noexec,mode=1777",
		args:  words("go build ./lib"), plain: fails("read-only file system"), safe: works},
	{name: "nothing can be written to", flags: readOnly,
		args: words("go build ./lib"), plain: fails("read-only file system"),
		safe: fails("go-safe: hint: go has no folder .*; mount one, as docker run --tmpfs /tmp:exec does")},
	{name: "a full cache", flags: noHome + " --tmpfs /.cache:size=1m,mode=1777",
		args:  words("go build -o /dev/null ."),
		plain: works, safe: works},

	// Files of other users.
	{name: "root generates in a user's project", flags: "-u 0 -v WARM:/warm -e GOCACHE=/warm",
		args: words("go mod edit -require=example.com/x@v1.0.0"), check: ownedBy(1000, "project/go.mod"),
		plain: works, safe: works},
	{name: "go generate as the owner of the project", flags: "-u 0 -v WARM:/warm -e GOCACHE=/warm",
		do: func(b *box) result {
			if b.image == golangImage {
				return b.run("-u 0", "go", "generate", ".")
			}
			return b.run("-u 0 --entrypoint go", words("safe entrypoint --user owner generate .")...)
		},
		check: ownedBy(1000, "project/lib/made.go"), plain: fails("belongs to 0"), safe: works},
	{name: "modules of root on a volume, then another user",
		flags: "-u 1234 -v DIR/mod:/mod -e GOMODCACHE=/mod -e HOME=/tmp",
		setup: func(b *box) {
			emptyDir("mod", 0o755)(b)
			r := b.run("-u 0 -v DIR/mod:/mod -e GOMODCACHE=/mod", words("go mod download golang.org/x/mod@v0.40.0")...)
			if r.status != 0 {
				b.t.Fatal(r)
			}
		},
		args: words("go mod download golang.org/x/sync@v0.18.0"), plain: fails(denied), safe: works},
	{name: "three users at once in one module cache, umask 077", do: threeUsers, plain: fails(denied), safe: works},
	{name: "a volume over /go", flags: noHome + " -v DIR/go:/go", setup: emptyDir("go", 0o755),
		args: words("go mod download golang.org/x/mod@v0.40.0"), plain: fails(denied), safe: works},
	{name: "modules of root in a layer", do: inLayer(noHome, "golang.org/x/text@v0.31.0"),
		plain: fails(denied), safe: works},
	{name: "modules of root in a layer, offline", do: inLayer(noHome+" -e GOPROXY=off", "golang.org/x/mod@v0.40.0"),
		plain: works, safe: works},
	{name: "a volume of a group (fsGroup 2000)",
		flags: noHome + " --group-add 2000 --cap-drop all --security-opt no-new-privileges -v DIR/cache:/c -e GOCACHE=/c",
		setup: func(b *box) {
			emptyDir("cache", 0o775)(b)
			mustDo(b.t, os.Chown(b.dir+"/cache", 0, 2000))
			mustDo(b.t, os.Chmod(b.dir+"/cache", 0o775|os.ModeSetgid))
		}, args: words("go build ./lib"), plain: works, safe: works},
	{name: "a repository of another user", flags: withWarm + " -e GOSAFE_TRUST_REPO=1",
		setup: repository, args: words("go build -o /dev/null ."), plain: fails("error obtaining VCS status"), safe: works},

	// Ways to start a command.
	{name: "bash -l", flags: noHome, args: []string{"bash", "-lc", "go build ./lib"},
		plain: fails("go: command not found"), safe: works},
	{name: "make", flags: "-u 1234 -v WARM:/warm -e HOME=/", args: words("make"), plain: fails(denied), safe: works},
	{name: "sh -c", flags: noHome, args: sh("go build ./lib"), plain: fails(denied), safe: works},
	{name: "a second command in a running container", do: execInto, plain: fails(denied), safe: works},
	{name: "GitLab: a script on standard input", do: gitlab, plain: fails(denied), safe: works},
	{name: "Jenkins: cat, and then sh as uid 1000", do: jenkins, plain: fails(denied), safe: works},
	{name: "GitHub: root, with the home of uid 1001", do: github, check: ownedBy(1001, "home/.cache/go-build/README"),
		plain: fails("belongs to 0"), safe: works},
	{name: "an unknown word", args: words("nosuchword"), plain: fails("not found"),
		safe: fails("nosuchword is neither a word of the go command")},
	{name: "busybox instead of Debian", do: busybox, plain: fails(denied), safe: works},

	// Limits.
	{name: "too little memory", flags: "-u 1234 --memory 96m --memory-swap 96m -e HOME=/tmp", setup: largePackage,
		args: words("go build ./large"), plain: fails("signal: killed"), safe: fails("go-safe: hint: .*memory.*GOMEMLIMIT")},
	{name: "too little memory, the cgroup namespace of the host",
		flags: "-u 1234 --memory 96m --memory-swap 96m --cgroupns host -e HOME=/tmp", setup: largePackage,
		args: words("go build ./large"), plain: fails("signal: killed"), safe: fails("go-safe: hint: .*memory.*GOMEMLIMIT")},
	{name: "few processes", flags: withWarm + " --pids-limit 20",
		args: words("go build -o /dev/null ."), plain: works, safe: works},
	{name: "half a processor", flags: withWarm + " --cpus 0.5",
		args: words("go build -o /dev/null ."), plain: works, safe: works},

	// Process 1.
	{name: "podman stop while a server runs", do: stopServer, plain: fails("^ready\n$"), safe: want{says: "handler ran"}},
}

// ownedBy checks that a file belongs to a user.
func ownedBy(uid uint32, name string) func(b *box) string {
	return func(b *box) string {
		fi, err := os.Lstat(filepath.Join(b.dir, name))
		if err != nil {
			return err.Error()
		}
		if got := fi.Sys().(*syscall.Stat_t).Uid; got != uid {
			return fmt.Sprintf("%s belongs to %d", name, got)
		}
		return ""
	}
}

// emptyDir makes a folder of root.
func emptyDir(name string, mode os.FileMode) func(b *box) {
	return func(b *box) {
		mustDo(b.t, os.Mkdir(filepath.Join(b.dir, name), mode))
		mustDo(b.t, os.Chmod(filepath.Join(b.dir, name), mode))
	}
}

// repository makes the project a git repository of its owner.
func repository(b *box) {
	run(b.t, "setpriv", "--reuid=1000", "--regid=1000", "--clear-groups", "env", "HOME=/nonexistent", "sh", "-c",
		`cd "$0" && git init -q && git add . && git -c user.name=u -c user.email=u@example.com commit -qm first`,
		filepath.Join(b.dir, "project"))
}

// largePackage adds a package that needs more memory than a small container has.
func largePackage(b *box) {
	dir := filepath.Join(b.dir, "project/large")
	mustDo(b.t, os.Mkdir(dir, 0o755))
	var text strings.Builder
	text.WriteString("package large\n\nvar Table = map[string]func(int) int{\n")
	for i := range 30000 {
		fmt.Fprintf(&text, "\t\"%d\": func(n int) int { return n*%d + %d },\n", i, i, i+1)
	}
	text.WriteString("}\n")
	mustDo(b.t, os.WriteFile(filepath.Join(dir, "large.go"), []byte(text.String()), 0o644))
}

// threeUsers downloads into one new volume as three users at once, and then once more as a fourth.
func threeUsers(b *box) result {
	emptyDir("mod", 0o775)(b)
	mustDo(b.t, os.Chown(b.dir+"/mod", 0, 2000))
	mustDo(b.t, os.Chmod(b.dir+"/mod", 0o775|os.ModeSetgid))
	results := make([]result, 3)
	download := func(uid int) result {
		flags := fmt.Sprintf("-u %d --group-add 2000 -v DIR/mod:/mod -e GOMODCACHE=/mod -e HOME=/tmp", uid)
		return b.run(flags, sh("umask 077 && go mod download golang.org/x/mod@v0.40.0 golang.org/x/sync@v0.18.0")...)
	}
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() { results[i] = download(1001 + i) })
	}
	wg.Wait()
	all := download(1004)
	for _, r := range results {
		all.status = max(all.status, r.status)
		all.out += r.out
	}
	return all
}

// inLayer adds a layer with a module of root to the image of the situation, and downloads another one on it.
func inLayer(flags, module string) func(b *box) result {
	return func(b *box) result {
		tag := "localhost/go-safe/layer"
		b.buildText(b.t, tag, "FROM "+b.image+`
USER 0
RUN go mod download golang.org/x/mod@v0.40.0 && chmod -R go-w /go
`)
		return b.engine.run(tag, b.flags(flags), "go", "mod", "download", module)
	}
}

// start starts a container in the background.
func (b *box) start(flags string, args ...string) (id string, remove func()) {
	b.t.Helper()
	r := resultOf(b.container(b.image, append(b.flags(flags), "-d"), args...), nil)
	if id = strings.TrimSpace(r.out); r.status != 0 {
		b.t.Fatal(r)
	}
	return id, func() { b.podman("rm", "-f", "-t", "0", id).Run() }
}

// running starts a container with args and runs a command in it.
func (b *box) running(flags string, args []string, execFlags string, command ...string) result {
	id, remove := b.start(flags, args...)
	defer remove()
	return resultOf(b.podman(append(append(append([]string{"exec"}, words(execFlags)...), id), command...)...), nil)
}

func execInto(b *box) result {
	return b.running("-u 0", words("sleep 100"), noHome, "go", "build", "./lib")
}

// gitlab does as GitLab's Docker executor: it starts a shell through the image's entry point, which must pass it on,
// and writes the script to its standard input (gitlab.com/gitlab-org/gitlab-runner, shells/bash.go).
func gitlab(b *box) result {
	const detect = `if [ -x /usr/local/bin/bash ]; then exec /usr/local/bin/bash; ` +
		`elif [ -x /usr/bin/bash ]; then exec /usr/bin/bash; elif [ -x /bin/bash ]; then exec /bin/bash; else exec sh; fi`
	cmd := b.container(b.image, append([]string{"--rm", "-i"}, b.flags(noHome)...), "sh", "-c", detect)
	return resultOf(cmd, strings.NewReader("set -eo pipefail\ncd /src\ngo build ./lib\n"))
}

// jenkins does as the Docker Pipeline plug-in (WithContainerStep): cat keeps the container, and each step runs in it.
func jenkins(b *box) result {
	return b.running("-t -u 1000:1000 -e HOME=/", words("cat"), "-u 1000:1000", sh("cd /src && go build ./lib")...)
}

// github does as the runner with a job's container: tail keeps it, root runs the steps, and HOME is a folder of the
// runner's user (github.com/actions/runner, ContainerOperationProvider).
func github(b *box) result {
	emptyDir("home", 0o755)(b)
	mustDo(b.t, os.Chown(b.dir+"/home", 1001, 1001))
	flags := "-u 0 -e HOME=/github/home -v DIR/home:/github/home --entrypoint tail"
	return b.running(flags, words("-f /dev/null"), "", sh("go build ./lib")...)
}

// busybox runs with no other programs than go and busybox.
func busybox(b *box) result {
	copySafe, path := "", "/usr/local/go/bin:/bin"
	if b.image != golangImage {
		copySafe, path = "COPY --from="+b.image+" /opt/go-safe/bin/go /opt/go-safe/bin/go\n", "/opt/go-safe/bin:"+path
	}
	tag := "localhost/go-safe/busybox"
	b.buildText(b.t, tag, `FROM `+golangImage+` AS debian
RUN mkdir -p /files/bin /files/usr/local && mkdir -m 1777 /files/tmp && \
    cp /bin/busybox /files/bin/sh && cp -a /usr/local/go /files/usr/local/
FROM scratch
COPY --from=debian /files /
`+copySafe+`ENV PATH=`+path+` CGO_ENABLED=0
`)
	return b.engine.run(tag, b.flags(noHome), "sh", "-c", "go build ./lib")
}
