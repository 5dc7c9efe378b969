package imports

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// uploads is where a file comes in.
type uploads interface {
	OpenImport(ctx context.Context, in lifecycle.Import) (lifecycle.Import, error)
	PutImportPart(ctx context.Context, job lifecycle.Import, part int64, content []byte) error
	CloseImport(ctx context.Context, job lifecycle.Import) (lifecycle.Import, error)
	ImportPart(ctx context.Context, id lifecycle.ImportID, part int64) ([]byte, error)
	DropImportParts(ctx context.Context, id lifecycle.ImportID, from, to int64) error
}

// jobs is the record of imports.
type jobs interface {
	Import(ctx context.Context, id lifecycle.ImportID) (lifecycle.Import, error)
	ImportByReference(ctx context.Context, org lifecycle.OrgID, reference string) (lifecycle.Import, error)
	Imports(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Import, string, error)
	ImportErrors(ctx context.Context, id lifecycle.ImportID, page lifecycle.Page) ([]lifecycle.ImportError, string, error)
	ChangeImport(ctx context.Context, id lifecycle.ImportID, change func(lifecycle.Import) (lifecycle.Import, error)) (lifecycle.Import, error)
}

// steps is how a worker moves an import on. Each is one transaction, and
// lifecycle.ErrStale where somebody else has the import by now.
type steps interface {
	ClaimImport(ctx context.Context, lease time.Duration) (lifecycle.Import, bool, error)
	CheckImport(ctx context.Context, job, next lifecycle.Import, wrong []lifecycle.ImportError) (lifecycle.Import, error)
	ImportUnits(ctx context.Context, job, next lifecycle.Import, chunk lifecycle.Chunk, wrong []lifecycle.ImportError) (lifecycle.Import, error)
	ImportSales(ctx context.Context, job, next lifecycle.Import, sales []lifecycle.SaleRow, wrong []lifecycle.ImportError) (lifecycle.Import, error)
}

// lookups is what rows are held against.
type lookups interface {
	Model(ctx context.Context, id lifecycle.ModelID) (lifecycle.Model, error)
	ModelByGTIN(ctx context.Context, gtin string) (lifecycle.Model, error)
	Models(ctx context.Context, vendor lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Model, string, error)
	KnownUnits(ctx context.Context, keys []string) ([]lifecycle.KnownUnit, error)
	TrySales(ctx context.Context, job lifecycle.Import, sales []lifecycle.SaleRow) (map[lifecycle.RowFate]int64, []lifecycle.ImportError, error)
}

type store interface {
	uploads
	jobs
	steps
	lookups
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Store store
	Now   func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
	Log   *slog.Logger
	// Ticks say when to look for imports that nobody told us of: another process
	// received them, or died.
	Ticks <-chan time.Time
	// Watch says, for a reader of progress, when to look again; stop ends it.
	Watch func() (ticks <-chan time.Time, stop func())
}

// maxUploads is how many files may come in at the same time.
const maxUploads = 4

// Imports is the room.
type Imports struct {
	config Config
	kick   chan struct{}
	places chan struct{} // one for each upload under way
}

// New is the room.
func New(config Config) *Imports {
	return &Imports{config: config, kick: make(chan struct{}, 1), places: make(chan struct{}, maxUploads)}
}

// nudge has a worker look at once.
func (i *Imports) nudge() {
	select {
	case i.kick <- struct{}{}:
	default: // it has been told
	}
}

// may reports whether a principal may have imports of a kind at all.
func may(p access.Principal, kind lifecycle.ImportKind) bool {
	switch kind {
	case lifecycle.ImportUnits:
		return access.Allowed(p, access.UnitRegister)
	case lifecycle.ImportSales:
		return access.Allowed(p, access.SaleRecord)
	}
	return false
}

// kinds are those that a principal may have.
func kinds(p access.Principal) []lifecycle.ImportKind {
	var list []lifecycle.ImportKind
	for _, kind := range lifecycle.ImportKinds() {
		if may(p, kind) {
			list = append(list, kind)
		}
	}
	return list
}

