package rows

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// NDJSON reads one JSON object a line. Its cells are those of the header, in
// that order; what else is in an object is passed over.
type NDJSON struct {
	in     *bufio.Reader
	header map[string]int
	at     int64
	row    int64
	cells  []string
}

// NewNDJSON reads from an offset, at which the line with the number row begins.
func NewNDJSON(open Open, header []string, offset, row int64) *NDJSON {
	n := &NDJSON{
		in: bufio.NewReaderSize(open(offset), maxLine), header: map[string]int{}, at: offset, row: row - 1,
		cells: make([]string, len(header)),
	}
	for i, name := range header {
		n.header[name] = i
	}
	return n
}

// Next implements Reader. Empty lines count and are passed over.
func (n *NDJSON) Next() (Record, error) {
	for {
		line, long, err := n.line()
		if err != nil {
			return Record{}, err
		}
		n.row++
		r := Record{Row: n.row, Next: n.at, FaultCell: -1}
		switch {
		case long:
			r.Fault = "import.line-long"
			return r, nil
		case len(bytes.TrimSpace(line)) == 0:
			continue
		}
		n.parse(line, &r)
		return r, nil
	}
}

// line reads a line, or passes over one that is too long.
func (n *NDJSON) line() (line []byte, long bool, err error) {
	line, err = n.in.ReadSlice('\n')
	n.at += int64(len(line))
	for errors.Is(err, bufio.ErrBufferFull) {
		long = true
		line, err = n.in.ReadSlice('\n')
		n.at += int64(len(line))
	}
	if errors.Is(err, io.EOF) && (len(line) > 0 || long) {
		err = nil
	}
	return line, long, err
}

func (n *NDJSON) parse(line []byte, r *Record) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(line, &object); err != nil || object == nil {
		r.Fault = "import.json"
		return
	}
	clear(n.cells)
	for name, raw := range object {
		cell, known := n.header[name]
		if !known {
			continue
		}
		text, single := value(raw)
		if !single {
			r.broken = append(r.broken, cell)
		}
		if len(text) > maxCell {
			text = text[:maxCell]
			r.long = append(r.long, cell)
		}
		n.cells[cell] = text
	}
	r.Cells = n.cells
}

// value is a single value as text: a string, or a number, true or false as it is
// written.
func value(raw json.RawMessage) (text string, single bool) {
	switch raw[0] {
	case '"':
		return text, json.Unmarshal(raw, &text) == nil
	case '{', '[':
		return "", false
	case 'n': // null
		return "", true
	}
	return string(raw), true
}
