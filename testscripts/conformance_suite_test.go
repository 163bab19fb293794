//go:build unix

package testscripts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A conformanceSuite is the compiled suite, and what its runs share.
type conformanceSuite struct {
	root    string   // other users may go through it
	source  string   // src/cmd of GOROOT
	binary  string   // the suite, compiled with the overlay
	shim    string   // go-safe
	seed    string   // a GOCACHE with what the suite was built from
	scripts []string // the names of the scripts that run

	plain map[conformanceUsers]conformanceResults
}

func newConformance(t *testing.T) *conformanceSuite {
	root := newRoot(t)
	c := &conformanceSuite{
		root:   root,
		source: filepath.Join(goEnv(t, "GOROOT"), "src", "cmd"),
		binary: filepath.Join(root, "cmdgo.test"),
		shim:   filepath.Join(root, "go-safe"),
		seed:   filepath.Join(root, "seed"),
		plain:  make(map[conformanceUsers]conformanceResults),
	}
	var err error
	if c.scripts, err = c.listScripts(); err != nil {
		t.Fatal(err)
	}
	overlay, err := c.writeOverlay()
	if err != nil {
		t.Fatal(err)
	}

	build := exec.Command("go", "build", "-buildvcs=false", "-o", c.shim, "../cmd/go-safe")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	mustRun(t, build)
	compile := exec.Command("go", "test", "-c", "-overlay="+overlay, "-o", c.binary, "cmd/go")
	compile.Env = append(slices.DeleteFunc(os.Environ(), isConformanceVariable), "GOENV=off", "GOCACHE="+c.seed)
	mustRun(t, compile)

	for _, program := range []string{c.shim, c.binary} {
		if err := os.Chmod(program, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func (c *conformanceSuite) scriptDir() string {
	return filepath.Join(c.source, "go", "testdata", "script")
}

// listScripts returns the names of the scripts that run. README is among them: the suite has a test for it.
func (c *conformanceSuite) listScripts() (names []string, err error) {
	files, err := os.ReadDir(c.scriptDir())
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if *full {
			text, err := os.ReadFile(filepath.Join(c.scriptDir(), file.Name()))
			if err != nil {
				return nil, err
			}
			if !bytes.Contains(text, []byte("short]")) {
				continue
			}
		}
		names = append(names, strings.TrimSuffix(file.Name(), ".txt"))
	}
	return names, nil
}

// pattern selects the scripts by -test.run.
func (c *conformanceSuite) pattern() string {
	if !*full {
		return "^TestScript$"
	}
	return "^TestScript$/^(" + strings.Join(c.scripts, "|") + ")$"
}

// A conformanceEdit replaces a text that a file below src/cmd contains exactly once.
type conformanceEdit struct {
	file, old, new string
}

// The first three edits make the suite's go a link to go-safe, change the owner of the scripts' directories or
// share their module caches, and let scripts see the variables that go-safe reads. They change nothing unless
// the variables that conformanceHooks reads are set.
//
// The last edit is for all runs. With it no go command starts the process that prepares telemetry for upload.
// That process outlives the go command and may make its folder again after a script has removed it. A slow one
// fails the script telemetry, or leaves files for which the whole suite fails.
var conformanceEdits = []conformanceEdit{
	{"go/go_test.go", "os.Symlink(testExe, testGo)", "conformanceLink(testExe, testGo)"},
	{"go/script_test.go", "s.ExtractFiles(a)", "conformanceExtract(s, a, workdir)"},
	{
		"go/script_test.go",
		"var extraEnvKeys = []string{",
		`var extraEnvKeys = []string{"GOSAFE_GO", "GOSAFE_EXEC", "GOSAFE_LOCK",`,
	},
	{
		"internal/telemetry/telemetry.go",
		"telemetry.Start(telemetry.Config{\n\t\tUpload:       true,",
		"telemetry.Start(telemetry.Config{\n\t\tUpload:       false,",
	},
}

// conformanceHooks is a file that the overlay adds to the suite. conformanceLink must not return an error: the suite
// would copy its own executable instead, and run without go-safe.
const conformanceHooks = `package main_test

import (
	"internal/txtar"
	"log"
	"os"
	"path/filepath"
	"strconv"

	"cmd/internal/script"
)

func conformanceLink(testExe, testGo string) error {
	shim := os.Getenv("GOSAFE_CONFORMANCE_SHIM")
	if shim == "" {
		return os.Symlink(testExe, testGo)
	}
	real := filepath.Join(testTmpDir, "testbin2", filepath.Base(testGo))
	if err := os.Mkdir(filepath.Dir(real), 0o777); err != nil {
		log.Fatal(err)
	}
	if err := os.Symlink(testExe, real); err != nil {
		log.Fatal(err)
	}
	if err := os.Symlink(shim, testGo); err != nil {
		log.Fatal(err)
	}
	return os.Setenv("GOSAFE_GO", real)
}

func conformanceExtract(s *script.State, a *txtar.Archive, workdir string) error {
	if err := s.ExtractFiles(a); err != nil {
		return err
	}
	if os.Getenv("GOSAFE_CONFORMANCE_SHARED") != "" {
		mod := filepath.Join(workdir, "gopath", "pkg", "mod")
		if err := os.MkdirAll(mod, 0o777); err != nil {
			return err
		}
		if err := os.Chmod(mod, 0o775|os.ModeSetgid); err != nil {
			return err
		}
	}
	name := os.Getenv("GOSAFE_CONFORMANCE_OWNER")
	if name == "" {
		return nil
	}
	owner, err := strconv.Atoi(name)
	if err != nil {
		return err
	}
	return filepath.WalkDir(workdir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, owner, owner)
	})
}
`

// writeOverlay writes the edited files and the list of them that go test -overlay takes.
func (c *conformanceSuite) writeOverlay() (name string, err error) {
	files := map[string]string{"go/gosafe_test.go": conformanceHooks}
	for _, e := range conformanceEdits {
		if err := e.apply(c.source, files); err != nil {
			return "", err
		}
	}
	replace := make(map[string]string)
	for file, text := range files {
		path := filepath.Join(c.root, "overlay", file)
		replace[filepath.Join(c.source, file)] = path
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	name = filepath.Join(c.root, "overlay.json")
	return name, os.WriteFile(name, list, 0o644)
}

// apply edits the text in files. It reads the file from dir if files does not have it yet.
func (e conformanceEdit) apply(dir string, files map[string]string) error {
	text, ok := files[e.file]
	if !ok {
		data, err := os.ReadFile(filepath.Join(dir, e.file))
		if err != nil {
			return err
		}
		text = string(data)
	}
	if n := strings.Count(text, e.old); n != 1 {
		return fmt.Errorf("%s has %q %d times, not once: conformanceEdits do not fit this Go version",
			filepath.Join(dir, e.file), e.old, n)
	}
	files[e.file] = strings.Replace(text, e.old, e.new, 1)
	return nil
}
