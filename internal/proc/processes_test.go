package proc

import (
	"slices"
	"testing"
)

// Command lines as the go command of Go 1.26 writes them.
func TestIsTool(t *testing.T) {
	const work, tools = "/tmp/go-build123/b001/", "/go/pkg/tool/linux_amd64/"
	for _, c := range []struct {
		args        []string
		tool, built bool
	}{
		{args: nil},
		{args: []string{""}},
		{args: []string{"go", "build", "./..."}},
		{args: []string{tools + "compile", "-V=full"}},
		{args: []string{tools + "vet", "-flags"}},
		{args: []string{"git", "status", "--porcelain"}},
		{args: []string{"cat", "/home/a/.cache/go-build/00/0f-d"}},
		{args: []string{tools + "compile", "-o", work + "_pkg_.a", "-p", "m"}, tool: true},
		{args: []string{"compile", "@/tmp/args123456"}, tool: true},
		{args: []string{"tool", "@/etc/args"}},
		{args: []string{"vet", work + "vet.cfg"}, tool: true},
		{args: []string{"sh", "wrap", "compile", "-trimpath", work + "=>", "-p", "m"}, tool: true},
		{args: []string{"gcc", "-I", work, "-c", "a.c"}, tool: true},
		{args: []string{"link", "-o", work + "m.test"}, tool: true},
		{args: []string{work + "m.test", "-test.testlogfile=" + work + "testlog.txt"}, built: true},
		{args: []string{"qemu", work + "m.test", "-test.paniconexit0"}, built: true},
		{args: []string{work + "exe/m", "-x"}, built: true},
		{args: []string{"sudo", "-n", work + "exe/m", "-x"}, built: true},
		{args: []string{"link", "-o", work + "exe/m", "-importcfg", work + "importcfg.link"}, tool: true},
		{args: []string{"sh", "wrap", "link", "-o", work + "exe/a.out"}, tool: true},
	} {
		if tool, built := isTool(c.args), isBuilt(c.args); tool != c.tool || built != c.built {
			t.Errorf("%q: tool %t, built %t", c.args, tool, built)
		}
	}
}

func FuzzIsTool(f *testing.F) {
	f.Add("compile", "@/tmp/args1")
	f.Add("/tmp/go-build1/b001/m.test", "-test.v")
	f.Fuzz(func(t *testing.T, name, arg string) {
		if args := []string{name, arg}; isTool(args) && isBuilt(args) {
			t.Errorf("%q is both", slices.Clone(args))
		}
	})
}
