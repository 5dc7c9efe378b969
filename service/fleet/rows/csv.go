package rows

import (
	"bufio"
	"errors"
	"io"
)

// CSV reads comma-separated values: RFC 4180, with any delimiter, and lines that
// end in LF, CR LF or CR.
type CSV struct {
	open      Open
	delimiter byte
	in        *bufio.Reader
	at        int64 // offset of the next byte
	row       int64 // of the record before

	text      []byte // of the cells, one behind the other
	ends      []int
	cells     []string
	record    Record
	quoted    bool  // the last cell was
	firstLine int64 // offset behind the first line end within quotes; 0: none
	firstEnd  byte  // its first byte
}

// NewCSV reads from an offset, at which the record with the number row begins.
func NewCSV(open Open, delimiter byte, offset, row int64) *CSV {
	c := &CSV{open: open, delimiter: delimiter, in: bufio.NewReaderSize(nil, 64<<10), row: row - 1}
	c.seek(offset)
	return c
}

func (c *CSV) seek(offset int64) {
	c.in.Reset(c.open(offset))
	c.at = offset
}

// Next implements Reader. Empty lines count and are passed over.
func (c *CSV) Next() (Record, error) {
	for {
		r, err := c.next()
		if err != nil || !r.blank() {
			return r, err
		}
	}
}

func (c *CSV) next() (Record, error) {
	if _, err := c.in.Peek(1); err != nil {
		return Record{}, err
	}
	c.text, c.ends, c.cells = c.text[:0], c.ends[:0], c.cells[:0]
	c.row++
	c.firstLine = 0
	c.record = Record{Row: c.row, FaultCell: -1}
	for {
		end, err := c.cell()
		if err != nil {
			return Record{}, err
		}
		if len(c.ends) <= maxCells { // one more than are kept, to tell that there were too many
			c.ends = append(c.ends, len(c.text))
		}
		if end != c.delimiter {
			break
		}
	}
	c.record.Next = c.at
	if c.record.Fault == "" {
		c.split()
	}
	return c.record, nil
}

// split makes the cells of one text, so that a record costs one allocation.
func (c *CSV) split() {
	whole, from := string(c.text), 0
	for _, end := range c.ends {
		c.cells = append(c.cells, whole[from:end])
		from = end
	}
	c.record.Cells = c.cells
}

// cell reads a cell and what ends it: the delimiter, '\n' for any line end or
// for the end of the file.
func (c *CSV) cell() (byte, error) {
	c.quoted = false
	b, err := c.byte()
	if err == nil && b == '"' {
		c.quoted = true
		return c.quote()
	}
	begin := len(c.text)
	for ; err == nil; b, err = c.byte() {
		switch b {
		case c.delimiter:
			return b, nil
		case '\n', '\r':
			return '\n', c.lineEnd(b)
		case '"':
			c.broken()
		}
		c.keep(b, begin)
	}
	if errors.Is(err, io.EOF) {
		c.record.Unended = len(c.text) > begin
		return '\n', nil
	}
	return 0, err
}

// quote reads the rest of a cell that begins with a quote (RFC 4180, section
// 2.5 to 2.7).
func (c *CSV) quote() (byte, error) {
	begin, from := len(c.text), c.at
	for c.at-from < maxQuoted {
		b, err := c.byte()
		if errors.Is(err, io.EOF) {
			return c.lost()
		}
		if err != nil {
			return 0, err
		}
		if b != '"' {
			if (b == '\n' || b == '\r') && c.firstLine == 0 {
				c.firstLine, c.firstEnd = c.at, b
			}
			c.keep(b, begin)
			continue
		}
		switch b, err = c.byte(); {
		case errors.Is(err, io.EOF):
			return '\n', nil
		case err != nil:
			return 0, err
		case b == '"':
			c.keep(b, begin)
		case b == c.delimiter:
			return b, nil
		case b == '\n' || b == '\r':
			return '\n', c.lineEnd(b)
		default:
			return c.lost()
		}
	}
	return c.lost()
}

// lost gives up a record whose quotes do not fit: it ends with the line that it
// began on, for whoever forgot a quote meant no more than that.
func (c *CSV) lost() (byte, error) {
	c.record.Fault, c.record.FaultCell = "import.quote", len(c.ends)
	if c.firstLine > 0 {
		c.seek(c.firstLine)
		return '\n', c.lineEnd(c.firstEnd)
	}
	for {
		b, err := c.byte()
		switch {
		case errors.Is(err, io.EOF):
			return '\n', nil
		case err != nil:
			return 0, err
		case b == '\n' || b == '\r':
			return '\n', c.lineEnd(b)
		}
	}
}

// lineEnd passes over the rest of a line end whose first byte was read: the LF
// behind a CR.
func (c *CSV) lineEnd(first byte) error {
	if first != '\r' {
		return nil
	}
	next, err := c.in.Peek(1)
	if err == nil && next[0] == '\n' {
		_, err = c.byte()
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (c *CSV) byte() (byte, error) {
	b, err := c.in.ReadByte()
	if err == nil {
		c.at++
	}
	return b, err
}

// keep adds a byte to the cell that began at begin.
func (c *CSV) keep(b byte, begin int) {
	if len(c.ends) >= maxCells {
		return
	}
	if len(c.text)-begin < maxCell {
		c.text = append(c.text, b)
		return
	}
	if n := len(c.ends); !c.record.Long(n) {
		c.record.long = append(c.record.long, n)
	}
}

func (c *CSV) broken() {
	if n := len(c.ends); !c.record.Broken(n) {
		c.record.broken = append(c.record.broken, n)
	}
}
