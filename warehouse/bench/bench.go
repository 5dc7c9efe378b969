package bench

import (
	"context"

	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/bench/shelf"
)

// units is the one door by which a unit changes, and where it is found for it.
type units interface {
	UnitByCode(ctx context.Context, kind, code string) (lifecycle.Unit, error)
	SnapshotByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error)
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
}

// Config is what the bench works with. All fields are needed.
type Config struct {
	Units units
	Shelf *shelf.Shelf
	Feed  feed
	Kits  kits
	// Certify signs for a unit whose page is open, as the room beside does for a
	// list.
	Certify func(ctx context.Context, keys []lifecycle.UnitKey) ([]shelf.Result, error)
	// Presence derives the code that a unit signs to show that it is present.
	// The same return always has the same code, so a screen can show it again.
	Presence func(lifecycle.ReturnID) string
	NewID    func() string // 26 random lower-case base32 characters
}

// Bench works resets through. Its methods act as the principal of the context.
type Bench struct {
	*shelf.Shelf
	config Config
}

// New is a bench.
func New(config Config) *Bench { return &Bench{config.Shelf, config} }
