//go:build unix

package testscripts

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/go-safe/go-safe/internal/doctor"
)

// An advice becomes the script advice_NAME of TestScript. Root makes a condition in which plain go fails. go-safe
// says what to run, the script runs it, and then plain go works. If plain go does not fail in that condition, another
// command takes its place, such as a test of a mode.
type advice struct {
	name    string
	check   string // a check of the doctor, or "hint"; "" for name
	given   string // what root runs to make the condition; WHO is the user, WORK, HOME and TMPDIR are the script's
	exports string // what the user has in the environment
	plain   string // fails before and works after; "" for go build .
	warm    bool   // it links programs, so the build cache needs the packages for that
	needs   string // a program that the script needs
	setup   string // commands of the script before all others
	flag    string // for the doctor
}

// Each check of the doctor and each look for a hint has a row, or a reason why it has none.
func TestAdvices(t *testing.T) {
	rows, findings := make(map[string]bool), make(map[string]bool)
	for _, a := range advices {
		rows[a.name] = true
		findings[cmp.Or(a.check, a.name)] = true
	}
	for _, c := range slices.Concat(doctor.Checks(), doctor.LoginChecks(), doctor.NetChecks()) {
		if findings[c.ID] == (inWords[c.ID] != "") {
			t.Errorf("finding %s: a row: %t, a reason to have none: %q", c.ID, findings[c.ID], inWords[c.ID])
		}
	}
	for _, look := range looksForHints(t) {
		if rows[lookRows[look]] == (inWords["look:"+look] != "") {
			t.Errorf("hint of %s: row %q, reason to have none: %q", look, lookRows[look], inWords["look:"+look])
		}
	}
}

// looksForHints returns the methods that Explainer.usedLooks names.
func looksForHints(t *testing.T) (names []string) {
	file, err := parser.ParseFile(token.NewFileSet(), "../internal/explain/explain.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		f, ok := n.(*ast.FuncDecl)
		if !ok || f.Name.Name != "usedLooks" {
			return !ok
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "e" && s.Sel.Name != "Line" {
				names = append(names, s.Sel.Name)
			}
			return true
		})
		return false
	})
	if len(names) < 8 {
		t.Fatalf("found only %q", names)
	}
	return names
}

// adviceScripts writes the scripts of the table, and returns their paths.
func adviceScripts(t *testing.T) []string {
	dir := t.TempDir()
	var files []string
	for _, a := range advices {
		file := filepath.Join(dir, "advice_"+a.name+".txtar")
		if err := os.WriteFile(file, []byte(a.script()), 0o666); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

func (a advice) script() string {
	check, plain, warm, needs := a.check, a.plain, "", ""
	if check == "" {
		check = a.name
	}
	if plain == "" {
		plain = "go build ."
	}
	if a.warm {
		warm = "warmcache home/.cache/go-build\n"
	}
	if a.needs != "" {
		needs = "[!exec:" + a.needs + "] skip 'needs " + a.needs + "'\n"
	}
	return `# What go-safe says to run makes plain go work.
[!linux] skip 'needs mount namespaces of Linux'
[!otheruser] skip 'needs root and a go that other users can reach'
[!truego] skip 'needs the true go; not with -short'
[!exec:sudo] skip 'needs sudo'
` + needs + warm + a.setup + `
env WHO=4470 CHECK=` + check + ` FLAG=` + a.flag + ` GOPROXY= GONOSUMDB=
exec unshare -m sh $SRC/testscripts/advice.sh
stdout ^ran:

-- given --
` + a.given + `
-- exports --
export GOPROXY=$VERSIONS GONOSUMDB=*
` + a.exports + `
-- plain --
` + plain + `
-- m/go.mod --
module m

go 1.21

require example.com/a v1.0.0
-- m/m.go --
package m
-- m/cmd/main.go --
package main

func main() {}
-- m/uses/uses.go --
package uses

import _ "example.com/a"
-- proxy/golang.org/x/mod/@v/list --
v0.1.0
-- src/example.com/a@v1.0.0/go.mod --
module example.com/a

go 1.21
-- src/example.com/a@v1.0.0/a.go --
package a
`
}

// inWords has the reasons why checks and hints have no row: nothing that can be run makes plain go work, or the
// scripts cannot make the condition. The scripts named here show what can be shown.
var inWords = map[string]string{
	"modcache-noexec":      "a downloaded toolchain is needed; TestToolchains and doctor_modcache_mount",
	"modcache-names":       "doctor_modcache_names types it: a module with a long name is needed",
	"modcache-locks":       "strace stands for the file system; doctor_locks types it",
	"cache-locks":          "strace stands for the file system; doctor_locks types it",
	"nfs-locks":            "no go command fails of it on one machine; doctor_nfs_locks types it",
	"selinux":              "a kernel with SELinux is needed; doctor_selinux types it",
	"windows-drive":        "a drive of Windows in WSL is needed; doctor_windows_drive",
	"sudo-path":            "only root can look, and then sudo go is go-safe, not plain go; doctor_sudo types it",
	"cache-shared":         "no go command fails of it today; doctor_cache_shared",
	"cache-way":            "no go command fails of it, root's repair does; doctor_cache_way",
	"modcache-way":         "no go command fails of it, root's repair does; doctor_cache_way",
	"open-files":           "only a greater hard limit helps, a right that containers lack; doctor_open_files",
	"audit":                "no go command fails of it; doctor_audit types it",
	"site-file":            "no go command fails of it; doctor_site_file types it",
	"cpus":                 "more than two processors, a limit of them and an old Go are needed; TestCPUs",
	"memory":               "whether the kernel kills depends on what is built; doctor_memory types it",
	"look:noCacheAnywhere": "something has to be mounted by others; env_readonly_root",
	"look:proxyTrouble":    "plain go cannot add to a cache that can only be read; hint_proxy_off types it",
	"look:longNameTrouble": "doctor_modcache_names types it: a module with a long name is needed",
}

// lookRows has the row for each look for a hint.
var lookRows = map[string]string{
	"envFileTrouble": "hint_env_file",
	"tornModule":     "hint_torn",
	"modulesTrouble": "hint_modcache_closed",
	"sumTrouble":     "hint_sum",
	"cacheTrouble":   "hint_cache_room",
	"indexTrouble":   "hint_index",
	"tempTrouble":    "hint_tmp_full",
	"repoTrouble":    "hint_git",
}