// Look is an import of the principal's own organisation. Any other is not found.
func (i *Imports) Look(ctx context.Context, p access.Principal, id lifecycle.ImportID) (lifecycle.Import, error) {
	job, err := i.config.Store.Import(ctx, id)
	if err != nil {
		return lifecycle.Import{}, fmt.Errorf("look at import: %w", err)
	}
	if !own(p, job) {
		return lifecycle.Import{}, fmt.Errorf("look at import: %w", lifecycle.ErrNotFound)
	}
	return job, nil
}

func own(p access.Principal, job lifecycle.Import) bool {
	return p.Org != "" && job.Org == p.Org && may(p, job.Kind)
}

// List is the organisation's imports, newest first.
func (i *Imports) List(ctx context.Context, p access.Principal, page lifecycle.Page) ([]lifecycle.Import, string, error) {
	list, next, err := i.config.Store.Imports(ctx, p.Org, page)
	if err != nil {
		return nil, "", fmt.Errorf("list imports: %w", err)
	}
	var shown []lifecycle.Import
	for _, job := range list {
		if own(p, job) {
			shown = append(shown, job)
		}
	}
	return shown, next, nil
}

// Errors is what is wrong with the rows of an import, in their order.
func (i *Imports) Errors(ctx context.Context, p access.Principal, id lifecycle.ImportID, page lifecycle.Page) ([]lifecycle.ImportError, string, error) {
	if _, err := i.Look(ctx, p, id); err != nil {
		return nil, "", err
	}
	return i.config.Store.ImportErrors(ctx, id, page)
}

// Start has an import that was tried write its rows.
func (i *Imports) Start(ctx context.Context, p access.Principal, id lifecycle.ImportID) (lifecycle.Import, error) {
	return i.change(ctx, p, id, "import.start", func(job lifecycle.Import) (lifecycle.Import, bool) {
		return again(job, lifecycle.ImportRunning), job.State == lifecycle.ImportChecked
	})
}

// Cancel stops an import. What it has written stays written.
func (i *Imports) Cancel(ctx context.Context, p access.Principal, id lifecycle.ImportID) (lifecycle.Import, error) {
	return i.change(ctx, p, id, "import.over", func(job lifecycle.Import) (lifecycle.Import, bool) {
		open := !job.State.Final()
		job.State = lifecycle.ImportCancelled
		return job, open
	})
}

// Assign says which column is which, and tries the file anew.
func (i *Imports) Assign(ctx context.Context, p access.Principal, id lifecycle.ImportID, layout lifecycle.ImportLayout) (lifecycle.Import, error) {
	job, err := i.Look(ctx, p, id)
	if err != nil {
		return job, err
	}
	if err := i.checkLayout(ctx, p, job.Kind, job.Layout.Header, &layout); err != nil {
		return job, err
	}
	return i.change(ctx, p, id, "import.over", func(job lifecycle.Import) (lifecycle.Import, bool) {
		job.Layout.Columns, job.Layout.Brand, job.Layout.Model = layout.Columns, layout.Brand, layout.Model
		open := job.State == lifecycle.ImportColumns || job.State == lifecycle.ImportChecked
		return again(job, lifecycle.ImportChecking), open
	})
}

// again is an import that begins with its first row.
func again(job lifecycle.Import, state lifecycle.ImportState) lifecycle.Import {
	job.State, job.Offset, job.Counts = state, job.Layout.Start, lifecycle.ImportCounts{}
	return job
}

// change moves an import, if the state it is in allows that; else it is refused
// with the code.
func (i *Imports) change(ctx context.Context, p access.Principal, id lifecycle.ImportID, code string,
	next func(lifecycle.Import) (lifecycle.Import, bool),
) (lifecycle.Import, error) {
	if _, err := i.Look(ctx, p, id); err != nil {
		return lifecycle.Import{}, err
	}
	job, err := i.config.Store.ChangeImport(ctx, id, func(job lifecycle.Import) (lifecycle.Import, error) {
		changed, allowed := next(job)
		if !allowed {
			return job, &lifecycle.Refusal{Event: lifecycle.LeafImport, Reasons: []lifecycle.Reason{{Code: code}}}
		}
		return changed, nil
	})
	if err != nil {
		return lifecycle.Import{}, fmt.Errorf("change import: %w", err)
	}
	i.nudge()
	return job, nil
}
