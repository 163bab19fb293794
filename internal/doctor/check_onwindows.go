package doctor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/internal/shell"
)

// The checks of Windows. Facts are read by readWindows and inheritance; what is here only judges them, and is tested
// on every system with facts of real ones. No advice turns off a protection for more than the folders of go.

const ofWindows = "Windows"

// WindowsChecks returns the checks that run on Windows only.
func WindowsChecks() []Check {
	const (
		denied = "access-is-denied-or-the-file-contains-a-virus-or-potentially-unwanted-software"
		used   = "go-safe uses it as it is"
		none   = "go-safe does nothing about it"
	)
	facts := func(judge func(windowsFacts) Finding) func(*Machine) Finding {
		return func(m *Machine) Finding {
			m.askWindows.Do(func() { m.windows = readWindows(m) })
			return judge(m.windows)
		}
	}
	return []Check{
		{
			ID: "win-defender", Group: ofWindows,
			Why:     "a scan of each file that is opened makes builds slow",
			Now:     none,
			Heading: denied, look: facts(defender),
		},
		{
			ID: "win-folder-access", Group: ofWindows,
			Why:     "Windows refuses the go command and linkers to write there",
			Now:     none,
			Heading: denied, look: facts(folderAccess),
		},
		{
			ID: "win-onedrive", Group: ofWindows,
			Why:     "each file of a build is uploaded, and locked meanwhile",
			Now:     used,
			Heading: denied, look: facts(oneDrive),
		},
		{
			ID: "win-index", Group: ofWindows,
			Why:     "Windows Search reads each file that is written",
			Now:     used,
			Heading: denied, look: facts(searchIndex),
		},
		{
			ID: "win-long-paths", Group: ofWindows,
			Why:     "git and other programs fail on paths of more than 260 characters",
			Now:     none,
			Heading: "filename-too-long", look: facts(longPaths),
		},
		{
			ID: "win-symlinks", Group: ofWindows,
			Why:     "os.Symlink, and so some tests, fail: A required privilege is not held by the client",
			Now:     none,
			Heading: denied, look: facts(symlinks),
		},
		{
			ID: "win-service-temp", Group: ofWindows,
			Why:     "services of all accounts share that folder",
			Now:     used,
			Heading: denied, look: facts(serviceTemp),
		},
		{
			ID: "win-ports", Group: ofWindows,
			Why:     "net.Listen on one of these ports fails with error 10013",
			Now:     none,
			Heading: denied, look: facts(reservedPorts),
		},
		{
			ID: "win-wsl", Group: ofWindows,
			Why:     "it is slow, and its locks do not hold for both systems",
			Now:     used,
			Heading: lockErrors, look: facts(wslPaths),
		},
		{
			ID: "win-cache-acl", Group: ofWindows,
			Why:     "other users of the cache cannot use such an entry: Access is denied",
			Now:     "go commands that need it fail",
			Heading: moduleErrors, look: inheritanceOf("GOCACHE"),
		},
		{
			ID: "win-modcache-acl", Group: ofWindows,
			Why:     "other users of the cache cannot use such an entry: Access is denied",
			Now:     "go commands that need it fail",
			Heading: moduleErrors, look: inheritanceOf("GOMODCACHE"),
		},
	}
}

// windowsFacts are what readWindows found. The zero value of a setting means that nobody knows.
type windowsFacts struct {
	folders []windowsFolder

	realTime        setting  // Defender scans files when they are opened
	exclusions      []string // folders that it does not scan
	exclusionsKnown bool     // only administrators may read them
	folderAccess    setting  // Controlled Folder Access
	guarded         []string // the folders that it guards
	oneDrive        []string // the folders of OneDrive, and those that are redirected to a server
	longPaths       setting
	developerMode   setting // in which everybody may make symbolic links
	administrator   bool
	service         bool // session 0
	temp, system    string
	local           string // the folder for what need not be kept
	ports           string // what netsh prints
	called          string // the word by which the user calls go-safe
}

// A windowsFolder is one that go commands use.
type windowsFolder struct {
	name, dir  string // GOCACHE, or TMP
	fileSystem string // of its volume: NTFS, ReFS
	indexed    bool   // it may be indexed
}

// A setting is on, off or not known.
type setting int

const (
	unknown setting = iota
	off
	on
)

