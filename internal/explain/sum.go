package explain

import (
	"fmt"
	"os"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
)

// sumTrouble looks for a go.sum file that belongs to another user and is closed, as a killed command of root
// leaves it. The go command treats it as an empty file.
func (e *Explainer) sumTrouble() string {
	for _, file := range e.Project().SumFiles {
		if owner, closed := envfix.Closed(file); closed && strings.Contains(e.loadErrors(), "missing go.sum entry") {
			return fmt.Sprintf("%s belongs to %s (sudo go?), and cannot be read; run: sudo chown -h %d %s",
				file, user.Name(owner), os.Geteuid(), shell.Quote(file))
		}
	}
	return ""
}
