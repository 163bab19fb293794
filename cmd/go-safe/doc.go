/*
Go-safe is a drop-in go: it stands in front of the go command and gives it directories that work for this user
on this machine, and is otherwise not there.

Usage:

	go <any go command line>
	go safe doctor [-v] [--json] [--net] [--login] [--only ID,...] [--fix [--yes] [--dry-run]]
	go safe env [--json]
	go safe fix [--dry-run] [--owner USER:GROUP] [DIR...]
	go safe locks [--json]
	go safe share [--dry-run] [--group GROUP] DIR
	go safe verify [--heal] [--json] [module@version...]
	go safe version
	go safe help

Installed under the name go in a folder of PATH before the real one, as the alias go=go-safe, or as an image's ENTRYPOINT, it
accepts every command line as go does. It takes one word for itself: safe, as the first argument.

# What it does

 1. It finds the real go: GOSAFE_GO, else the first go on PATH that is not go-safe, else GOROOT/bin and the usual places of an
    installation. Go-safe knows itself by file identity and other copies by the build information in the file. Relative
    and empty entries of PATH are never used. What is found and leads back to go-safe (a version manager's shim, a
    script that says exec go-safe) is passed over when it comes again.

 2. It looks at what the go command would use, from the environment, the user's go env -w file, GOROOT/go.env and the
    defaults, and at whether that works: owner, access, mount flags, room. Nothing is executed for it. Where rules of
    Landlock may hold (no_new_privs), which nobody can ask for, it makes a file and removes it. What works is left
    alone, and not even set.

 3. What does not work is replaced by the first of these that does: the user's own cache folder (go-safe in it),
    /var/tmp/go-UID, go-UID in the temp folder. These are made with mode 0700, and refused where another user
    made them first, could have written to them or may rename them. One that is noexec is taken where there is no
    other, and serves commands that execute nothing from it. When none can be had, the variable stays as it was.

 4. It takes locks. A command that may write to the module cache or the build cache holds both in use: beside all others that do. go
    clean -modcache, -cache and -fuzzcache change them: alone. So no clean breaks a build. go env -w and -u are alone with the
    folder of the env file, and lose no key. What only reads settings or sources takes no lock, nor do go run, go tool and go doc,
    whose programs may go on for ever.

 5. What the command made in a cache of others or of several users gets the rights that belong there, see below.

 6. Without a lock or a repair it replaces itself by the real go (exec), so that nothing of it is left while the command runs. With one it
    stays as the parent, passes signals on, and gives the lock back when the command ends. The real go is called as go-safe was:
    ps shows go run, and pgrep -f '^go run' finds it.

# Locks

A lock is flock(2) on the cache's directory itself, opened for reading. On network and FUSE file systems, and where
directories cannot be locked, it is on a file, with the directory's owner and rights, which stays: beside the cache,
NAME.go-safe.lock, if all who may write to the cache may write there, else in it, .go-safe.lock. On Windows the file is
beside the cache. Who is killed leaves nothing behind. Below a go-safe that holds a lock (make, go generate, tests that
run go) nothing waits for it. A cache that is missing is made for the lock, and removed if it stays empty.

A command waits ten seconds for its locks, all of them together. Go clean of a whole cache waits longer for
builds: up to two minutes, as long as a compiler or a linker was seen in the last ten seconds below a go-safe
whose user may write to the cache (Linux). A go test that only runs its tests gets ten seconds, and so do other
programs that hold the lock and holders that cannot be seen. Then the command goes on without the lock, as plain
go would, and says so. GOSAFE_LOCK_TIMEOUT replaces all of these times. Before that, a file server gets two seconds
to say whether it locks files at all, or as long as GOSAFE_LOCK_TIMEOUT says, if that is longer.

While a clean waits, new builds wait too: in the first ten seconds of each minute, counted from the first clean
that waits. In between they run.

A command that waits for longer than a second says for whom, again after ten seconds and each minute, also where
the go command itself waits for one of its own lock files, which it does in silence. The pid, user, command and
age are those of /proc (Linux); what is hidden is not said. go safe locks lists who holds the locks on the
caches here, and who waits. It also finds a lock that is held by a process that cannot be seen, as in another
container or on another machine.

go clean finds the caches set aside: the module cache renamed beside itself, with an empty directory in its place (where it is
a mount point, or its parent is not writable, its entries into a folder in it), the folders of the build cache in a folder in it. What
the go command then removes go-safe deletes, after the locks are given back; all else it puts back. Killed at any moment, it leaves the
cache whole or empty, and a folder named go-safe-clean-NUMBER, which the next clean deletes. With -x, -i, -r or packages, below which something is
mounted, from where the toolchain itself runs, on network and FUSE file systems, and on Windows, caches are removed in place, as
by plain go. A module cache with directories that only other
users can empty is not cleaned at all, and that is said (125).

Where files cannot be locked at all the go command fails (F13): such caches are left for private ones, and that is said.

# Caches of others, and of several users

A cache's owner, mode and ACL are its policy; there is nothing to configure. The first line that fits a cache's directory counts:

	cannot be made, or read                  a private one is used
	cannot be written to                     it is read while it has what is needed, else a private one is used
	has an inheritable ACL that lets us      shared: new entries get their rights from the kernel, under every umask
	write, or its owner's group              What root makes is given to the owner.
	setgid and writable for a group of ours  shared: what a command made gets the group's rights after it. Where the
	                                         file system has ACLs the owner's next download sets one on all directories.
	ours                                     left alone, whatever its mode
	another's, and we are root               kept for its owner: what a command made is given to him
	another's, who lets us write             used as it is

A cache that you chose, in the environment or in an env file that is yours or root's, is used where it works, whoever
else may write to it. So is a default one (and the module cache below a GOPATH that you chose counts as chosen) that
root or you own, or that its group or ACL shares with you. A default one that another ordinary user owns, or that lies
in a folder of his below your home, is replaced by a private one: in a home like /tmp anybody could have made it, and
you would run what he put there. Root in the home of the cache's owner, as with sudo, uses it and gives the owner what
it makes. Root is warned of a chosen cache that another user owns and everybody may write to. The doctor names what
others may write to. What another user made in a cache and closed to you makes it one that does not work.

The repair looks at what is new and at nothing else. Where a module cache needs it, commands that may download
load one at a time: a command takes the exclusive lock on the folder cache of the module cache, and gives it
back when the go command has loaded and the first program of its build or test runs (Linux; elsewhere when it
ends). Extracted modules stay read-only, execute bits stay, and nobody gets rights that the cache's own
directory does not give. The umask of the go command is the user's. Root gives away regular files and
directories of root's that have one name, are in the cache's mount and were born after the command began, to the
owner of the directory they are in: in the caches, pkg/sumdb, the directory of binaries, the go folder of the
user's settings, and in a project what the go command itself made there: go.sum, go.work.sum, the go.mod and
go.work of init, vendor, the files of -debug-trace and its like, and of go build and go test the profiles and
binaries, C headers beside them, that the command line names, by a pattern such as ./cmd/... too. Where the file
system keeps no birth times they are named and left; in a shared cache they stay root's and are open to the
group. Go run loads what it needs first (go run -n, under that lock), where that may need a repair; what else it
makes is repaired while its program goes on: after a second, and then in longer and longer intervals. So it is
while any command loads for longer than a second, every two seconds, for those who wait for its lock no longer.

A toolchain in a cache of several users that go mod download is told to download is made ready to be run at once (its programs executable, its go.mod files in
place), for the go command does so at the first use, and only its owner can. While one is used for the first time the lock is for that command alone, but
not with go tool and go generate; go run uses it first as above.

Where a command in a cache that is shared by setgid was killed, and go-safe with it, what it made stays closed to the group. The next download of the same
user opens what it meets, where that is plain to be the go command's; go safe fix, typed by him or by root, opens the rest. A hint
and the doctor's modcache-foreign say whose it is.

Go safe share makes a directory, a module or build cache or an empty or missing one, the cache of a group: group, setgid and a default
ACL on it and on what is in it. It refuses homes, what is no cache, and what everybody may write to, or may replace, for that may rename in a
directory above. Where a directory above does not let the group through it says so, and what to type, and exits with 1.
Without --group the group is that of the directory, which is printed with its members. If that is root's, or one with
only its own user in it as Debian makes them, it is the group of the setgid folder that the directory is in; without
such a folder share refuses. --group root, which is the group of all users on OpenShift, has to be named.

Go safe fix repairs whole caches: those that the go command uses here, or the directories named. Ordinary users change what is
their own, and in a cache of theirs move aside, to NAME.foreign, what others left there and they cannot work with. Root gives what
belongs to root to the owner of the directory it is in, but for what that owner could not read; with --owner everything to the
one named, as an init container does for a volume. In a directory that is no cache, --owner finds the caches below by
their shape. If it holds only caches, empty directories and lost+found, the directory itself is given away too.
Neither goes through links or to another mount, nor touches setuid or
setgid files and files with several names. In a shared cache neither opens what some could not read and its members may have moved there, but
what the go command made, where that is plain (a directory with nothing else in it, a download with the content that its name says): fix with
--owner, an ordinary user with his own name and group, opens the rest. What was left is said, and the exit status is 1. Both can be interrupted and run
again; with --dry-run they only look, and list each entry with what would change, those that a directory hides but for a change not; a
path with control characters in it is quoted as in Go.

Called by sudo without directories, go safe fix first gives the user who called sudo what sudo go made in the home of that user:
.cache, .config and go where root made them and go's own directories are in them, and what is in .config/go, go/pkg/sumdb and go/bin.

Root acts only on a directory that nobody else could have redirected. It opens the way element by element. It follows a link if root
owns it, or if its owner also owns the directory that is reached. Each directory on the way must let only root and the receiver
rename in it: the user whom files are given to, the cache's owner, or the group that shares the cache. A sticky directory
is good if the next element is root's or the receiver's. Fix and share refuse everything else, and name the element. A go
command is never refused: it runs as plain go would, without a repair, and go safe doctor names the element.

On macOS, what an ACL allows counts before the mode, and is inherited under every name: an ACL that lets a group write to lock files
lets it write to extracted modules too. So go safe share sets one on a build cache alone, one that go build has been at work in, as
chmod +a "GROUP allow read,write,...,file_inherit,directory_inherit" does and chmod -R -N undoes; any other directory it shares by
setgid, and all users need go-safe. An ACL that is there already is the cache's policy all the same. It takes groups of /etc/group by name, others by number.

On Windows a group has to be named, by name or SID. It gets what icacls DIR /grant "GROUP:(OI)(CI)M" gives, and what does not inherit
from its directory does so again; modules stay read-only by their attribute. Go safe fix lets inherit what does not. Nothing
needs a repair. A cache that everybody may write to is used there, for folders on a second drive inherit that, but is not shared before that is
taken away; and on network drives, where users have other names, ACLs are left to the server.

On FreeBSD sharing is by setgid.

# Caches that can only be read

A module cache that cannot be written to, or in which folders of other users are closed to us, is used in place while it
has all that go.sum, go.work.sum, GOTOOLCHAIN and the command line name; with GOPROXY=off also while nothing that is
missing waits in it to be extracted. When something is missing, go-safe switches this user to a private copy of the
cache: mod-HASH below the folders of 3, where HASH is half of the SHA-256 of the cache's path. The copy has that path
in the file cache/download/.go-safe.source; one with another path is not used. What may need more than go.sum tells
begins a copy too: go get, go mod why, go generate where a go:generate line names a version, and where the cache lacks
what they lead to go mod tidy and a workspace whose modules need together what none of them needs alone. It serves
alone when the cache is gone, and is left when the cache can be written to.

Before the command the private copy gets what the command may need and the cache has: copies of .info, .mod, .zip and
.ziphash files (reflinks where the file system has them; where there is a zip no more, one is made of the extracted
files), and of the checksum database's answers where go.sum does not vouch. Where more may be needed than can be
named, all else that is there is linked; from a cache without zip files what the command line names exactly (go get
path@v1.2.3) is taken, with what that requires, and the rest downloaded. Copies are complete before they have their
names, and made under the go command's own locks. Empty and torn files, and those that are not what go.sum says, are
left out: the go command downloads them. GOPROXY stays as it is. For go doc and go list -m with -f or -json, which see
nothing else, what go.sum names and the cache has extracted is extracted in the private copy too. go clean -modcache
removes the private copy, and all begins anew; the cache itself can be cleaned by its owner.

Go-safe believes a cache only if root or this user owns it and nobody else can write to it or replace it. It looks at
the cache's directory, at the directories above it, at each file that it copies and at the directories below the cache
that lead there. A write bit for the group counts for others, except on this user's own directories above the cache.
From any other cache it copies zip files and go.mod files that have the hash in go.sum. Where go.sum has none, it
copies them if the go command will ask the checksum database about the module, or if GOPROXY=off. It hashes each of
them once. It makes no links to such a cache, and removes those of a time when the cache was believed.

Private copies that an older go-safe made, with eight digits in their names, are not used. They are removed when
another copy grows and nobody holds their lock.

# Variables

Read: what the go command reads to find its directories (HOME, XDG_CACHE_HOME, XDG_CONFIG_HOME, TMPDIR, GOENV, GOROOT, GOPATH,
GOCACHE, GOMODCACHE, GOTMPDIR, GOBIN, GOFLAGS, GOWORK, GO111MODULE, GOOS, GOARCH, GOTOOLCHAIN, GOPROXY, GOPRIVATE, GONOPROXY,
GOSUMDB, GONOSUMDB, GOFIPS140) and PATH.

Set for the go command, where they are not usable as they are:

	GOTMPDIR    only where the temp folder does not do: it is missing, not writable or full (as for TMPDIR), it
	            belongs to a third user and is not sticky, or it is noexec and the command executes what it builds
	            there, as go test and go run do. Other commands also leave a temp folder with less than 1 GiB or
	            4096 inodes for a place that has more. Then it is go-UID in /var/tmp, or go-safe in the user's
	            cache folder. A GOTMPDIR of the user's that is missing is made. With GOSAFE_TMPDIR=private it is
	            always set, to go-UID in the temp folder.
	TMPDIR      where it is missing, not writable, or has less than 32 MiB or 256 inodes left
	GOCACHE     where it is not writable, full or without locks, holds folders of another user, or is a default
	            one of another user; for go run and go tool also where it is noexec. Where the cache
	            itself is ours, those are moved aside instead, and that is said. go clean -cache cleans a
	            full or noexec one, not its substitute.
	GOPATH      where modules cannot be verified (pkg/sumdb) or binaries placed in it, and the command needs it: for
	            modules that are there, too, where go.sum does not have their hashes
	GOMODCACHE  where it is a default one of another user, or not writable and lacks a module that go.sum or
	            the command line names (see above), where it is without locks, or a toolchain is to be run from it
	            and it is noexec
	HOME        where it is not set and a default depends on it: the home of the passwd entry
	GOBIN       for go install, see Installing
	GOROOT      removed where it is no directory, and for what compiles where it has no compiler, or one of
	            another version than the real go. Where the user's env file says so, it is set to the right one, with
	            the settings of that tree's go.env. Else it is the user's, and go list and go env read it.

Once a day, when the go command trims its build cache, go-safe removes abandoned go-build folders from where $WORK
will be: folders of this user in which nothing changed for three days, nothing runs and nothing is mounted. It does so
only where nobody else may rename what is there, and not in containers, which do not see all processes. It leaves no
file of its own in the temp folder.

A variable that is set and empty asks for the go command's default and gets it. So do values that are no absolute path, or a
file: the go command says what is wrong with them. Nothing is set for go env -w and -u, which would warn of it.

Settings:

	GOSAFE=off               exec the real go at once, touch nothing; go safe works as ever
	GOSAFE_GO=PATH           the real go
	GOSAFE_EXEC=child        start the real go as a child and wait, even where exec would do
	GOSAFE_LOCK=off          take no lock
	GOSAFE_LOCK=required     fail, with exit status 125, where a lock is not to be had
	GOSAFE_LOCK_TIMEOUT=30s  how long a command waits for locks, all together, in place of 10s and, go clean for builds, 2m
	GOSAFE_REPAIR=off        leave the rights of what a command made as they are
	GOSAFE_HINT=off          say nothing about a command that failed
	GOSAFE_TMPDIR=private    always set GOTMPDIR, to a folder of this user's own in the temp folder
	GOSAFE_TRUST_REPO=1      let git answer about the repository around the working directory, whosever it is, see below
	GOSAFE_VERBOSE=1         say each decision

Another value is an error. GOSAFE_VIA is go-safe's own: the files that this chain of processes went through to find a go.

# Repositories of other users

Git answers no questions about a repository that belongs to another user, for what it runs may be named there (core.fsmonitor in .git/config), and
go build, which asks for the revision to stamp, fails without a word of that. With GOSAFE_TRUST_REPO=1 a command that stamps (build, install
and list, unless with -buildvcs=false; with -buildvcs=true any that compiles) is given safe.directory for the one repository around its
working directory, in its environment (GIT_CONFIG_COUNT): nothing is written, and no other repository and no other command gains by it. Set it
where all who may own what you build in are trusted, as in a container that a checkout is mounted into. Go-safe never does it unasked, not
for root in a container either: nothing there tells a checkout that its owner mounted from a folder that others may write to. Git before 2.38 does
not heed it.

# Installing

Into a setgid directory, or one on another mount than GOTMPDIR, and on Windows, go install does not rename: it removes the old binary and
copies the new one in its place. There the go command is given a folder in GOTMPDIR as GOBIN, and go-safe copies what was built
beside the old binary and renames it over that, holding a lock on the directory: who runs it meanwhile gets the old or the
new one. Mode, group and ACL are those that plain go gives. What may be written to but not replaced (another user's file in a
sticky directory), a link, and what does not fit beside the old binary is overwritten, as by plain go. On Windows what runs can only be
renamed: it is called name.exe~ until it has ended and the next install removes it, as with plain go, and between two renames
nothing has the name. What another program reads there is waited for, two seconds at most.

A directory that go install has to make, that is the working directory, or that a cross-compiled binary goes to, is left to the go
command; so is everything with -n, -x, -debug-actiongraph or -debug-trace.

# The module cache: go safe verify

Go safe verify compares the module cache, or the named modules in it (with versions in full form, as in go.mod), with the hashes that were
written down when they were downloaded and with go.sum, in a workspace with that of each module. It finds torn and empty zip files, empty and
wrong .mod files and .ziphash files, changed, missing and added files in what was extracted, extractions that were interrupted, what
go commands that were killed left behind, and what an interrupted go clean -modcache left. It needs no main module and writes
nothing. A missing .info, .mod or zip file alone is no damage: the go command leaves such entries itself. What a go command is at work on
is passed over.

With --heal it mends what it found, holding the lock on the cache against other users of it. What has to be fetched the real go fetches, with the
user's settings, into a folder beside the modules in cache/download; a damaged file is replaced when there is a better one, so that without
a network all stays as it was. What is extracted wrongly the go command extracts anew from the zip file, under its own lock. Nothing else is
touched or fetched. If others than root can write to the cache, root's go command works in a folder of root's own in the
temp folder, and what it fetched or extracted is copied into the cache. Nothing is healed where others could redirect
root's way to it. What go.sum alone contradicts, which may be an attack, stays where nothing comes in its place: the go
command refuses it
wherever that go.sum counts, and a project's go.sum takes nothing from others.

It prints one line for each finding: the path, what is the matter, and what to type or what became of it; and one at the end. With
--json an array of objects with these fields instead:

	module   path@version; missing for what belongs to no module
	kind     empty-mod, foreign-mod, changed-mod; torn-zip, foreign-zip, changed-zip; torn-ziphash, wrong-ziphash,
	         missing-ziphash; changed-dir, foreign-dir, orphan-dir, half-dir; stray-partial, stray-tmp, stray-heal.
	         What is foreign is not what go.sum says.
	path     of the file or folder
	what     the matter, in words
	healed   whether it was healed
	problem  why it was not; missing where it was, and without --heal

The exit status is 0 where all is well, 1 where something is damaged (with --heal: still), 125 where something could not be
looked at, or nothing could be healed.

# What is wrong with this machine: go safe doctor

Go safe doctor looks at what a go build here, one that needs a module which is not there, would find, with the probes of a run, and says what
is wrong, why that matters (-v) and what to type. It makes nothing, and needs neither a home nor a real go. Where another machine
gives the locks it tries one on a file and removes that, and it writes a small file to where there seems to be room. It
executes the real go and its compiler, each with none of the user's settings but the one in question, git as the go command does, and the go of a version manager. Root runs no program that
another user could have put there, and in another user's repository asks git only whether it trusts that. A check that is
not done after three seconds is left behind; with -v, which looks at every entry of the caches and not at a sample, after a
minute.

A check is ok, a warning (go-safe makes up for it, or it is a risk), broken (go commands fail of it), or unknown (it could not look). The checks:

	shim-first, go-found, go-several, version-manager, sudo-path, go-mixed, goroot, gobin-writable, gobin-path, gobin-old
	home, tmp-writable, tmp-noexec, tmp-room, tmp-left, tmp-cleaned
	cache-writable, cache-noexec, cache-room, cache-locks, cache-foreign, cache-open, cache-shared, cache-left, cache-way
	gopath-writable, modcache-writable, modcache-noexec, modcache-room, modcache-names, modcache-locks,
	modcache-foreign, modcache-open, modcache-way
	windows-drive, nfs-locks, selinux
	env-file, env-override, goflags, go111module, goproxy, gosumdb, private-patterns
	toolchain, module-folders, repo-owner
	umask, open-files, memory
	shim-login, shim-interactive
	net-proxy, net-sumdb, net-tls

Those of the last two lines are done only with --login and --net. With --login the user's shell (SHELL, else that of the passwd entry) runs its
start-up files, as at login and as in a new terminal, with the environment of a login and without a terminal, for at most ten seconds, and says
which go it would run.

With --net each server in GOPROXY and the one that passes on the checksum database are asked, as the go command would ask them, ten seconds
each, and for every certificate there is a detail (-v): who presents it, through which HTTP proxy, who issued it, when it expires. What does the
asking is a small program whose source is part of go-safe: the real go builds it, without cgo, which takes up to a minute the
first time and leaves the packages of the standard library in the build cache. Where a server does not answer it is asked again without the HTTP
proxy, and an authority that Go does not know is looked for in the files that other programs are told of (CURL_CA_BUNDLE,
REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS, ...) and where administrators put them: what is to be typed has been tried. Credentials of GOAUTH
and .netrc are not sent: a server that wants them is unknown.

While GOPROXY=off, and GOPRIVATE and GONOPROXY name nothing, a module cache or GOPATH that can be read is ok: nothing is added to it. Else what is
to be typed for one of another user copies the modules to a folder of this user's own, for plain go would look for them nowhere else. GOCACHE without a
place, as without HOME, is broken.

The settings of sudo are read and sudo is not asked, for that is logged. Only root can read them: for others
sudo-path is unknown, which does not count for the exit status. Run by sudo, the doctor looks at what sudo made of
PATH, and at root's folders.

What to type stands on a line of its own, behind "type: ", as it is to be pasted into a shell; there is none where a name in it has a control character, or it would show a password. Passwords in URLs are printed as xxxxx, for
findings are shown to others. With --only ID,... only the named checks are
done. With --json an array of objects is printed, one for each check, with these fields:

	id       as above; it does not change
	group    under which it is printed
	status   ok, warning, broken, unknown
	looked   at what: a path, or a setting with its value and where that comes from
	found    what is the matter with it, in words that follow looked; where all is well, what is to be known, or ""
	why      why that matters; missing where all is well
	type     what to type; missing where nothing is known that helps
	fix      true where --fix types that; else missing
	details  further facts, an array; missing where there are none
	ms       how long it took, in milliseconds

Directories of root in the user's home that are in the way are one finding, with one line that cures all; the other checks then say where to
look.

With --fix it types what is safe itself: what makes, moves aside or takes rights from this user's own caches and temp folders, or removes old
work folders from them, never a setting. On a terminal it asks for each line (y or yes), elsewhere it wants --yes; --dry-run only prints the lines. Of
a line that fails it says so, and goes on. Then it looks again.

The exit status is 0 where nothing is broken, 1 where something is, 125 where nothing is known to be and something could not be looked at.

# Messages and exit status

Messages are lines on standard error that begin with "go-safe: ". There are none when go-safe chose a default; one
"warning:" when it overrides a value that the user set, because that value cannot work, or goes on without a lock; one line when it
moved something aside or waits. Commands that need none of the directories (env, version, list -m, mod edit and the
like) are not told about them, because tools read what these print. In a container (a pid namespace that is not the
machine's first one) no value is warned of, because it is the image's and nobody there can act on it: the doctor and
GOSAFE_VERBOSE=1 tell. What they say to type calls go-safe go where that
is what comes first on PATH, else by its own name or its path. Control characters in names are printed as Go escapes.

After a command that failed there is one "hint:" where a look of a few milliseconds shows a cause that the go command's own message hides:
the kernel killed a process for want of memory (by the counter of its control group, on Linux), a module that the command needs is torn in
the cache or cannot be added to it for what another user left there or a mode closes, or because the cache can only be
read and GOPROXY is off, go.sum is another user's and closed, the file of go env -w cannot be written, the build cache is
full, cannot be written to, has a folder or a closed file of another user or wrong indexes of packages (which a go
command leaves that has too few open files), the module cache takes no names as long as a module has, no folder at
all can be written to, the folder of $WORK is full or noexec, git tells nothing about the repository of the program that was to be built, or cannot read it. There is none where
that is not certain: where the look shows what may be the cause of some failure, the go command is asked (go list of the same packages,
which downloads nothing) whether it is of this one, or git, for a second at most. Of the folder of $WORK it is asked by building the same
anew, of which nothing is kept or executed, for five seconds at most. For commands that exec, such as go run, there
is only the one that no folder at all can be written to, and it comes before. There is none for what the go command
does not understand (status 2).

The exit status is the real go's. Killed by a signal, go-safe dies of the same one (as PID 1 it exits with 128+n).
Its own failures: 125 where go-safe failed, 126 where the real go was found and cannot be run, 127 where none was found.

# Limits

Programs started by go run, go test, go generate and go tool see GOROOT/bin first on PATH (cmd/go/internal/base.AppendPATH): a go that
they start is the real one. It has go-safe's environment all the same.

Where go-safe sets GOTMPDIR, t.TempDir makes its folders there since Go 1.26, whatever TMPDIR is during the test, and
a program that becomes another user takes it along. So it is always with GOSAFE_TMPDIR=private.

An alias is known to the shell alone: make, an IDE and sudo look at PATH. sudo has a PATH of its own (secure_path).

The go command's telemetry is written by a process that goes on after it: what that makes in the home of another user as root stays root's.
A file that root makes meanwhile by other means in a directory of the cache's owner, who may move it into the cache, is given to him too; and one
that a member of a shared cache without ACLs makes in a directory of other members is opened to them.

A program named by -toolexec sees the GOBIN that the go command was given.

On Linux for amd64 and arm64 go-safe tells a key of the terminal, which reaches the real go by itself, from SIGINT and SIGQUIT sent
by a process, which it passes on. Elsewhere it passes all on. The go command heeds only the first, but go tool passes each on to its
program, and a script that stands for go sees each.

While go-safe waits for the go command, SIGSTOP and SIGTSTP sent to its pid alone stop it alone; Ctrl-Z, which the terminal sends to the
whole group, stops both.

Locks keep out only what goes through go-safe. Anybody who can read a cache can lock it, and make each command of others wait for ten
seconds, or GOSAFE_LOCK_TIMEOUT; they say who it is. Only Linux tells who holds a lock: elsewhere a go-safe below another one that changes a cache waits too.

What go-safe reads from ACLs of macOS and Windows, and makes of it, is tested on Linux, with lists that those systems printed. Its calls to
Windows were run under Wine, which keeps no ACLs; those to macOS are only built so far.

Without ACLs, who does not wait for the end of another user's download can meet what was made in its last two seconds, closed: permission denied.

Go-safe refuses to run setuid or setgid.
*/
package main
