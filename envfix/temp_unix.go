//go:build unix

package envfix

// TempName is the variable that names the temp folder.
const TempName = "TMPDIR"

// otherTempNames are further variables that programs take for it.
var otherTempNames []string

// systemTemp is the temp folder of those who have no other.
const systemTemp = "/tmp"

// spareTemps are temp folders besides the user's own.
var spareTemps = []string{"/var/tmp"}

// tempDir is os.TempDir.
func (s *Settings) tempDir() Setting {
	if v := s.Getenv(TempName); v != "" {
		return Setting{v, FromEnviron}
	}
	return Setting{systemTemp, FromDefault}
}
