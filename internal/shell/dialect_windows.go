package shell

import (
	"os"
	"sync"
)

// current returns the dialect of the shell that this user pastes into.
var current = sync.OnceValue(func() dialect { return dialectOf(os.Getenv) })
