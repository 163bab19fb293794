/*
Go-safe is a drop-in go. It stands in front of the go command and gives it
directories that work for this user on this machine. In all other respects
nobody can tell it from plain go.

Usage:

	go <any go command line>
	go safe cache pull|push|stats|verify|prune|keygen [flags] [-- ARG...]
	go safe doctor [-v] [--json] [--net] [--login] [--only ID,...] [--fix [-y] [--dry-run]]
	go safe env [-v] [--json] [NAME...]
	go safe entrypoint [--user owner|USER[:GROUP]] [--init] [--] [WORD...]
	go safe exec [--user owner|USER[:GROUP]] [--init] [--] PROGRAM [ARG...]
	go safe fix [-v] [--dry-run] [--owner USER:GROUP] [DIR...]
	go safe install [--system | --prefix DIR | --image] [--rc] [--uninstall]
	go safe locks [--json]
	go safe share [-v] [--dry-run] [--group GROUP] [--open] DIR
	go safe verify [--heal] [--json] [module@version...]
	go safe audit [export --otlp URL] [--since TIME] [--json] [FILE...]
	go safe completion bash|zsh|fish|powershell
	go safe version [-v] [--json]
	go safe help

Install it under the name go in a folder of PATH before the real one (go safe
install does that), as the alias go=go-safe, or as an image's ENTRYPOINT. It
accepts every command line that go accepts. It takes one word for itself: safe,
as the first argument.

# What it does

 1. It finds the real go: GOSAFE_GO, else the first go on PATH that is not
    go-safe, else GOROOT/bin and the usual places of an installation. It knows
    itself by file identity, and other copies by the build information in the
    file. It never uses relative and empty entries of PATH. A file may lead back
    to go-safe, such as a version manager's shim or a script that says exec
    go-safe. Then go-safe skips it the second time.

 2. It finds out which directories the go command would use: from the
    environment, the user's go env -w file, the site's file, GOROOT/go.env and
    the defaults. Then it looks whether they work: owner, access, mount flags,
    room. It executes nothing for that, and writes nothing, except under
    no_new_privs: a sandbox (Landlock) may then hold, and only a trial shows what
    it allows. There go-safe makes a file in the directory and removes it. A
    value that works stays as it is, and go-safe does not even set it.

 3. It replaces a directory that does not work by the first of these that does:
    go-safe in the user's own cache folder, /var/tmp/go-UID, go-UID in the temp
    folder (go-SID on Windows). They have mode 0700; on Windows administrators
    have the same rights. go-safe refuses one if another user made it first,
    could have written to it or may rename it. It takes a noexec one only
    if there is no other, and only for commands that execute nothing in it. If
    none works, the variable stays as it was.

 4. It takes locks. A command that may write to the module cache or the build
    cache takes a shared lock on both: any number of them run at the same time.
    go clean -modcache, -cache and -fuzzcache take an exclusive lock: they run
    alone. So no clean breaks a build. go env -w and -u take an exclusive lock
    on the folder of the env file, and lose no key. Commands that only read
    settings or sources take no lock. go run, go tool and go doc take none
    either, because their programs may run for ever.

 5. In a cache of another user or of several users it gives new entries the
    rights that belong there, see below.

 6. If no lock and no repair is needed, it replaces itself by the real go
    (exec). Nothing of it is left while the command runs. Otherwise it stays as
    the parent, passes signals on, and releases the lock when the command ends.
    The real go gets the name with which go-safe was called: ps shows go run,
    and pgrep -f '^go run' finds it. On Windows it always stays. If it is
    killed, the go command ends too, except on macOS and the smaller systems.

# Locks

A lock is flock(2) on the cache's directory itself, opened for reading. On
network and FUSE file systems, and where directories cannot be locked, it is on
a file. That file has the directory's owner and rights, and it stays. It is
beside the cache, NAME.go-safe.lock, if all who may write to the cache may write
there; else it is in the cache, .go-safe.lock. On Windows it is in the cache,
and beside it where removed files keep their names while they are open (FAT,
some servers). A killed process leaves no lock behind. Commands below a go-safe
that holds a lock (make, go generate, tests that run go) do not wait for that
lock. A missing cache is made for the lock, and removed if it stays empty.

A command waits ten seconds for all its locks together. go clean of a whole
cache waits longer for builds, up to two minutes. It does so as long as a
compiler or a linker ran in the last ten seconds below a go-safe whose user may
write to the cache (Linux, Windows). It waits only ten seconds for a go test
that only runs its tests, for other programs that hold the lock, and for holders
that it cannot see. Then the command goes on without the lock, as plain go
would, and says so. GOSAFE_LOCK_TIMEOUT replaces all of these times. Before
that, a file server gets two seconds to say whether it locks files at all, or as
long as GOSAFE_LOCK_TIMEOUT says, if that is longer.

While a clean waits, new builds wait too, but only in the first ten seconds of
each minute, counted from the first clean that waits. In between they run.

A command that waits for longer than a second says for whom, again after ten
seconds and each minute. It does so too while the go command waits for one of
its own lock files, which the go command does in silence. The pid, user, command
and age are from /proc on Linux. On Windows go-safe names no user, and the whole
command only of your own processes. What is hidden is left out. go safe locks
lists who holds the locks on the caches here, and who waits. It also reports a
lock whose holder cannot be seen, because it runs in another container or on
another machine.

go clean finds the caches set aside. go-safe renames the module cache to a
folder beside it, and makes an empty directory in its place. If the cache is a
mount point, or its parent is not writable, it moves the entries into a folder
in the cache. It moves the folders of the build cache into a folder in the
cache, too. What the go command then removes, go-safe deletes after it has
released the locks; it puts all else back. If go-safe is killed, at any moment,
the cache is whole or empty. Then a folder named go-safe-clean-NUMBER is left,
which the next clean deletes.

In these cases caches are removed in place, as by plain go: with -x, -i, -r or
packages; if something is mounted in the cache; if the toolchain itself runs
from it; on network and FUSE file systems; and on Windows. If a module cache has
directories that only other users can empty, go-safe cleans nothing and says so
(125).

If files in a cache cannot be locked at all, the go command fails. go-safe uses
a private cache instead, and says so.

# Caches of others, and of several users

A cache's owner, mode and ACL are its policy; there is nothing to configure. The
first line that fits a cache's directory counts:

	cannot be made, or read        a private one is used
	cannot be written to           it is read if it has what is needed,
	                               else a private one is used
	has an inheritable ACL that    shared: new entries get their rights from
	lets us write, or its owner's  the kernel, under every umask. What root
	group                          makes is given to the owner.
	setgid and writable for a      shared: what a command made gets the
	group of ours                  group's rights after it. If the file
	                               system has ACLs, the owner's next download
	                               sets one on all directories.
	ours                           left alone, whatever its mode
	another's, and we are root     kept for its owner: what a command made is
	                               given to the owner
	another's, who lets us write   used as it is

A cache that you chose is used if it works, whoever else may write to it. Chosen
means: in the environment, in an env file that is yours or root's, or in the
site's file. The module
cache below a GOPATH that you chose counts as chosen. A default cache is used in
the same way if root or you own it, or if its group or ACL shares it with you.
If another ordinary user owns a default cache, or a folder below your home that
contains it, go-safe uses a private one. In a home like /tmp anybody could have
made it, and you would run what they put there.

Root in the home of the cache's owner, as with sudo, uses the cache and gives
the owner what it makes. Root is warned of a chosen cache that another user owns
and everybody may write to. The doctor names what others may write to. If
another user made something in a cache and closed it to you, the cache counts as
one that does not work.

The repair looks only at new entries. Where a module cache needs it, only one
command at a time may load. Such a command takes the exclusive lock on the
folder cache in the module cache. It releases that lock when the go command has
loaded and the first program of its build or test runs (Linux; elsewhere when it
ends). Extracted modules stay read-only, execute bits stay, and nobody gets
rights that the cache's own directory does not give. The umask of the go command
is the user's.

Root gives files away to the owner of the directory that contains them. They are
regular files and directories of root that have one name, are in the cache's
mount and were born after the command began. Root does so in the caches, in
pkg/sumdb, in the directory of binaries and in the go folder of the user's
settings. In a project root gives away what the go command itself made:

  - go.sum, go.work.sum, vendor, and the go.mod and go.work of init;
  - the files of -debug-trace and the like;
  - the profiles, binaries and C headers of go build and go test that the
    command line names, also by a pattern such as ./cmd/... .

If the file system keeps no birth times, these files are left and reported. In a
shared cache they stay root's and are open to the group.

If a repair may be needed, go run loads first what it needs (go run -n, under
that lock). What else it makes is repaired while its program runs: after a
second, and then in longer and longer intervals. While any other command loads
for longer than a second, its new entries are repaired every two seconds, for
commands that have stopped waiting for its lock.

When go mod download downloads a toolchain to a cache of several users, go-safe
prepares it to be run: its programs become executable, and its go.mod files are
put in place. The go command does that at the first use, and only the owner can.
While a command uses a toolchain for the first time, it holds the exclusive lock
on the cache; but not with go tool and go generate. go run does the first use as
above.

In a cache that is shared by setgid, a command may be killed together with
go-safe. What it made stays closed to the group. The next download of the same
user opens what it meets, if it plainly is the go command's. go safe fix, run by
that user or by root, opens the rest. A hint and the doctor's modcache-foreign
say who the owner is.

# Sharing and fixing: go safe share, go safe fix

go safe share makes a directory the cache of a group: a module or build cache,
or an empty or missing directory. It sets the group, setgid and a default ACL on
the directory and its entries. Others than the group get no rights, because the
cache may have private modules in it; with --open they may read. It refuses
homes, directories that are no cache, and directories that everybody may write
to. It also refuses those that
everybody may replace, because they may rename in a directory above. If a
directory above does not let the group through, it says so and what to run, and
exits with 1.

Without --group the group is that of the directory, which is printed with its
members. It may be root's, or one with only its own user in it as Debian makes
them. Then it is the group of the setgid folder that contains the directory;
without such a folder share refuses. The group root, which is the group of all
users on OpenShift, must be named: --group root.

go safe fix repairs whole caches: those that the go command uses here, or the
directories named. Ordinary users change what is their own. In a cache of their
own they also move aside, to NAME.foreign, entries of others that they cannot
work with. Root gives what belongs to root to the owner of the directory that
contains it, except what that owner could not read. With --owner root gives
everything to the user named, as an init container does for a volume. In a
directory that is no cache, --owner finds the caches below it by their shape. If
the directory holds only caches, empty directories and lost+found, it is given
away, too.

Neither fix nor share follows links or goes to another mount. Neither touches
setuid or setgid files, or files with several names. In a shared cache they do
not open files that some members could not read, because other members may have
moved them there. They do open what plainly is the go command's: a directory
with nothing else in it, or a download with the content that its name says. An
ordinary user opens the rest by fix with --owner and the user's own name and
group. If something was left, fix and share say so and exit with 1. Both can be
interrupted and run again. With -v they list each entry with what has changed.
With --dry-run they only look, and list what would change, except for entries in
a directory that is closed until it is changed. A path with control characters
is quoted as in Go.

On macOS and FreeBSD sharing is by setgid, and all users need go-safe. go-safe
reads and sets no ACLs there: the mode decides. Before go safe fix or share,
take ACLs that let others write away from a cache (on macOS: chmod -R -N DIR). A
build cache shared by setgid does not last there: users other than its owner get
private ones.

If sudo runs go safe fix without directories, it first gives back to the user
who called sudo what sudo go made in that user's home. That is .cache, .config
and go, if root made them and go's own directories are in them; and the contents
of .config/go, go/pkg/sumdb and go/bin.

Root acts only on a directory that nobody else could have redirected. It opens
the way element by element. It follows a link if root owns it, or if its owner
also owns the directory that is reached. Each directory on the way must let only
root and the receiver rename in it: the user who gets the files, the cache's
owner, or the group that shares the cache. A sticky directory is good if the
next element is root's or the receiver's. Fix and share refuse everything else,
and name the element. A go command is never refused: it runs as plain go would,
without a repair, and go safe doctor names the element.

On Windows a group must be named, by name or SID. It gets what icacls DIR /grant
"GROUP:(OI)(CI)M" gives, and entries that do not inherit from their directory
inherit again. Modules stay read-only by their attribute. go safe fix lets
entries inherit, too. Nothing needs a repair. A cache that everybody may write
to is used there, because folders on a second drive inherit that. But it is not
shared before that right is taken away. On network drives, where users have
other names, ACLs are left to the server.

# Caches that can only be read

Some module caches cannot be written to, or have folders of other users that are
closed to us. Such a cache is used in place while it has all that go.sum,
go.work.sum, GOTOOLCHAIN and the command line name. With GOPROXY=off it is used
in place also if something is missing, unless that waits in it as a zip file to
be extracted.

When something is missing, go-safe switches this user to a private copy of the
cache. It is mod-HASH below the folders of 3, where HASH is half of the SHA-256
of the cache's path. The copy has that path in the file
cache/download/.go-safe.source; one with another path is not used. What may need
more than go.sum tells begins a copy too: go get, go mod why, and go generate
where a go:generate line names a version. For go mod tidy, -mod=mod, go list -m
and a workspace the go command is asked whether the cache has all (go mod tidy
-diff, go list, go mod graph, with GOPROXY=off). The copy serves when the cache
is gone, and is left when the cache can be written to.

Before the command the private copy gets what the command may need and the cache
has: copies of .info, .mod, .zip and .ziphash files. The copies are reflinks
where the file system has them. If there is no zip file any more, one is made of
the extracted files. Where go.sum does not vouch, the answers of the checksum
database are copied too. Where more may be needed than can be named, all else
that is there is linked.

Copies are complete before they have their names, and made under the go
command's own locks. Empty and torn files, and those that are not what go.sum
says, are left out: the go command downloads them. GOPROXY stays as it is. Go
doc and go list -m with -f or -json see only what is extracted. For them, what
go.sum names and the cache has extracted is extracted in the private copy too.
go clean -modcache removes the private copy, and all begins anew; the cache
itself can be cleaned by its owner.

go-safe believes a cache only if root or this user owns it and nobody else can
write to it or replace it. It looks at the cache's directory, at the directories
above it, at each file that it copies and at the directories below the cache
that lead there. A write bit for the group counts for others, except on this
user's own directories above the cache. From any other cache it copies zip files
and go.mod files that have the hash in go.sum. Where go.sum has none, it copies
them only if GOPROXY=off, and then all that the cache has if more may be needed
than can be named. It hashes each of them once. It makes no links to such a
cache, and removes those of a time when the cache was believed.

# Private modules

Private are the modules that GOPRIVATE or GONOPROXY names. In a cache that others
share they can read them, and what is built of them, though the server of the
modules may not let them in. With GOSAFE_PRIVATE=copy a command that may use
private modules leaves such a cache for a private copy, as if it could only read
it, and for a private build cache. What others share is shared by a group or an
ACL, is another user's, or may be written to by everybody.

A command may use private modules if go.mod, go.sum or the command line names
one, or if it may need modules that nobody can name before it looks them up. Such
are go get, go mod tidy, -mod=mod, versions such as latest, and all commands in a
workspace. If only the project itself is private, it leaves only the build cache.
The private copy gets the public modules that go.sum names from the shared cache.
Nobody is warned of the change; go safe env shows it. If there is no private
folder, the command goes on in the shared cache, with a warning.

What is in a shared cache already stays there, and the doctor does not look for
private objects in build caches. With GO111MODULE=off nothing is kept apart. What
GOCACHEPROG starts gets all objects.

# Variables

Read: PATH, and what the go command reads to find its directories (HOME,
XDG_CACHE_HOME, XDG_CONFIG_HOME, TMPDIR, GOENV, GOROOT, GOPATH, GOCACHE,
GOMODCACHE, GOTMPDIR, GOBIN, GOFLAGS, GOWORK, GO111MODULE, GOOS, GOARCH,
GOTOOLCHAIN, GOPROXY, GOPRIVATE, GONOPROXY, GOSUMDB, GONOSUMDB, GOFIPS140). Go
safe doctor also reads NO_COLOR, TERM, LANG, LC_CTYPE, LC_ALL and SHELL.

Set for the go command, if the values do not work as they are:

  - GOTMPDIR, only if the temp folder is not good enough. It may be missing, not
    writable or full (as for TMPDIR). It may belong to a third user and not be
    sticky. It may be noexec, if the command executes what it builds there, as
    go test and go run do. Other commands also leave a temp folder with less
    than 1 GiB or 4096 inodes for a place that has more. GOTMPDIR is then go-UID
    in /var/tmp, or go-safe in the user's cache folder. If the user chose a
    GOTMPDIR that is missing, it is made. With GOSAFE_TMPDIR=private it is
    always set, to go-UID in the temp folder.
  - TMPDIR (on Windows TMP and TEMP), if it is missing, not writable, or has
    less than 32 MiB or 256 inodes left.
  - GOCACHE, if it is not writable, full or without locks, has folders of
    another user, or is a default one of another user; for go run and go tool
    also if it is noexec. If the cache itself is ours, folders of others are
    moved aside instead, and go-safe says so (it looks at two of the 256
    folders; for others a hint says what to run). go clean -cache cleans a full or
    noexec one, not its substitute.
  - GOPATH, if modules cannot be verified (pkg/sumdb) or binaries placed in it,
    and the command needs that, also for modules in the cache whose hashes are
    not in go.sum.
  - GOMODCACHE, if it is a default one of another user, or if it is without
    locks. It is set also if it is not writable and lacks a module that go.sum
    or the command line names (see above), or if it is noexec and a toolchain
    must be run from it.
  - HOME, if it is not set and a default depends on it: the home in the passwd
    entry.
  - GOBIN, for go install, see Installing.
  - GOROOT is removed if it is no directory, and for commands that compile if it
    has no compiler, or one of another version than the real go. If it is wrong
    in the user's env file, it is set to the right one, with the settings in
    that tree's go.env. Otherwise it stays the user's, and go list and go env
    read it.

Once a day, when the go command trims its build cache, go-safe removes abandoned
go-build folders from the directory where $WORK will be. They are folders of
this user in which nothing changed for three days, nothing runs and nothing is
mounted. It does so only if nobody else may rename entries there, and not in
containers, which do not see all processes. It leaves no file of its own in the
temp folder.

A variable that is set and empty asks for the go command's default and gets it.
A value that is no absolute path, or names a file, stays: the go command says
what is wrong with it. For go env -w and -u nothing is set, because they would
warn of it.

Settings:

	GOSAFE=off               exec the real go at once, touch nothing
	GOSAFE_GO=PATH           the real go
	GOSAFE_EXEC=child        start the real go as a child and wait, even where exec would do
	GOSAFE_LOCK=off          take no lock
	GOSAFE_LOCK=required     fail, with exit status 125, where a lock is not to be had
	GOSAFE_LOCK_TIMEOUT=30s  how long a command waits for all its locks, in place of 10s, and of 2m for go clean
	GOSAFE_REPAIR=off        leave the rights of what a command made as they are
	GOSAFE_HINT=off          say nothing about a command that failed
	GOSAFE_TMPDIR=private    always set GOTMPDIR, to a folder of this user's own in the temp folder
	GOSAFE_PRIVATE=copy      keep private modules, and what is built of them, out of caches that others share
	GOSAFE_TRUST_REPO=1      let git answer about the repository around the working directory, whosever it is
	GOSAFE_AUDIT=journal     record each command that go-safe waits for in the journal; see go safe audit
	GOSAFE_AUDIT=syslog      the same in syslog
	GOSAFE_AUDIT=/path/file  the same in a file, a line of JSON for each
	GOSAFE_CACHE=URL         the store from which go-safe-cache fills the build cache: s3:// or https://
	GOSAFE_CACHE_WRITE=1     let go-safe-cache send there what commands made
	GOSAFE_CACHE_KEYS=KEYS   use only what one of these keys has signed
	GOSAFE_CACHE_SIGN=FILE   sign with the private key in FILE
	GOSAFE_VERBOSE=1         say each decision

go safe env prints the variables that differ from what plain go would have here,
what plain go would have, and why. With -v it lists all variables that go-safe
reads or sets, and where each value comes from: environment, env file, site
file, GOROOT/go.env, default or go-safe. With names it prints their values alone, as
go env does, and asks the real go for those that only it knows. It looks as for
a go run here. It makes nothing, unless the real go is asked.

A setting with any other value is an error. GOSAFE=off does not change what the
commands of go safe do. GOSAFE_VIA and GOSAFE_SITE are go-safe's own: the files
through which this chain of processes went to find a go, and the variables that
it got from the site's file.

The site's file is /etc/go-safe/go.env, on Windows go-safe\go.env in ProgramData.
It has defaults for all users, in the syntax of the file of go env -w: variables
that go env -w accepts, and these settings. The environment and the user's go
env -w come before it, GOROOT/go.env comes after it. For go-safe's settings an
empty variable stands for the default. The go command gets the values as
variables; go env -w and -u get none for the names that they change.

go-safe ignores the file if anybody except root could have written it or
replaced it, and a line with an unknown name or a wrong value. It says so once
for each command, where it would warn of a value. A directory that the file
names and that does not work is replaced without a warning; the doctor tells.

# Repositories of other users

Git answers no questions about a repository that belongs to another user,
because the repository may name programs that git runs (core.fsmonitor in
.git/config). Go build asks git for the revision to stamp, and fails without
saying so. With GOSAFE_TRUST_REPO=1 go-safe gives the command safe.directory for
the one repository around its working directory, in its environment
(GIT_CONFIG_COUNT). It does so for commands that stamp: build, install and list,
unless with -buildvcs=false; with -buildvcs=true any that compiles. It writes
nothing, and no other repository and no other command gains by it.

Set it if you trust all who may own what you build in, as in a container that a
checkout is mounted into. go-safe never does it unasked, not for root in a
container either: there it cannot tell whether others may write to the checkout.
Git before 2.38 ignores it.

# Installing

Go install does not always rename. Into a setgid directory, or one on another
mount than GOTMPDIR, and on Windows, it removes the old binary and copies the
new one in its place. In these cases go-safe gives the go command a folder in
GOTMPDIR as GOBIN. It copies what was built there beside the old binary, and
renames it over that, while it holds a lock on the directory. Whoever runs the
binary meanwhile gets the old or the new one. Mode, group and ACL are those that
plain go gives.

Some binaries are overwritten, as by plain go: one that may be written to but
not replaced (another user's file in a sticky directory), a link, and one beside
which there is no room. On Windows a running program can only be renamed. It is
called name.exe~ until it has ended and the next install removes it, as with
plain go, and between two renames nothing has the name. If another program reads
the file there, go-safe waits for it, two seconds at most.

The go command installs by itself into a directory that it has to make, or that
is the working directory. It does so, too, with a cross-compiled binary, and
with -n, -x, -debug-actiongraph or -debug-trace.

# Installing go-safe itself: go safe install

go safe install copies the program that runs to ~/.local/bin/go-safe, and makes
the link go beside it. With --system the folder is /usr/local/bin, with --prefix
DIR it is DIR/bin. It replaces a file in one step, also if that runs, and only
if it is go-safe. The mode is 0755 whatever the umask is.

With --rc it puts the folder first on PATH, in lines between markers at the end
of start-up files: the one that a login shell of bash reads and .bashrc;
.zprofile and .zshrc in ZDOTDIR; config.fish; for other shells .profile. A login
shell of zsh needs .zprofile, because /etc/zprofile may put other folders first:
on macOS it runs path_helper. With --system it makes the file
/etc/profile.d/zz-go-safe.sh. Files that are links stay links.

Then it starts a login shell and looks which go comes first there, and which
does in its own environment. If that is not go-safe, it names the lines of
start-up files that are in the way. With --system the shell is /bin/sh, without
start-up files of root, and a PATH that sudo has set does not count. Standard
output gets only the line that the user has to run next, and it is printed last.
The exit status is 0; or 1 if go-safe is installed and another go comes first,
here or at the next login; or 125 if it is not installed.

With --image the folder is /opt/go-safe/bin, and /etc/profile.d/zz-go-safe.sh is
made if there is such a folder. Nothing else is left, and no shell is started.
If PATH does not have go-safe first, the ENV line for the Dockerfile is printed.
The exit status is 0 all the same.

With --uninstall it removes the two programs if they are go-safe, what killed
installations left, and the lines that --rc has added for that folder. A
start-up file that --rc has made goes too, if nothing else is in it. Folders
stay, except /opt/go-safe.

Root does not install for itself into the home of another user, as with a HOME
that sudo keeps. In a folder of another user it gives what it makes to that
user. It refuses a folder to which somebody else could have led it, and runs no
start-up file of another user.

On Windows the folder is %LOCALAPPDATA%\Programs\go-safe, with --system
%ProgramFiles%\go-safe, and both names are copies. With --rc the folder is put
first on the PATH of the user, or of the system, that the registry keeps. That
was run under Wine only.

The script install.sh finds a go that can build go-safe, builds it, and runs go
safe install with its own flags. So does install.ps1 on Windows, which nobody
has run yet: only its grammar was checked. They exit with 3 for 1, with 1 for
125, and with 2 if they are called wrongly.

# Images: go safe entrypoint, go safe exec

go safe entrypoint runs what an image was given to run. By this rule it tells the
go command from other programs:

  - Nothing, a flag, or a word of the go command is for the go command. The word
    go itself is left out. Names of both, such as test or install, are the go
    command's.
  - After --, or with a slash, the first word is a program. So is env with
    NAME=value and without -w.
  - Any other word is a program on PATH. If there is none, the exit status is
    127.

A program gets the directories that a go command would get, so that make, scripts
and a real go called by its path work. go safe exec does the same without the
rule: its first word is always a program. Both replace themselves by the program
if nothing is to be done afterwards.

--user owner, as root, runs the command as the owner of the working directory,
with the group of the directory and the owner's other groups from /etc/group. So
what it makes belongs to the owner. A group that /etc/group names must have the
owner as a member, else it is the group of the passwd entry. USER is a name or a
number; without :GROUP a number without a passwd entry has the group of the same
number. HOME becomes the home of the passwd entry if that belongs to the user,
else the HOME that is set, else a private folder. Nothing of root is left: no id,
group, capability or session keyring. It fails for anybody except root, with exit
status 125. It needs Linux.

As process 1 of a container, go-safe does the work of an init process, whatever
it is called with. It waits for orphans. It passes TERM, INT, HUP, QUIT, USR1 and
USR2 on to the program that go run, go test or go generate runs, and to the go
command if it runs none. The go command itself would end at once and leave the
program to be killed. After a signal to its program, a go command that goes on
for 0.3 seconds gets the signal too. If a signal kills the go command, the exit
status is 128 and the number. --init does the same for a process that is not the
first. It needs Linux.

# A store of build results: go safe cache

With GOSAFE_CACHE go-safe runs the program go-safe-cache before a command that
compiles. It looks for it beside its own file, then on PATH. The program fills
the build cache with what the store has for this module, Go version, platform,
flags and commit, or for a parent or a branch. That is done once for a commit and
these flags in a day, and ends after 20 seconds. With GOSAFE_CACHE_WRITE=1 it also
runs after the command, and sends what is new. The command does not wait for that,
and it ends after five seconds. What it has not sent by then is sent by the next
one, and so is what go run made, which has none. What goes wrong is one warning,
and for five minutes the store is not asked again.

go clean -cache leaves the note of what was pulled, so that the next build is a
cold one. go safe cache pull fills the cache again.

The programs of go run are filled in, but go run itself sends nothing: go-safe is
no longer there when it ends. Run go safe cache push.

# The module cache: go safe verify

go safe verify compares the module cache, or the named modules in it (with
versions in full form, as in go.mod), with the hashes that were recorded at the
download and with go.sum; in a workspace with the go.sum of each module. It
finds torn and empty zip files, empty and wrong .mod and .ziphash files, and
changed, missing and added files in extracted modules. It also finds interrupted
extractions, what killed go commands left behind, and what an interrupted go
clean -modcache left. It needs no main module and writes nothing. A missing
.info, .mod or zip file is no damage by itself: the go command leaves such
entries. Entries on which a go command is at work are skipped.

With --heal it repairs what it found, while it holds the exclusive lock on the
cache. If something has to be fetched, the real go fetches it with the user's
settings into a folder beside the modules in cache/download. A damaged file is
replaced when there is a better one, so that without a network all stays as it
was. Wrong extractions are extracted again from the zip file by the go command,
under its own lock. Nothing else is touched or fetched.

If others than root can write to the cache, root's go command works in a folder
of root's own in the temp folder, and what it fetched or extracted is copied
into the cache. Nothing is healed if others could redirect root's way to it. A
file that contradicts only go.sum may be an attack; it stays if nothing can
replace it. The go command refuses it wherever that go.sum counts, and a
project's go.sum takes nothing from others.

It prints one line for each finding, with the path, the damage, and what to run
or what became of it; and one line at the end. With --json it prints an array of
objects with these fields instead:

	module   path@version; missing if it belongs to no module
	kind     empty-mod, foreign-mod, changed-mod; torn-zip, foreign-zip,
	         changed-zip; torn-ziphash, wrong-ziphash, missing-ziphash;
	         changed-dir, foreign-dir, orphan-dir, half-dir; stray-partial,
	         stray-tmp, stray-heal. A foreign one differs from go.sum.
	path     of the file or folder
	what     the damage, in words
	healed   whether it was healed
	problem  why it was not healed; missing if it was, and without --heal

The exit status is 0 if all is well, 1 if something is damaged (with --heal:
still), 125 if something could not be looked at, or nothing could be healed.

# What is wrong with this machine: go safe doctor

go safe doctor looks at what a go build here would find if it needed a missing
module, in the same way as a run. If nothing is wrong, it prints four lines: its
own version, the real go, what works, and how many checks passed. Else it prints
the findings alone, the worst last, and then the count. A finding says what is
wrong, why that matters, what to run (fix), what holds meanwhile (now), and
where to read more. Several checks that see one cause are one finding. With -v,
or for the checks that --only names, it also lists what passed.

The doctor makes nothing, and needs neither a home nor a real go. But if another
machine manages the locks, it locks a file as a trial and removes that; and it
writes a small file where there seems to be room. On a terminal it uses colours,
and symbols if the locale has UTF-8. With NO_COLOR or TERM=dumb it does not.

It executes the real go and its compiler, with no setting of the user's but the
one that the check is about. It also executes git, as the go command does; the
go of a version manager; another go-safe on PATH; netsh on Windows; and as root
sudo. Root runs no program that another user could have put there, and asks git
in another user's repository only whether it trusts that. A check that takes
longer than three seconds is left behind. With -v, which looks at every entry of
the caches and not at a sample, the limit is a minute.

A check is ok, a warning (go-safe works around it, or it is a risk), broken (go
commands fail because of it), or skipped (it could not look). The checks:

	shim-first, go-found, go-several, version-manager, sudo-path, go-mixed,
	goroot, gobin-writable, gobin-path, gobin-old
	home, tmp-writable, tmp-noexec, tmp-room, tmp-left, tmp-cleaned
	cache-writable, cache-noexec, cache-room, cache-locks, cache-foreign,
	cache-open, cache-shared, cache-left, cache-way
	gopath-writable, modcache-writable, modcache-noexec, modcache-room,
	modcache-names, modcache-locks, modcache-foreign, modcache-open,
	modcache-private, modcache-way
	windows-drive, nfs-locks, selinux
	env-file, site-file, env-override, goflags, go111module, goproxy,
	gosumdb, audit, private-patterns
	toolchain, module-folders, repo-owner
	umask, open-files, memory, cpus
	win-defender, win-folder-access, win-onedrive, win-index, win-long-paths,
	win-symlinks, win-service-temp, win-ports, win-wsl, win-cache-acl,
	win-modcache-acl
	shim-login, shim-interactive
	net-proxy, net-sumdb, net-tls

The checks whose names begin with win- run on Windows only. They read settings,
and change none. Those in the last two lines run only with --login and --net.
With --login the user's shell (SHELL, else that of the passwd entry) runs its
start-up files, as at login and as in a new terminal. It has the environment of
a login and no terminal, gets at most ten seconds, and says which go it would
run.

With --net the doctor asks each server in GOPROXY and the one that passes on the
checksum database, as the go command would, for ten seconds each. For every
certificate there is a detail (-v): who presents it, through which HTTP proxy,
who issued it, when it expires. A small program asks, whose source is part of
go-safe. The real go builds it without cgo, which takes up to a minute the first
time and leaves the packages of the standard library in the build cache. A
server that does not answer is asked again without the HTTP proxy.

An authority that Go does not know is searched for in the files that other
programs are told of (CURL_CA_BUNDLE, REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS,
...) and where administrators put them. So every command that the doctor
suggests has been tried. Credentials of GOAUTH and .netrc are not sent: a server
that wants them is skipped.

While GOPROXY=off, and GOPRIVATE and GONOPROXY name nothing, a module cache or
GOPATH that can be read is ok, because nothing is added to it. Otherwise the
line for one of another user copies the modules to a folder of this user's own,
because plain go would look for them nowhere else. A GOCACHE without a place, as
without HOME, is broken.

Only root can find out which go sudo runs: for others sudo-path is skipped. That
does not count for the exit status, nor does any other check that was skipped
for a good reason: what it would look at is not there, or is closed, of which
another check tells. Run by sudo, the doctor looks at what sudo made of PATH,
and at root's folders. Run by root without sudo, it has sudo run env, which
leaves a line in sudo's log.

The command to run is on a line of its own, after "fix: ", ready to be pasted
into a shell. There is none if a name in it has a control character, or if it
would show a password. Passwords in URLs are printed as xxxxx, because findings
are shown to others. With --only ID,... only the named checks run. With --json
it prints an array of objects, one for each check, with these fields:

	id       as above; it does not change
	group    under which it is printed
	status   ok, warning, broken, skipped
	looked   at what: a path, or a setting with its value and where that
	         comes from
	found    what is wrong with it, in words that follow looked; if all is
	         well, a remark or ""
	why      why that matters; missing if all is well
	now      what go-safe does meanwhile, or what fails; missing if all is
	         well
	see      an address that tells more; missing if all is well
	run      what to run; missing if no command is known that helps
	fix      true if --fix runs that; else missing
	details  further facts, an array; missing if there are none
	cause    the id of the check whose finding has the same cause, and is
	         printed for both; else missing
	ms       how long it took, in milliseconds

Findings have the same cause if one line fixes them, or if the home is the
cause.

With --fix the doctor runs the safe lines itself. These are the lines that make,
move aside or take rights from this user's own caches and temp folders, or
remove old work folders from them; never a setting. It shows each finding first.
On a terminal it then asks (y or yes); elsewhere it needs --yes. It says what
the line has changed. With --dry-run it only prints the lines. If a line fails,
it says so and goes on. Then it looks again.

The exit status is 0 if nothing is broken, 1 if something is, 125 if nothing is
known to be broken and something could not be looked at.

# What happened: go safe audit

With GOSAFE_AUDIT go-safe writes a record for each command that it waits for,
when the command has ended: one line of JSON. There is none for a command that it
replaces itself by, such as go version and go run; with GOSAFE_EXEC=child there
is one for all. These are the fields:

	time         when it began
	uid          of the user; -1 on Windows
	class        the words of the command: build, mod download, ..., unknown
	dir          a hash of the working directory
	go           the version of the real go
	status       the exit status; 128 and the number if a signal killed it
	signal       the signal, if one killed it
	ms           how long it took, in milliseconds, waiting included
	cause        why it failed: fs, net, sum, mem, lock, other
	waits        waits for locks of 10 ms and more: the lock, for how long, the
	             uid and pid of who held it, and whether it was given up
	repairs      how many owners, modes and ACLs were changed
	replaced     the variables that were replaced, and why
	traceparent  the value of TRACEPARENT

Fields without a value are left out. No argument of a command, no path of a
project and nothing that a command printed is recorded. The hash of a directory
is no secret: who guesses the path can check it.

Fs is what a hint would name: files, rights, room. Net is a module that was
needed and is not in the cache. Sum is a zip file that is not what go.sum says,
in the cache or from the network.
Mem means that the kernel killed a process because memory ran out, lock that a
required lock was not to be had. All else is other, such as errors in the code.

To the journal and to syslog the record is one datagram, to a file one write at
its end, so lines of many commands do not mix. The file is opened for each
record, so it may be rotated. It is made with mode 0600 if it is missing. The
journal keeps the uid that the kernel vouches for, and go safe audit shows that
one; what a file says, each of its writers could have written. A record that
nobody takes at once is lost: no command fails or waits for it, except for a
quarter of a second if a file's server does not answer.

go safe audit prints for each command and user how many ran and failed, why, how
long they took and waited, for whom, and what was replaced why. It reads what
GOSAFE_AUDIT names, with journalctl for the journal, or the files named, also
those of syslog. With --json it prints the records as an array. go safe audit
export --otlp URL sends them to an OpenTelemetry collector, as spans in OTLP/JSON
over HTTP, below the span that TRACEPARENT named. It runs the program
go-safe-otlp, which is installed by itself. A record that is sent twice is the
same span.

# Messages and exit status

Messages are lines on standard error that begin with "go-safe: ". There are none
when go-safe chose a default. There is one "warning:" when it overrides a value
that the user set, because that value cannot work, or goes on without a lock. If
the value would work after the next login, because the user has joined the group
of a directory since this one, the warning says so.
There is one line when it moved something aside or waits. Commands that need
none of the directories (env, version, list -m, mod edit and the like) print no
warnings about them, because tools read their output.

In a container (a pid namespace that is not the machine's first one) go-safe
warns of no value, because the values are the image's and nobody there can
change them. The doctor and GOSAFE_VERBOSE=1 report them. In commands to run,
go-safe is called go if that is what comes first on PATH, else by its own name
or its path. Control characters in names are printed as Go escapes.

After a command that failed there is one "hint:" if a look of a few milliseconds
shows a cause that the go command's own message hides:

  - the kernel killed a process for want of memory (by the counter of its
    control group, on Linux)
  - a module that the command needs is torn in the cache
  - a module cannot be added to the cache, because another user left something
    there, because a mode closes something, or because the cache can only be
    read and GOPROXY is off
  - go.sum belongs to another user and is closed
  - the file of go env -w cannot be written
  - the build cache is full or cannot be written to, or has a folder or a closed
    file of another user, or wrong indexes of packages (a go command that can
    open too few files leaves these)
  - the module cache does not take names as long as those in a module
  - no folder at all can be written to
  - the folder of $WORK is full or noexec
  - git does not answer about the repository of the program that was to be
    built, or cannot read it

There is no hint if that is not certain. If the look shows a possible cause,
go-safe asks the go command (by go list of the same packages, which downloads
nothing and executes nothing) or git. Each question takes a second at most. A
command that go-safe replaces itself by, such as go run, gets its hint before it
starts, and only for two causes: no folder can be written to, or all are noexec.
There is none if the go command does not understand its command line (status 2).

The exit status is the real go's. If a signal kills the real go, go-safe dies of
the same signal (as PID 1 it exits with 128+n). Its own exit statuses: 125 if
go-safe failed, 126 if the real go was found and cannot be run, 127 if none was
found.

# Limits

Programs started by go run, go test, go generate and go tool see GOROOT/bin
first on PATH (cmd/go/internal/base.AppendPATH): a go that they start is the
real one. It has go-safe's environment all the same.

If go-safe sets GOTMPDIR, t.TempDir makes its folders there since Go 1.26,
whatever TMPDIR is during the test, and a program that becomes another user
takes it along. With GOSAFE_TMPDIR=private that is always so.

Only the shell knows an alias: make, an IDE and sudo look at PATH. Sudo has a
PATH of its own (secure_path).

The go command's telemetry is written by a process that goes on after it. What
that makes as root in the home of another user stays root's. Root may meanwhile
make a file by other means in a directory of the cache's owner. If the owner
moves that file into the cache, it is given to the owner too. If a member of a
shared cache without ACLs makes a file in a directory of other members, it is
opened to them.

A program named by -toolexec sees the GOBIN that go-safe gave to the go command.

When a user presses Ctrl-C, the terminal sends the signal to the real go by
itself. On Linux for amd64 and arm64 go-safe can tell that from SIGINT and
SIGQUIT that a process sends, and passes on only those. Elsewhere it passes all
on. The go command reacts only to the first, but go tool passes each on to its
program, and a script in place of go sees each.

While go-safe waits for the go command, SIGSTOP and SIGTSTP sent to its pid stop
only go-safe; Ctrl-Z, which the terminal sends to the whole group, stops both.

Locks keep out only commands that run through go-safe. Anybody who can read a
cache can lock it, and make each command of others wait for ten seconds, or
GOSAFE_LOCK_TIMEOUT; they say who it is. On macOS and FreeBSD nobody can tell who
holds a lock: there a go-safe below another one that changes a cache waits too.

On Windows, go test and go run get __COMPAT_LAYER=RunAsInvoker, unless it is
set, if the name of a program has install, setup, update or patch in it: Windows
would take it for an installer. A go.bat or go.cmd is skipped if cmd.exe would
change one of the arguments.

How go-safe reads and uses ACLs of Windows is tested on Linux, with lists that
Windows printed. Its calls to Windows were run under Wine, which keeps no ACLs.

Without ACLs, a user who does not wait for the end of another user's download
can meet entries of its last two seconds that are still closed: permission
denied.

go-safe refuses to run setuid or setgid. If its caller had another effective
user before, go-safe only starts the real go.
*/
package main
