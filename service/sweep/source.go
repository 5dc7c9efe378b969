package sweep

import (
	"context"
	"time"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/cloud"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// Sources lists the units that each job looks at. What it costs is in
// proportion to what it lists, not to the fleet.
type Sources struct {
	Watched  Watched
	Suspects Suspects
	Stuck    func(ctx context.Context, before time.Time, page lifecycle.Page) ([]lifecycle.Work, string, error)
	Clouds   *cloud.Registry
}

// Watched is the due-list of units under watch.
type Watched interface {
	WatchedUnits(ctx context.Context, dueBefore time.Time, page lifecycle.Page) ([]lifecycle.UnitID, string, error)
	MarkWatched(ctx context.Context, unit lifecycle.UnitID, nextAt time.Time) error
	RecordProbe(ctx context.Context, unit lifecycle.UnitID, probe lifecycle.Probe, seen []lifecycle.Sighting) error
}

// Suspects lists candidates that a job then looks at one by one.
type Suspects interface {
	ResoldWithoutReturn(ctx context.Context, page lifecycle.Page) ([]lifecycle.UnitID, string, error)
	AbsentReturns(ctx context.Context, before time.Time, page lifecycle.Page) ([]lifecycle.UnitID, string, error)
	LateShipments(ctx context.Context, before time.Time, page lifecycle.Page) ([]lifecycle.UnitID, string, error)
}

// LedgerSource opens what the audit re-reads.
type LedgerSource func(ctx context.Context) (ledger.Source, note.Verifiers)
