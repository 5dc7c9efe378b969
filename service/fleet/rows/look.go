package rows

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strings"

	"quitclaim/service/lifecycle"
)

// Looked is what the beginning of a file says of the rest.
type Looked struct {
	Format    lifecycle.ImportFormat
	Delimiter byte
	Header    []string
	Start     int64 // where the first record of data begins
	FirstRow  int64 // its number
	Sample    [][]string
}

// sampled is how many records a person is shown.
const sampled = 5

// Look says how a file is to be read, by its beginning: the first part of it.
// What can be no import is told by every reason at once.
func Look(head []byte, format lifecycle.ImportFormat) (Looked, error) {
	var invalid lifecycle.Invalid
	trimmed := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(trimmed) == 0:
		invalid.Add("file", "import.empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")): // a ZIP archive (APPNOTE 4.3.7), as .xlsx and .ods are
		invalid.Add("file", "import.workbook")
	case trimmed[0] == '[':
		invalid.Add("file", "import.json-list")
	}
	if err := invalid.Err(); err != nil {
		return Looked{}, err
	}
	if format == "" {
		format = lifecycle.ImportCSV
		if trimmed[0] == '{' {
			format = lifecycle.ImportNDJSON
		}
	}
	if format == lifecycle.ImportNDJSON {
		return lookJSON(head), nil
	}
	return lookCSV(head)
}

func lookCSV(head []byte) (Looked, error) {
	looked := Looked{Format: lifecycle.ImportCSV, Delimiter: delimiterOf(head), FirstRow: 2}
	offset, row := int64(0), int64(1)
	if d, ok := separatorLine(head); ok { // as Excel writes for Excel
		looked.Delimiter = d
		offset, row = int64(bytes.IndexAny(head, "\r\n")), 1
	}
	in := NewCSV(func(at int64) io.Reader { return bytes.NewReader(head[min(at, int64(len(head))):]) }, looked.Delimiter, offset, row)
	first, err := in.Next()
	if err != nil {
		return looked, err
	}
	var invalid lifecycle.Invalid
	if first.Fault != "" {
		invalid.Add("file", first.Fault)
		return looked, invalid.Err()
	}
	for _, cell := range first.Cells {
		looked.Header = append(looked.Header, strings.TrimSpace(strings.ToValidUTF8(cell, "\uFFFD")))
	}
	looked.Start, looked.FirstRow = first.Next, first.Row+1
	for len(looked.Sample) < sampled {
		r, err := in.Next()
		if err != nil {
			break
		}
		if r.Fault == "" {
			looked.Sample = append(looked.Sample, slices.Clone(r.Cells))
		}
	}
	checkHeader(looked.Header, &invalid)
	return looked, invalid.Err()
}

// checkHeader notes what is wrong with the names of columns.
func checkHeader(header []string, invalid *lifecycle.Invalid) {
	if len(header) > maxCells {
		invalid.Add("file", "import.columns-many")
	}
	seen := map[string]bool{}
	for _, name := range header {
		folded := strings.ToLower(name)
		if name != "" && seen[folded] {
			invalid.Reasons = append(invalid.Reasons, lifecycle.Reason{
				Code: "import.column-twice", Field: "file", Args: map[string]string{"column": name},
			})
		}
		seen[folded] = true
	}
}

// delimiterOf is what separates the names of the columns: of those that stand
// in the first line outside quotes, the most frequent.
func delimiterOf(head []byte) byte {
	counts, quoted := map[byte]int{}, false
	for _, b := range head {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n' || b == '\r':
			return most(counts)
		default:
			counts[b]++
		}
	}
	return most(counts)
}

func most(counts map[byte]int) byte {
	best := byte(',')
	for _, d := range []byte{';', '\t', '|'} {
		if counts[d] > counts[best] {
			best = d
		}
	}
	return best
}

// separatorLine reads "sep=;", by which spreadsheets tell each other.
func separatorLine(head []byte) (byte, bool) {
	if len(head) > 5 && strings.EqualFold(string(head[:4]), "sep=") && (head[5] == '\r' || head[5] == '\n') {
		return head[4], true
	}
	return 0, false
}

// lookJSON takes the names in the first objects for the header.
func lookJSON(head []byte) Looked {
	looked := Looked{Format: lifecycle.ImportNDJSON, FirstRow: 1}
	var objects []map[string]json.RawMessage
	for line := range bytes.Lines(head) {
		var object map[string]json.RawMessage
		if json.Unmarshal(line, &object) != nil {
			continue // the last one may be cut here
		}
		objects = append(objects, object)
		for name := range object {
			if !slices.Contains(looked.Header, name) && len(looked.Header) < maxCells {
				looked.Header = append(looked.Header, name)
			}
		}
		if len(objects) == 100 {
			break
		}
	}
	slices.Sort(looked.Header)
	for _, object := range objects[:min(sampled, len(objects))] {
		cells := make([]string, len(looked.Header))
		for i, name := range looked.Header {
			if raw, ok := object[name]; ok {
				cells[i], _ = value(raw)
			}
		}
		looked.Sample = append(looked.Sample, cells)
	}
	return looked
}
