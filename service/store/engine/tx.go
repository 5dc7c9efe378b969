package engine

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
)

// Tx is what a write or a read does its statements with. It is good for the
// call that got it and not a moment longer.
type Tx struct {
	// ctx is the engine's own for writes: no request may interrupt a
	// transaction that carries the changes of others.
	ctx     context.Context
	conn    *sql.Conn
	dialect *dialect
	texts   *texts
	trace   func(query string, args []any) // nil: nobody is told
	// contended: an earlier attempt lost a race.
	contended bool
	// late, where it is not nil, becomes true when a read has taken too long.
	late *atomic.Bool
	// broken is the first error of the database that was no constraint. After
	// it the transaction may be gone, so nothing in it counts.
	broken error
}

// Scan copies the columns of the present row.
type Scan func(dest ...any) error

// Exec runs a statement and returns how many rows it changed.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	result, err := t.conn.ExecContext(t.ctx, t.text(query, args), args...)
	if err != nil {
		return 0, t.failed(err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, t.failed(err)
	}
	return n, nil
}

// Get reads the first row into dest and reports whether there was one.
func (t *Tx) Get(query string, args []any, dest ...any) (found bool, err error) {
	err = t.Each(query, args, func(scan Scan) error {
		if found {
			return nil
		}
		found = true
		return scan(dest...)
	})
	return found, err
}

// Each calls row for every row of the answer, in order.
func (t *Tx) Each(query string, args []any, row func(Scan) error) error {
	if t.tooLong() {
		return errLongRead
	}
	rows, err := t.conn.QueryContext(t.ctx, t.text(query, args), args...)
	if err != nil {
		return t.failed(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return fmt.Errorf("read row: %w", err)
		}
		if t.tooLong() {
			return errLongRead
		}
	}
	if err := rows.Err(); err != nil {
		return t.failed(err)
	}
	return nil
}

func (t *Tx) tooLong() bool { return t.late != nil && t.late.Load() }

// List reads every row of the answer.
func List[T any](t *Tx, query string, args []any, read func(Scan) (T, error)) ([]T, error) {
	var list []T
	err := t.Each(query, args, func(scan Scan) error {
		one, err := read(scan)
		if err != nil {
			return err
		}
		list = append(list, one)
		return nil
	})
	return list, err
}

// text is the query as the engine wants it, told to who listens.
func (t *Tx) text(query string, args []any) string {
	text := t.texts.of(query, t.dialect.rewrite)
	if t.trace != nil {
		t.trace(text, args)
	}
	return text
}

func (t *Tx) failed(err error) error {
	if t.broken == nil && !t.dialect.isConstraint(err) {
		t.broken = err
	}
	return t.dialect.explain(err)
}

// texts keeps each statement's text as the engine wants it.
type texts struct {
	known sync.Map
	// seen is told each statement once, before it runs first; nil: nobody is.
	seen func(query string)
	// ran is told each one whenever it runs; nil: nobody is.
	ran func(query string)
}

func (t *texts) of(query string, rewrite func(string) string) string {
	if t.ran != nil {
		t.ran(query)
	}
	if text, ok := t.known.Load(query); ok {
		return text.(string)
	}
	text := rewrite(query)
	if _, known := t.known.LoadOrStore(query, text); !known && t.seen != nil {
		t.seen(query)
	}
	return text
}
