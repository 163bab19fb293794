package safecmd

import (
	"bytes"
	"errors"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/modverify"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/shim"
)

// goFor returns what runs the real go with the user's settings and flags, as far as they say where modules come from
// and who is trusted. Its work is to fetch modules: it neither switches to another toolchain nor sees a workspace.
func goFor(real shim.Go, notFound error, goflags, environ []string) modverify.Go {
	flags := " " // an empty one would bring in that of the env file
	for _, flag := range goflags {
		if name := strings.TrimLeft(flag, "-"); name == "modcacherw" || name == "insecure" {
			flags += flag + " "
		}
	}
	for name, value := range map[string]string{
		"GOFLAGS": flags, "GOWORK": "off", "GO111MODULE": "on", "GOTOOLCHAIN": "local",
	} {
		environ = envfix.Setenv(environ, name, value)
	}
	return func(cache, dir string, args ...string) ([]byte, error) {
		if notFound != nil {
			return nil, notFound
		}
		var stdout, stderr bytes.Buffer
		err := proc.Run(proc.Command{
			Path: real.Path, Args: args, Dir: dir, Environ: envfix.Setenv(environ, "GOMODCACHE", cache),
			Stdout: &stdout, Stderr: &stderr,
		})
		if err != nil && stderr.Len() > 0 {
			err = errors.New(stderr.String())
		}
		return stdout.Bytes(), err
	}
}
