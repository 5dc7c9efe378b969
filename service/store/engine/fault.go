package engine

// Point is a place in the life of a commit at which a process can die.
type Point string

const (
	// BeforeCommit: the changes of a batch were run, and nothing is on disk.
	BeforeCommit Point = "before-commit"
	// AfterCommit: everything is on disk, and nobody has been answered.
	AfterCommit Point = "after-commit"
)

// dies asks whether the process is to die here. Whoever waits for the writer
// gets the error instead of an answer, for a test goes on where a process would
// have ended; and nothing is written any more. A batch without changes, which
// only signs what was answered before, has no such point.
func (w *writer) dies(point Point, batch []change) error {
	if w.fault == nil || len(batch) == 0 {
		return nil
	}
	w.dead = w.fault(point)
	return w.dead
}

// bury answers a batch that came to a dead writer.
func (w *writer) bury(batch []change) {
	for _, c := range batch {
		c.done <- w.dead
	}
}
