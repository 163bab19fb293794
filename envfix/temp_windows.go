package envfix

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/acl"
)

// TempName is the variable that names the temp folder.
const TempName = "TMP"

// otherTempNames are further variables that programs take for it.
var otherTempNames = []string{"TEMP"}

// systemTemp is empty: Windows gives each user a temp folder.
const systemTemp = ""

// spareTemps are temp folders besides the user's own.
var spareTemps []string

// tempDir is os.TempDir, which asks GetTempPath2. The system sets the variables to a folder below LocalAppData. Its own
// services have a folder that no variable names.
func (s *Settings) tempDir() Setting {
	const system = "S-1-5-18"
	usual := filepath.Join(s.CacheDir(), "Temp")
	for _, name := range []string{"TMP", "TEMP", "USERPROFILE"} {
		switch dir := s.Getenv(name); {
		case acl.UserSID() == system:
		case dir != "" && strings.EqualFold(filepath.Clean(dir), usual):
			return Setting{dir, FromDefault}
		case dir != "":
			return Setting{dir, FromEnviron}
		}
	}
	return Setting{os.TempDir(), FromDefault}
}
