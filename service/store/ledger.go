package store

import (
	"context"
	"fmt"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

// Ledger is the stored log for reading: hashes for proofs and tiles, and
// everything for an audit. It is a tlog.HashReader and a ledger.Source, and
// good for as long as ctx.
func (s *Store) Ledger(ctx context.Context) book.Reader {
	return book.Reader{Read: s.db.Read, Ctx: ctx}
}

// Checkpoint is the signed text of the newest checkpoint, for the outside: that
// it was shown is written down first. It is at most a second behind.
func (s *Store) Checkpoint(ctx context.Context) ([]byte, error) {
	text, err := get(ctx, s, book.Newest)
	if err != nil || s.shown == nil {
		return text, err
	}
	return s.shown.show(text)
}

// Head is the index of the newest entry: a feed since Head begins now.
func (s *Store) Head(ctx context.Context) (int64, error) { return get(ctx, s, book.Last) }

// SignCheckpoint signs a checkpoint of everything that is committed, and
// returns its text.
func (s *Store) SignCheckpoint(ctx context.Context) ([]byte, error) {
	log, embedded := s.log.(*book.Log)
	if !embedded {
		if err := s.sequencer.Sign(ctx); err != nil {
			return nil, fmt.Errorf("sign checkpoint: %w", err)
		}
		return s.Checkpoint(ctx)
	}
	return write(ctx, s, func(tx *engine.Tx) ([]byte, error) {
		if err := log.Sign(tx); err != nil {
			return nil, err
		}
		return book.Newest(tx)
	})
}

// Leaf reads one entry about a subject, salt and all: for who may have proof of
// it. An index that is about another subject is lifecycle.ErrNotFound.
func (s *Store) Leaf(ctx context.Context, subject string, index int64) (ledger.Leaf, error) {
	return get(ctx, s, func(tx *engine.Tx) (ledger.Leaf, error) {
		found, err := book.Leaf(tx, subject, index)
		return found.Leaf, err
	})
}

// EntryOf is the index of the newest entry about this event of a unit at this
// epoch: where its certificate, say, stands on the ledger.
func (s *Store) EntryOf(ctx context.Context, unit lifecycle.UnitID, event lifecycle.Event, epoch lifecycle.Epoch,
) (int64, error) {
	return get(ctx, s, func(tx *engine.Tx) (int64, error) { return book.IndexOf(tx, unit, event, epoch) })
}
