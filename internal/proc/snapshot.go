package proc

import "slices"

// A snapshot has the processes of a moment by pid, as Windows tells them all at once.
type snapshot map[int]seen

type seen struct {
	parent  int   // the pid that its parent had
	created int64 // when it was started; bigger is later
	name    string
}

// parent returns the pid of a process's parent, 0 if that has ended. Windows gives the pid of a process that has ended
// to a new one: what was started later than its child is not the parent.
func (s snapshot) parent(pid int) int {
	child, ok := s[pid]
	parent, alive := s[child.parent]
	if !ok || !alive || child.parent == pid || parent.created > child.created {
		return 0
	}
	return child.parent
}

// children returns the pids of a process's children, in their order.
func (s snapshot) children(pid int) (pids []int) {
	for child := range s {
		if s.parent(child) == pid {
			pids = append(pids, child)
		}
	}
	slices.Sort(pids)
	return pids
}

// ancestors returns the pids of a process's ancestors, its parent first.
func ancestors(pid int, parent func(int) int) (above []int) {
	for {
		pid = parent(pid)
		if pid <= 0 || slices.Contains(above, pid) { // a pid that was given to a new process while we looked
			return above
		}
		above = append(above, pid)
	}
}