// below reports whether a path is one of the folders, or in one of them. Windows paths have no case.
func below(path string, folders []string) (folder string, is bool) {
	path = strings.ToLower(strings.TrimRight(path, `\`))
	i := slices.IndexFunc(folders, func(f string) bool {
		f = strings.ToLower(strings.TrimRight(f, `\`))
		return f != "" && (path == f || strings.HasPrefix(path, f+`\`))
	})
	if i < 0 {
		return "", false
	}
	return folders[i], true
}

// named returns the folders for which a fact holds, as words and as paths.
func (f windowsFacts) named(holds func(windowsFolder) bool) (names string, dirs []string) {
	var words []string
	for _, folder := range f.folders {
		if folder.dir != "" && holds(folder) {
			words, dirs = append(words, folder.name), append(dirs, folder.dir)
		}
	}
	return strings.Join(words, ", "), dirs
}

// psQuote quotes a word for PowerShell.
func psQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func defender(f windowsFacts) Finding {
	const looked = "Microsoft Defender"
	switch f.realTime {
	case unknown:
		return excused(looked, "does not say whether it scans files when they are opened")
	case off:
		return ok(looked, "does not scan files when they are opened")
	}
	scanned := func(d windowsFolder) bool {
		_, excluded := below(d.dir, f.exclusions)
		return !excluded && d.fileSystem != "ReFS" // the file system of a Dev Drive, which is scanned later
	}
	names, _ := f.named(scanned)
	if names == "" {
		return ok(looked, "leaves the folders of go alone")
	}
	finding := ok(looked, "scans what is opened in "+names)
	if !f.exclusionsKnown {
		finding.Found += ", if no exclusion says otherwise; only an administrator can see these"
	}
	// The temp folder stays scanned: downloads of other programs come through it.
	_, caches := f.named(func(d windowsFolder) bool { return scanned(d) && strings.HasPrefix(d.name, "GO") })
	if len(caches) > 0 {
		for i := range caches {
			caches[i] = psQuote(caches[i])
		}
		finding.Details = []string{"builds are faster with caches on a Dev Drive, or if an administrator excludes " +
			"the caches: Add-MpPreference -ExclusionPath " + strings.Join(caches, ",")}
	}
	return finding
}

func folderAccess(f windowsFacts) Finding {
	const looked = "Controlled Folder Access"
	switch f.folderAccess {
	case unknown:
		return excused(looked, "does not say whether it is on")
	case off:
		return ok(looked, "is off")
	}
	names, dirs := f.named(func(d windowsFolder) bool { _, is := below(d.dir, f.guarded); return is })
	if names == "" {
		return ok(looked, "guards no folder of go")
	}
	return Finding{
		Status: Warning, Looked: looked, Found: "guards " + dirs[0] + " (" + names + ")",
		Details: []string{"use a folder that it does not guard, or let an administrator allow the go command: " +
			"Add-MpPreference -ControlledFolderAccessAllowedApplications (Get-Command go).Source"},
	}
}

func oneDrive(f windowsFacts) Finding {
	names, dirs := f.named(func(d windowsFolder) bool { _, is := below(d.dir, f.oneDrive); return is })
	if names == "" {
		return ok("OneDrive", "has no folder of go")
	}
	folder, _ := below(dirs[0], f.oneDrive)
	finding := Finding{Status: Warning, Looked: dirs[0], Found: names + " in a folder that is synchronized: " + folder}
	if name, _, _ := strings.Cut(names, ","); strings.HasPrefix(name, "GO") {
		finding.Advice = f.called + " env -w " + shell.Quote(name+"="+f.local+`\`+strings.ToLower(name))
	}
	return finding
}

func searchIndex(f windowsFacts) Finding {
	names, dirs := f.named(func(d windowsFolder) bool {
		return d.indexed && !strings.Contains(strings.ToLower(d.dir), `\appdata\`) // which is not indexed as it comes
	})
	if names == "" {
		return ok("Windows Search", "leaves the folders of go alone")
	}
	finding := ok("Windows Search", "may index "+names)
	finding.Details = []string{"so that it does not: attrib +I " + shell.Quote(dirs[0])}
	return finding
}

// longestUsual is how long the path of a module cache may be, so that files in usual modules have paths of less than
// 260 characters.
const longestUsual = 100

func longPaths(f windowsFacts) Finding {
	const looked = "LongPathsEnabled"
	_, dirs := f.named(func(d windowsFolder) bool { return d.name == "GOMODCACHE" && len(d.dir) > longestUsual })
	switch {
	case f.longPaths == on:
		return ok(looked, "is 1")
	case len(dirs) > 0:
		return Finding{
			Status: Warning, Looked: dirs[0], Found: "has " + strconv.Itoa(len(dirs[0])) +
				" characters, and long paths are not enabled", Advice: "git config --global core.longpaths true",
		}
	case f.longPaths == unknown:
		return excused(looked, "cannot be read")
	}
	return ok(looked, "is 0; the go command needs no more, and for git there is core.longpaths")
}

func symlinks(f windowsFacts) Finding {
	const looked = "symbolic links"
	switch {
	case f.developerMode == on:
		return ok(looked, "can be made by everybody (developer mode)")
	case f.administrator:
		return ok(looked, "can be made by this administrator")
	case f.developerMode == unknown:
		return excused(looked, "nobody says whether they can be made")
	}
	finding := ok(looked, "cannot be made by this user")
	finding.Details = []string{"programs that need them work in developer mode (Settings, For developers)"}
	return finding
}

func serviceTemp(f windowsFacts) Finding {
	if _, is := below(f.temp, []string{f.system}); !f.service || !is {
		return ok(f.temp, "")
	}
	return Finding{
		Status: Warning, Looked: f.temp, Found: "is the temp folder of this service",
		Details: []string{"give the account of the service a TEMP of its own, in the settings of the service"},
	}
}

func reservedPorts(f windowsFacts) Finding {
	const looked = "TCP ports"
	ranges := portRanges(f.ports)
	if strings.TrimSpace(f.ports) == "" {
		return excused(looked, "netsh does not say which are reserved")
	}
	if len(ranges) == 0 {
		return ok(looked, "are not reserved")
	}
	total := 0
	var words []string
	for _, r := range ranges {
		total += r[1] - r[0] + 1
		words = append(words, fmt.Sprintf("%d-%d", r[0], r[1]))
	}
	finding := ok(looked, fmt.Sprintf("%d of them are reserved in %d ranges", total, len(ranges)))
	finding.Details = []string{strings.Join(words, ", ")}
	return finding
}

// portRanges reads what netsh interface ipv4 show excludedportrange prints, in any language: two numbers in a line.
func portRanges(text string) (ranges [][2]int) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(strings.TrimRight(strings.TrimSpace(line), "* "))
		if len(fields) != 2 {
			continue
		}
		first, err := strconv.Atoi(fields[0])
		last, lastErr := strconv.Atoi(fields[1])
		if err == nil && lastErr == nil && first <= last {
			ranges = append(ranges, [2]int{first, last})
		}
	}
	return ranges
}

func wslPaths(f windowsFacts) Finding {
	names, dirs := f.named(func(d windowsFolder) bool {
		_, is := below(d.dir, []string{`\\wsl$`, `\\wsl.localhost`})
		return is
	})
	if names == "" {
		return ok("WSL", "has no folder of go")
	}
	return Finding{Status: Warning, Looked: dirs[0], Found: "is in WSL (" + names + ")", Details: []string{
		"use a folder of Windows, and go in WSL for what is there",
	}}
}

// A cacheRights is what was found of who may write to a cache, as names.
type cacheRights struct {
	cache  string
	owner  string   // another user who is no administrator, "" if there is none
	crowds []string // SIDs of groups in which everybody is and which may write to it
	user   string   // our SID
}

// judge says what that means. What is inherited becomes the cache's own before the groups are taken out.
func (r cacheRights) judge() Finding {
	switch {
	case r.owner != "":
		return Finding{
			Status: Warning, Looked: r.cache, Found: "belongs to " + r.owner + ", who decides what your programs do",
		}
	case len(r.crowds) > 0:
		advice := "icacls " + shell.Quote(r.cache) + ` /inheritance:d /grant:r "*` + r.user + `:(OI)(CI)F" /remove:g`
		for _, sid := range r.crowds {
			advice += ` "*` + sid + `"`
		}
		return Finding{Status: Warning, Looked: r.cache, Found: "may be written to by everybody", Advice: advice}
	}
	return ok(r.cache, "")
}

// An inheritance is what was found of the ACLs in a cache.
type inheritance struct {
	cache string
	seen  int    // entries looked at
	entry string // one that lacks rights, "" if there is none
	lacks string // who lacks them
	gone  string // the SID of an owner that is no account any more
	user  string // our SID
	err   error  // why nothing was seen
}

// judge says what that means. Fix is the command that lets entries inherit.
func (i inheritance) judge(fix string) Finding {
	switch {
	case i.err != nil:
		return excused(i.cache, i.err.Error())
	case i.entry != "" && i.lacks != "":
		return Finding{
			Status: Broken, Looked: i.entry, Advice: fix,
			Found: "does not give " + i.lacks + " the rights that the cache hands down",
		}
	case i.gone != "":
		return Finding{
			Status: Warning, Looked: i.entry, Found: "belongs to " + i.gone + ", which is no account that this machine knows",
			Details: []string{"an administrator can give it to you: icacls " + shell.Quote(i.cache) +
				` /setowner "*` + i.user + `" /T /C /Q`},
		}
	}
	return ok(i.cache, fmt.Sprintf("%d entries looked at", i.seen))
}
