package site

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/acl"
)

// Dir returns the folder of the site's file. Whoever sets ProgramData to another folder only deceives himself.
func Dir(environ []string) string {
	for _, kv := range environ {
		if name, value, ok := strings.Cut(kv, "="); ok && strings.EqualFold(name, "ProgramData") && filepath.IsAbs(value) {
			return filepath.Join(value, "go-safe")
		}
	}
	return ""
}

// readTrusted reads a file that only administrators could have written. Everybody may make folders in ProgramData, so
// the folder counts, too.
func readTrusted(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for _, at := range []string{filepath.Dir(path), path} {
		d, err := acl.DescriptorOfPath(at)
		if err != nil || !d.OnlyAdministrators() {
			return nil, fmt.Errorf("%s could be another user's, because others than administrators may change %s", path, at)
		}
	}
	if len(data) > maxSize {
		return nil, fmt.Errorf("%s is larger than 1 MiB", path)
	}
	return data, nil
}
