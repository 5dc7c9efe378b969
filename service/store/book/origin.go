package book

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// Origin is a name that the ledger has had, from a size on.
type Origin struct {
	Since int64
	Name  string
}

const sqlOrigins = `SELECT since, origin FROM log_origin ORDER BY since`

// Origins lists the ledger's names, oldest first. The last is in force.
func Origins(tx *engine.Tx) ([]Origin, error) {
	list, err := engine.List(tx, sqlOrigins, nil, func(scan engine.Scan) (Origin, error) {
		var o Origin
		return o, scan(&o.Since, &o.Name)
	})
	if err != nil {
		return nil, fmt.Errorf("read the ledger's origins: %w", err)
	}
	return list, nil
}

// Names are the names alone.
func Names(origins []Origin) []string {
	names := make([]string, len(origins))
	for i, o := range origins {
		names[i] = o.Name
	}
	return names
}

const sqlAddOrigin = `INSERT INTO log_origin (since, origin, at) VALUES ($1, $2, $3)`

// named is told of an entry about the log itself: its subject is the log's name
// from there on.
func (l *Log) named(tx *engine.Tx, index int64, r Record) error {
	if r.Kind != ledger.KindLog {
		return nil
	}
	if _, err := tx.Exec(sqlAddOrigin, index, r.Subject, r.At.UnixMilli()); err != nil {
		return fmt.Errorf("name the ledger %s: %w", r.Subject, err)
	}
	return nil
}

// readNames takes the ledger's names from the database. A name that was set and
// is none of them is a mistake: it could sign a second log with our key.
func (l *Log) readNames(tx *engine.Tx) error {
	origins, err := Origins(tx)
	if err != nil || len(origins) == 0 {
		return err
	}
	names := Names(origins)
	if !slices.Contains(names, l.Keys.Origin()) {
		return fmt.Errorf("the ledger in this database is called %s, and the configuration says %s: a name changes only by a restore: %w",
			names[len(names)-1], l.Keys.Origin(), lifecycle.ErrInvalid)
	}
	l.Keys, err = l.Keys.Named(names...)
	return err
}

// Restart begins a new origin: its first entry owns up to what was published
// under the old one and is not here. Of what was published, and what the
// database has signed, that is the newest.
func (l *Log) Restart(tx *engine.Tx, name string, published []Published, at time.Time) error {
	origins, err := Origins(tx)
	if err != nil {
		return err
	}
	names := Names(origins)
	if len(names) == 0 { // nothing at all is left of it
		names = []string{l.Keys.Origin()}
	}
	if slices.Contains(names, name) {
		return fmt.Errorf("the ledger was called %s before: a new origin needs a name of its own: %w", name, lifecycle.ErrInvalid)
	}
	gap, err := l.gap(tx, published)
	if err != nil {
		return err
	}
	body, err := gap.Body()
	if err != nil {
		return err
	}
	keys, err := l.Keys.Named(append(names, name)...)
	if err != nil {
		return err
	}
	l.Keys, l.loaded = keys, false // if this is not committed, they are read again
	_, err = l.Append(tx, Record{At: at, Kind: ledger.KindLog, Subject: name, Event: ledger.EventRestore, Body: body})
	return err
}

// gap is from where the database ends to the newest checkpoint that is known
// under the name in force.
func (l *Log) gap(tx *engine.Tx, published []Published) (ledger.Gap, error) {
	gap := ledger.Gap{Origin: l.Keys.Origin(), From: l.Size()}
	own, err := Newest(tx)
	switch {
	case err == nil:
		published = append(slices.Clone(published), Published{From: "the database", Text: own})
	case !errors.Is(err, lifecycle.ErrNotFound):
		return gap, err
	}
	for _, p := range published {
		checkpoint, err := openOurs(p, l.Keys)
		if err != nil {
			return gap, err
		}
		if checkpoint.Origin == gap.Origin && (gap.Last == nil || checkpoint.Size > gap.To) {
			gap.To, gap.Last = checkpoint.Size, p.Text
		}
	}
	if gap.Last == nil {
		return gap, fmt.Errorf("nothing was ever signed as %s: there is nothing to begin anew: %w", gap.Origin, lifecycle.ErrInvalid)
	}
	return gap, nil
}

// Alone runs a change of the log itself, in the turn of this process.
func (s *Sequencer) Alone(ctx context.Context, run func(*engine.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.Write(ctx, func(tx *engine.Tx) error {
		if err := tx.Serialize("ledger"); err != nil {
			return err
		}
		if err := s.Log.Begin(tx); err != nil {
			return err
		}
		if err := run(tx); err != nil {
			return err
		}
		if err := s.Log.BeforeCommit(tx, true); err != nil {
			return err
		}
		return tx.Signal()
	})
	if err != nil {
		s.Log.Forget()
		return err
	}
	s.Log.Committed()
	return nil
}

// PlaceWaiting gives entries their places that came without: from a database
// where another sequenced. It reports whether more may wait.
func (l *Log) PlaceWaiting(tx *engine.Tx) (more bool, err error) {
	list, err := engine.List(tx, sqlWaiting, []any{int64(maxSequence)}, scanWaiting)
	if err != nil {
		return false, fmt.Errorf("read waiting entries: %w", err)
	}
	places := make([][]any, len(list))
	for i, w := range list {
		places[i] = []any{w.id, l.place(w.hash)}
	}
	// First, for two on one hash run again, and two on one place are an error.
	if err := l.addHashes(tx); err != nil {
		return false, err
	}
	placed, err := tx.ExecEach(sqlPlace, places)
	if err != nil {
		return false, fmt.Errorf("place entries: %w", err)
	}
	if placed != int64(len(list)) {
		return false, fmt.Errorf("placed %d of %d entries: %w", placed, len(list), engine.ErrConflict)
	}
	return len(list) == maxSequence, nil
}
