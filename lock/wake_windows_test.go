package lock

import "os"

func wake(*os.Process) {}
