package sweep

import (
	"context"
	"time"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/cloud"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// Sources lists the units that each job looks at. What it costs is in
// proportion to what it lists, not to the fleet.
type Sources struct {
	Watched  Watched
	Suspects Suspects
	Stuck    func(ctx context.Context, before time.Time, page lifecycle.Page) ([]lifecycle.Work, string, error)
	Clouds   *cloud.Registry
}

// Watched is the due-list of units under watch, and where looks are kept.
type Watched interface {
	WatchedUnits(ctx context.Context, from, until time.Time, page lifecycle.Page) ([]lifecycle.Watched, string, error)
	RecordLooks(ctx context.Context, from time.Time, looks []lifecycle.Look) error
	Model(ctx context.Context, id lifecycle.ModelID) (lifecycle.Model, error)
}

// Suspects lists candidates that a job then looks at one by one.
type Suspects interface {
	ResoldWithoutReturn(ctx context.Context, page lifecycle.Page) ([]lifecycle.UnitID, string, error)
	AbsentReturns(ctx context.Context, before time.Time, page lifecycle.Page) ([]lifecycle.UnitID, string, error)
	// RunOut lists units with something that has come to its end by itself,
	// ContestsDue the contests that were placed before an instant and stand.
	RunOut(ctx context.Context, limit int) ([]lifecycle.UnitID, error)
	ContestsDue(ctx context.Context, before time.Time, page lifecycle.Page) ([]lifecycle.Contested, string, error)
	LateShipments(ctx context.Context, before time.Time, page lifecycle.Page) ([]lifecycle.UnitID, string, error)
	// QueueNotice tells whoever contests that the decision is late.
	QueueNotice(ctx context.Context, n notice.Notice) error
}

// LedgerSource opens what the audit re-reads.
type LedgerSource func(ctx context.Context) (ledger.Source, note.Verifiers)
