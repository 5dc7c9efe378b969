package rows

import (
	"io"
)

const (
	// maxCell is how many bytes of one cell are kept. Nothing that an import
	// reads is longer; the rest is read over.
	maxCell = 512
	// maxCells is how many cells of one record are kept.
	maxCells = 256
	// maxLine is the longest line of NDJSON that is read.
	maxLine = 64 << 10
	// maxQuoted is how far the end of a quoted cell is looked for.
	maxQuoted = 64 << 20
)

// Open opens the file at an offset.
type Open func(offset int64) io.Reader

// Record is one record of a file. Its cells are good until the next one is
// read.
type Record struct {
	Row   int64 // as a spreadsheet counts: the first record of a file is 1
	Next  int64 // the offset behind it
	Cells []string
	// Fault is the code of what is wrong with the record as a whole; then it has
	// no cells. FaultCell is the cell where it went wrong, -1 for none.
	Fault     string
	FaultCell int
	// Unended: the file ends in the middle of its last line, in a cell without
	// quotes, so nobody knows whether more of it was written.
	Unended bool

	long, broken []int
}

// Long reports whether only the beginning of a cell was kept.
func (r Record) Long(cell int) bool { return has(r.long, cell) }

// Broken reports whether there is a quote in the middle of a cell, or no single
// value: what was meant is not known.
func (r Record) Broken(cell int) bool { return has(r.broken, cell) }

func has(list []int, n int) bool {
	for _, one := range list {
		if one == n {
			return true
		}
	}
	return false
}

// Reader reads records one after the other; io.EOF behind the last.
type Reader interface {
	Next() (Record, error)
}

// blank reports whether a record is an empty line.
func (r Record) blank() bool { return r.Fault == "" && len(r.Cells) == 1 && r.Cells[0] == "" }
