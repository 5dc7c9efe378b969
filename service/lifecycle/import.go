package lifecycle

import (
	"slices"
	"time"
)

// ImportID names an import, "imp_…".
type ImportID string

// ImportKind is what the rows of an import are.
type ImportKind string

const (
	// ImportUnits: a vendor registers units.
	ImportUnits ImportKind = "units"
	// ImportSales: a retailer reports what its tills sold.
	ImportSales ImportKind = "sales"
)

// ImportKinds lists every kind.
func ImportKinds() []ImportKind { return []ImportKind{ImportUnits, ImportSales} }

// ImportFormat is how the rows are written.
type ImportFormat string

const (
	// ImportCSV is RFC 4180, and what spreadsheets make of it.
	ImportCSV ImportFormat = "csv"
	// ImportNDJSON is one JSON object a line.
	ImportNDJSON ImportFormat = "ndjson"
)

// ImportFormats lists every format.
func ImportFormats() []ImportFormat { return []ImportFormat{ImportCSV, ImportNDJSON} }

// ImportState is how far an import is.
type ImportState string

const (
	// ImportUploading: its bytes are on their way. The end of the upload moves
	// it on; an upload that broke off begins again under the same reference.
	ImportUploading ImportState = "uploading"
	// ImportColumns: a person must say which column is which.
	ImportColumns ImportState = "columns"
	// ImportChecking: the dry run is under way; it ends in checked.
	ImportChecking ImportState = "checking"
	// ImportChecked: the dry run is over, nothing is written; it waits for
	// somebody to start it.
	ImportChecked ImportState = "checked"
	// ImportRunning: rows are being written.
	ImportRunning ImportState = "running"
	// ImportDone: every row was written or has its errors. Final.
	ImportDone ImportState = "done"
	// ImportCancelled: somebody stopped it; what was written stays. Final.
	ImportCancelled ImportState = "cancelled"
	// ImportFailed: it could not go on, Failure says why. Final.
	ImportFailed ImportState = "failed"
)

// ImportStates lists every state.
func ImportStates() []ImportState {
	return []ImportState{
		ImportUploading, ImportColumns, ImportChecking, ImportChecked, ImportRunning, ImportDone, ImportCancelled, ImportFailed,
	}
}

// Final reports whether nothing moves the import on.
func (s ImportState) Final() bool {
	return slices.Contains([]ImportState{ImportDone, ImportCancelled, ImportFailed}, s)
}

// Works reports whether a worker moves the import on.
func (s ImportState) Works() bool { return s == ImportChecking || s == ImportRunning }

// ImportLayout is how a file is read.
type ImportLayout struct {
	Header    []string          `json:"header,omitempty"`    // the file's own names of its columns
	Delimiter string            `json:"delimiter,omitempty"` // of a CSV file
	Columns   map[string]string `json:"columns,omitempty"`   // our field → the file's column
	Brand     string            `json:"brand,omitempty"`     // of every row, where no column says it
	Model     ModelID           `json:"model,omitempty"`     // of every row, where no column says it
	Start     int64             `json:"start,omitempty"`     // where the first row of data begins, in bytes
	FirstRow  int64             `json:"first_row,omitempty"` // its number, as a spreadsheet counts
	DryRun    bool              `json:"dry_run,omitempty"`   // stop once it is checked
	Sample    [][]string        `json:"-"`                   // a few rows, for a person to look at
}

// ImportCounts is what became of the rows so far.
type ImportCounts struct {
	Row    int64 `json:"row"`    // the last one that was worked; 0: none yet
	Rows   int64 `json:"rows"`   // worked
	Added  int64 `json:"added"`  // written, or in a dry run: that would be
	Known  int64 `json:"known"`  // that were written before by the same file or another
	Wrong  int64 `json:"wrong"`  // with errors
	Errors int64 `json:"errors"` // in all rows
}

// Import is a resumable job: a file whose rows become changes of units.
type Import struct {
	ID        ImportID
	Org       OrgID
	Reference string // the organisation's own name for it, good once
	Kind      ImportKind
	Format    ImportFormat
	State     ImportState
	Actor     Actor
	Name      string // of the file
	Digest    string // hex SHA-256 of the file as it was sent
	Bytes     int64  // to be read, after conversion to UTF-8
	Layout    ImportLayout
	Offset    int64 // where the next row begins
	Counts    ImportCounts
	Failure   string // a reason code
	// Attempt fences: what was decided under an older one is not written.
	Attempt   int64
	CreatedAt time.Time
	ChangedAt time.Time
	EndedAt   time.Time
}

// ImportError is one mistake in one row.
type ImportError struct {
	Row    int64
	Column string // the file's name of the column; empty: the whole row
	Code   string
	Args   map[string]string
	Value  string // what stood there, cut short; never a receipt number
}

// ImportErrorsKept is how many errors of one import are kept one by one. Nobody
// repairs more by hand: then the columns are wrong.
const ImportErrorsKept = 100_000

// SaleRow is one row of a sales file.
type SaleRow struct {
	Row     int64
	Key     UnitKey
	Receipt string
	SoldAt  time.Time
	ID      SaleID
}

// KnownUnit is who has a key already: the import and row that it came with, if
// any.
type KnownUnit struct {
	Key    string // folded
	Unit   UnitID
	Import ImportID
	Row    int64
}
