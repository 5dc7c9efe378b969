package lifecycle

import (
	"errors"
	"strconv"
	"time"
)

// RowFate is what became of a row of an import.
type RowFate string

const (
	// RowAdded: it was written, or would be.
	RowAdded RowFate = "added"
	// RowKnown: what it says is on record already.
	RowKnown RowFate = "known"
	// RowWrong: it has errors, and nothing of it was written.
	RowWrong RowFate = "wrong"
)

// Count adds rows of one fate.
func (c *ImportCounts) Count(fate RowFate, rows int64) {
	switch fate {
	case RowAdded:
		c.Added += rows
	case RowKnown:
		c.Known += rows
	case RowWrong:
		c.Wrong += rows
	}
}

// Column is the file's own name for a field of ours; the field's, where the file
// has none for it.
func (i Import) Column(field string) string {
	if column := i.Layout.Columns[field]; column != "" {
		return column
	}
	return field
}

// OnRecord is the error of a row whose serial is on record: from an earlier row
// of the same file, or from before.
func (i Import) OnRecord(row int64, serial string, known KnownUnit) ImportError {
	e := ImportError{Row: row, Column: i.Column("serial"), Code: "register.exists", Value: serial}
	if known.Import == i.ID {
		e.Code, e.Args = "import.duplicate", map[string]string{"row": strconv.FormatInt(known.Row, 10)}
	}
	return e
}

// Fate is that of a row whose key somebody has: known, or wrong where the same
// import put it there.
func (k KnownUnit) Fate(in ImportID) RowFate {
	if k.Import == in {
		return RowWrong
	}
	return RowKnown
}

// Sell is the sale that a row reports.
func (i Import) Sell(row SaleRow, at time.Time, receiptHash string) Sell {
	return Sell{Command: Command{Actor: i.Actor, At: at}, ID: row.ID, ReceiptHash: receiptHash, SoldAt: row.SoldAt}
}

// Unknown is the fate of a sale of a unit that is not on record, or that the
// actor may not know of: both look alike.
func (i Import) Unknown(row SaleRow) (RowFate, []ImportError, error) {
	return RowWrong, []ImportError{{Row: row.Row, Column: i.Column("serial"), Code: "import.unknown", Value: row.Key.Serial}}, nil
}

// Refused is the fate of a sale that its rule refuses; an error that is no
// refusal comes back.
func (i Import) Refused(row SaleRow, err error) (RowFate, []ImportError, error) {
	if errors.Is(err, ErrNotFound) {
		return i.Unknown(row)
	}
	var refusal *Refusal
	if !errors.As(err, &refusal) {
		return "", nil, err
	}
	var wrong []ImportError
	for _, reason := range refusal.Reasons {
		wrong = append(wrong, ImportError{
			Row: row.Row, Column: i.Column("serial"), Code: reason.Code, Args: reason.Args, Value: row.Key.Serial,
		})
	}
	return RowWrong, wrong, nil
}

// Stands reports whether this very sale is on record: by the same organisation,
// at the same instant, under the same receipt.
func (c Sell) Stands(s Snapshot) bool {
	return s.Sale != nil && s.Sale.VoidedAt.IsZero() && s.Sale.Org == c.Actor.Org && !c.SoldAt.IsZero() &&
		s.Sale.SoldAt.Equal(c.SoldAt) && s.Sale.ReceiptHash == c.ReceiptHash
}
