package lock

// A mark would let others see that this process waits. Windows has no lock that excludes nobody: there a change
// gets its turn when no use is there.
type mark struct{}

func newMark(string, Mode) *mark { return nil }

func (*mark) remove() {}

func (*mark) others(string, bool) []entry { return nil }

func changeAwaited(string) bool { return false }
