package book

import (
	"crypto/rand"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// Record is one event for the log.
type Record struct {
	ID      string // of the entry; empty: drawn
	At      time.Time
	Kind    string // what the subject is: KindUnit or one of its siblings
	Subject string
	Event   string
	Body    []byte // canonical JSON, no personal data in clear
	// State and Epoch are where the event left the unit, for KindUnit.
	State lifecycle.State
	Epoch lifecycle.Epoch
}

// KindUnit is the kind of what happened to a unit: only these are in the feed.
const KindUnit = "unit"

// encoded is a record as it is stored.
type encoded struct {
	Record
	id    string
	hash  tlog.Hash
	entry []byte
}

func (r Record) encode(newID func() string) (encoded, error) {
	id := r.ID
	if id == "" {
		id = newID()
	}
	leaf := ledger.Leaf{ID: id, At: r.At, Kind: r.Kind, Subject: r.Subject, Event: r.Event, Body: r.Body}
	_, _ = rand.Read(leaf.Salt[:]) // never fails: it crashes the program instead
	entry, err := leaf.Encode()
	if err != nil {
		return encoded{}, fmt.Errorf("ledger entry of %s: %w", r.Subject, err)
	}
	return encoded{Record: r, id: id, hash: ledger.LeafHash(entry), entry: entry}, nil
}

// columns are entry_id to entry, in the order of the statements that add one.
func (e encoded) columns() []any {
	var epoch any
	if e.Kind == KindUnit {
		epoch = int64(e.Epoch)
	}
	return []any{
		e.id, e.Kind, e.Subject, e.Event, e.At.UnixMilli(), engine.Opt(e.State), epoch, e.hash[:], e.entry,
	}
}
