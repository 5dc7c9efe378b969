package book

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const (
	// sequenceEvery is how often a Sequencer looks for entries that nobody
	// told it of: another process wrote them, and died. DESIGN section 6 wants
	// every entry in its place within 250 ms.
	sequenceEvery = 150 * time.Millisecond
	// turnPause is the wait for another's turn to end.
	turnPause = 5 * time.Millisecond
	// checkpointEvery is how old the newest signature may be while there are
	// entries that it does not cover.
	checkpointEvery = time.Second
	// maxSequence bounds a turn.
	maxSequence = 1000
)

// Sequencer gives the entries that wait their places. Every process has one;
// they take turns by a lock, and the compare-and-swap on the head keeps apart
// what the lock should fail to. No one of them is needed: kill any, and the
// next to look goes on.
type Sequencer struct {
	SequencerConfig
	mu   sync.Mutex // one turn at a time in this process
	kick chan struct{}
}

// SequencerConfig is what a Sequencer works with.
type SequencerConfig struct {
	Log *Log // nobody else's
	// Write runs a change in a transaction of its own.
	Write func(context.Context, func(*engine.Tx) error) error
	// First is the entry that begins an empty ledger.
	First func() Record
	Errs  *slog.Logger
	// Turn takes the turn, to the end of the transaction; nil: by a lock of the
	// database. It only saves work: the head of the ledger moves by
	// compare-and-swap, whoever believes to have the turn.
	Turn func(*engine.Tx) (mine bool, err error)
}

// NewSequencer makes one that is not running.
func NewSequencer(config SequencerConfig) *Sequencer {
	if config.Turn == nil {
		config.Turn = func(tx *engine.Tx) (bool, error) { return tx.Try("ledger") }
	}
	return &Sequencer{SequencerConfig: config, kick: make(chan struct{}, 1)}
}

// Kick says that entries wait. It does not wait itself.
func (s *Sequencer) Kick() {
	select {
	case s.kick <- struct{}{}:
	default: // it has been told
	}
}

// Run sequences what comes until ctx ends.
func (s *Sequencer) Run(ctx context.Context) {
	look, sign := time.NewTicker(sequenceEvery), time.NewTicker(checkpointEvery)
	defer look.Stop()
	defer sign.Stop()
	failed := false
	for {
		signing := false
		select {
		case <-ctx.Done():
			return
		case <-s.kick:
		case <-look.C:
		case <-sign.C:
			signing = true
		}
		err := s.drain(ctx, signing)
		if err != nil && !failed && ctx.Err() == nil {
			s.Errs.LogAttrs(ctx, slog.LevelError, "ledger entries wait for their places", slog.Any("error", err))
		}
		failed = err != nil
	}
}

// Sign sequences what waits now, and signs a checkpoint of it.
func (s *Sequencer) Sign(ctx context.Context) error { return s.drain(ctx, true) }

// errElsewhere: another process has its turn.
var errElsewhere = errors.New("another process sequences")

// drain takes turns until nothing waits.
func (s *Sequencer) drain(ctx context.Context, sign bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		more, err := s.turn(ctx, sign)
		switch {
		case err == nil && !more:
			return nil
		case err != nil && !errors.Is(err, errElsewhere):
			return err
		}
		pause := time.NewTimer(turnPause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
	}
}

// waiting is an entry without a place.
type waiting struct {
	id   string
	hash tlog.Hash
}

const sqlWaiting = `
SELECT entry_id, leaf_hash FROM log_entry
WHERE idx IS NULL
ORDER BY arrival, entry_id LIMIT $1`

const sqlPlace = `UPDATE log_entry SET idx = $2 WHERE entry_id = $1 AND idx IS NULL`

// turn sequences a group in one transaction, and reports whether more may wait.
func (s *Sequencer) turn(ctx context.Context, sign bool) (more bool, err error) {
	took := false
	err = s.Write(ctx, func(tx *engine.Tx) error {
		took = false
		var due bool
		if more, due, err = s.due(tx, sign); err != nil || !more && !due {
			return err
		}
		mine, err := s.Turn(tx)
		if err != nil || !mine {
			return errors.Join(err, notMine(mine))
		}
		took = true
		return s.sequence(tx, sign)
	})
	if !took {
		return false, err
	}
	if err != nil {
		s.Log.Forget()
		return false, err
	}
	s.Log.Committed()
	return more, nil
}

// due reports whether entries wait, and whether there is something to sign.
func (s *Sequencer) due(tx *engine.Tx, sign bool) (waits, signs bool, err error) {
	list, err := engine.List(tx, sqlWaiting, []any{int64(1)}, scanWaiting)
	if err != nil {
		return false, false, fmt.Errorf("look for waiting entries: %w", err)
	}
	if !sign {
		return len(list) > 0, false, nil
	}
	var size, signed int64
	_, errHead := tx.Get(sqlHead, nil, &size)
	_, errSigned := tx.Get(sqlSignedSize, nil, &signed)
	// The first look also finds out whether the ledger is signed with our keys.
	return len(list) > 0, !s.Log.loaded || size != signed, errors.Join(errHead, errSigned)
}

func notMine(mine bool) error {
	if mine {
		return nil
	}
	return errElsewhere
}

func (s *Sequencer) sequence(tx *engine.Tx, sign bool) error {
	if err := s.Log.Begin(tx); err != nil {
		return err
	}
	if s.Log.Size() == 0 {
		if _, err := s.Log.Append(tx, s.First()); err != nil {
			return err
		}
	}
	if _, err := s.Log.PlaceWaiting(tx); err != nil {
		return err
	}
	if err := s.Log.BeforeCommit(tx, sign); err != nil {
		return err
	}
	if err := tx.Signal(); err != nil {
		return fmt.Errorf("wake the others: %w", err)
	}
	return nil
}

func scanWaiting(scan engine.Scan) (waiting, error) {
	var w waiting
	var hash []byte
	if err := scan(&w.id, &hash); err != nil {
		return w, err
	}
	if len(hash) != tlog.HashSize {
		return w, fmt.Errorf("hash of entry %s has %d bytes: %w", w.id, len(hash), lifecycle.ErrInvalid)
	}
	copy(w.hash[:], hash)
	return w, nil
}
