package imports

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"quitclaim/service/fleet/rows"
	"quitclaim/service/lifecycle"
)

const (
	// unitsAtOnce is how many rows become one ledger entry: of the longest rows
	// that there can be, it stays far below a leaf's limit of 1 MiB.
	unitsAtOnce = 1000
	// salesAtOnce is how many sales are recorded in one transaction.
	salesAtOnce = 100
	// maxSeen is how many serials a dry run remembers to find those that stand in
	// the file twice. The import itself finds all of them.
	maxSeen = 2_000_000
	// maxModels is how many answers about models are remembered.
	maxModels = 4096
)

// portion is some rows, made ready to be written in one transaction.
type portion struct {
	chunk lifecycle.Chunk
	sales []lifecycle.SaleRow
	wrong []lifecycle.ImportError

	row, offset   int64 // of the last one; where the next begins
	rows, wrongly int64
	end           bool // the file ends here
}

// preparer reads an import's rows and finds what is wrong with each alone.
type preparer struct {
	imports *Imports
	job     lifecycle.Import
	in      rows.Reader
	columns map[string]int // our field → the cell
	offset  int64
	models  map[string]answer
	seed    maphash.Seed
	seen    map[uint64]int64 // of a dry run: the row of each key
	inChunk map[string]int64
	draw    string // what the ids of a portion's units begin with
}

// sharedDraw is how much of their 26 random characters the ids of one portion
// have in common. What is drawn for each alone is still more than anybody can
// guess (80 bits), and neighbours in an index of a hundred million units are
// written together: a portion changes a few pages of it and not a thousand.
const sharedDraw = 10

// unitID draws the id of a unit.
func (p *preparer) unitID() lifecycle.UnitID {
	return lifecycle.UnitID("unt_" + p.draw + p.imports.config.NewID()[sharedDraw:])
}

func (i *Imports) prepare(ctx context.Context, job lifecycle.Import) *preparer {
	p := &preparer{
		imports: i, job: job, columns: map[string]int{}, models: map[string]answer{}, offset: job.Offset,
		seed: maphash.MakeSeed(), inChunk: map[string]int64{},
	}
	offset, row := job.Offset, job.Counts.Row+1
	if job.State == lifecycle.ImportChecking {
		// A dry run that goes on reads the rows of before again: it must know what
		// serials they had.
		p.seen, offset, row = map[uint64]int64{}, job.Layout.Start, 0
	}
	if row <= 1 {
		row = job.Layout.FirstRow
	}
	p.in = i.reader(ctx, job, offset, row)
	for field, column := range job.Layout.Columns {
		for at, name := range job.Layout.Header {
			if name == column {
				p.columns[field] = at
			}
		}
	}
	return p
}

// portion reads the next rows.
func (p *preparer) portion(ctx context.Context) (portion, error) {
	out := portion{row: p.job.Counts.Row, offset: p.offset}
	atOnce := unitsAtOnce
	if p.job.Kind == lifecycle.ImportSales {
		atOnce = salesAtOnce
	}
	clear(p.inChunk)
	p.draw = p.imports.config.NewID()[:sharedDraw]
	models := map[lifecycle.ModelID]int{}
	for int(out.rows) < atOnce {
		record, err := p.in.Next()
		if errors.Is(err, io.EOF) {
			out.end = true
			return out, nil
		}
		if err != nil {
			return out, fmt.Errorf("read row: %w", err)
		}
		out.row, out.offset, out.rows = record.Row, record.Next, out.rows+1
		p.offset = record.Next
		before := len(out.wrong)
		if err := p.take(ctx, record, &out, models); err != nil {
			return out, err
		}
		if len(out.wrong) > before {
			out.wrongly++
		}
	}
	return out, nil
}

// take makes a record part of the portion, or its mistakes.
func (p *preparer) take(ctx context.Context, record rows.Record, out *portion, models map[lifecycle.ModelID]int) error {
	row := &row{preparer: p, record: record}
	if !row.whole() {
		out.wrong = append(out.wrong, row.wrong...)
		return nil
	}
	if p.job.Kind == lifecycle.ImportSales {
		sale, err := row.sale(ctx)
		if err == nil && len(row.wrong) == 0 {
			if row.once(sale.Key, true); len(row.wrong) == 0 {
				out.sales = append(out.sales, sale)
			}
		}
		out.wrong = append(out.wrong, row.wrong...)
		return err
	}
	unit, model, err := row.unit(ctx)
	if err == nil && len(row.wrong) == 0 {
		if row.once(lifecycle.UnitKey{Brand: model.Brand, Serial: unit.Serial}, false); len(row.wrong) == 0 {
			at, known := models[model.ID]
			if !known {
				at = len(out.chunk.Models)
				models[model.ID] = at
				out.chunk.Models = append(out.chunk.Models, model)
			}
			unit.Model = at
			out.chunk.Rows = append(out.chunk.Rows, unit)
		}
	}
	out.wrong = append(out.wrong, row.wrong...)
	return err
}

// row is one record while it is looked at.
type row struct {
	*preparer
	record rows.Record
	wrong  []lifecycle.ImportError
}

// refuse notes a mistake, in the column of a field; an empty field is the row.
func (r *row) refuse(field, code string, args map[string]string) {
	e := lifecycle.ImportError{Row: r.record.Row, Code: code, Args: args}
	if field != "" {
		e.Column = r.job.Column(field)
		if at, ok := r.columns[field]; ok && at < len(r.record.Cells) && field != "receipt" {
			e.Value = cut(strings.ToValidUTF8(r.record.Cells[at], "\uFFFD"), shownValue)
		}
	}
	r.wrong = append(r.wrong, e)
}

// shownValue is how much of a wrong value is kept.
const shownValue = 80

// whole reports whether the record has its cells, and no cell that is read is
// cut or broken.
func (r *row) whole() bool {
	if r.record.Fault != "" {
		e := lifecycle.ImportError{Row: r.record.Row, Code: r.record.Fault}
		if at := r.record.FaultCell; at >= 0 && at < len(r.job.Layout.Header) {
			e.Column = r.job.Layout.Header[at]
		}
		r.wrong = append(r.wrong, e)
		return false
	}
	have, want := len(r.record.Cells), len(r.job.Layout.Header)
	for have > want && r.record.Cells[have-1] == "" { // delimiters at the end of a line
		have--
	}
	if have != want {
		r.refuse("", "import.cells", map[string]string{"have": strconv.Itoa(have), "want": strconv.Itoa(want)})
		return false
	}
	for _, field := range Fields(r.job.Kind) {
		if at, ok := r.columns[field.Name]; ok {
			r.cell(field, at)
		}
	}
	return len(r.wrong) == 0
}

// cell looks at the shape of one cell that is read.
func (r *row) cell(field Field, at int) {
	text := r.record.Cells[at]
	switch {
	case r.record.Long(at):
		r.refuse(field.Name, "import.cell-long", nil)
	case r.record.Broken(at):
		r.refuse(field.Name, "import.quote", nil)
	case strings.IndexByte(text, 0) >= 0:
		r.refuse(field.Name, "import.nul", nil)
	case !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError):
		r.refuse(field.Name, "import.character", nil)
	case field.Required && strings.TrimSpace(text) == "":
		r.refuse(field.Name, "field.required", nil)
	case r.record.Unended && at == len(r.record.Cells)-1 && (field.Name == "serial" || field.Name == "receipt" || field.Name == "brand"):
		// Of a number with a check digit one sees that it was cut; of these not.
		r.refuse(field.Name, "import.cut", nil)
	}
}

// value is what stands in the column of a field, without blanks around it; empty
// where there is none.
func (r *row) value(field string) string {
	at, ok := r.columns[field]
	if !ok {
		return ""
	}
	return strings.TrimSpace(r.record.Cells[at])
}

// once finds a key that stands in the file twice: within what is written
// together, and in a dry run within the whole file. For a unit that is sold
// twice the rule of sales decides on the run itself.
func (r *row) once(key lifecycle.UnitKey, sales bool) {
	folded := key.String()
	first, twice := int64(0), false
	if r.seen != nil {
		hash := maphash.String(r.seed, folded)
		if first, twice = r.seen[hash]; !twice && len(r.seen) < maxSeen {
			r.seen[hash] = r.record.Row
		}
	} else if !sales {
		if first, twice = r.inChunk[folded]; !twice {
			r.inChunk[folded] = r.record.Row
		}
	}
	if twice {
		r.refuse("serial", "import.duplicate", map[string]string{"row": strconv.FormatInt(first, 10)})
	}
}
