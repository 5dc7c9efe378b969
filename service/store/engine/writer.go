package engine

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"quitclaim/service/lifecycle"
)

const (
	// maxBatch bounds how many changes share a commit, and so how long the
	// first of them waits for the others.
	maxBatch = 256
	// queueLength bounds how many changes wait. Beyond it callers are told to
	// come again: a queue that only grows answers nobody in time.
	queueLength = 1024
	// idleAfter is how long after a commit the Companion writes what it still
	// has of its own: DESIGN section 6 signs a checkpoint every second.
	idleAfter = time.Second
)

// Companion keeps something in memory that must stay in step with the
// database: the ledger's right edge. The writer calls it from its one
// goroutine.
type Companion interface {
	// Begin is called in a new transaction. After a rollback it must forget
	// what it had added.
	Begin(*Tx) error
	// Savepoint returns what undoes everything added from now on.
	Savepoint() (undo func())
	// BeforeCommit writes what belongs to the whole batch. idle says that no
	// change came for a while.
	BeforeCommit(tx *Tx, idle bool) error
	// Committed is called once the transaction is durable.
	Committed()
	// Dirty reports whether it wants to be called again when idle.
	Dirty() bool
}

// change is one caller's write, waiting for its turn.
type change struct {
	// ctx is the caller's; it only says whether anybody still waits before
	// the change has begun.
	ctx  context.Context
	run  func(*Tx) error
	done chan error // buffered: the writer never waits for a caller
}

// writer is the one goroutine that writes. Its fields belong to it.
type writer struct {
	ctx       context.Context
	conn      *sql.Conn
	dialect   *dialect
	texts     *texts
	companion Companion
	log       *slog.Logger
	queue     chan change
	trace     func(query string, args []any)
	fault     func(Point) error // nil: the process does not die
	dead      error             // by the fault that ended it
	wal       wal
}

// loop drains the queue, batch after batch, until the queue is closed.
func (w *writer) loop() {
	idle := time.NewTimer(idleAfter)
	defer idle.Stop()
	armed := true
	for {
		select {
		case first, open := <-w.queue:
			if !open {
				w.rest()
				return
			}
			w.commit(w.gather(first))
			w.keepShort(false)
			// Armed once and not moved on by later commits: what is dirty
			// waits no longer than idleAfter, however busy we are.
			if !armed {
				idle.Reset(idleAfter)
				armed = true
			}
		case <-idle.C:
			armed = false
			w.rest()
			w.keepShort(true)
		}
	}
}

// gather takes what else is waiting, without waiting for more.
func (w *writer) gather(first change) []change {
	batch := []change{first}
	for len(batch) < maxBatch {
		select {
		case next, open := <-w.queue:
			if !open {
				return batch
			}
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// rest lets the companion write what it left for a quiet moment.
func (w *writer) rest() {
	if w.dead != nil || !w.companion.Dirty() {
		return
	}
	if _, err := w.attempt(nil, true); err != nil {
		// Nobody waits for this; the next commit or the next pause tries again.
		w.log.LogAttrs(w.ctx, slog.LevelError, "idle commit failed", slog.Any("error", err))
	}
}

// commit runs a batch in one transaction and then answers everybody. When the
// database itself fails, each change runs again alone, so that it suffers for
// nobody but itself.
func (w *writer) commit(batch []change) {
	if w.dead != nil {
		w.bury(batch)
		return
	}
	answers, err := w.attempt(batch, false)
	if err == nil {
		for i, c := range batch {
			c.done <- answers[i]
		}
		return
	}
	if w.dead != nil {
		w.bury(batch)
		return
	}
	if len(batch) == 1 {
		batch[0].done <- err
		return
	}
	w.log.LogAttrs(w.ctx, slog.LevelWarn, "batch rolled back, each change runs alone",
		slog.Int("changes", len(batch)), slog.Any("error", err))
	for _, c := range batch {
		if w.dead != nil {
			c.done <- w.dead
			continue
		}
		answers, err := w.attempt([]change{c}, false)
		if err == nil {
			err = answers[0]
		}
		c.done <- err
	}
}

// attempt runs the changes in one transaction. An error says that nothing of
// it was written; otherwise the answers say how each change ended, and those
// with a nil answer are durable.
func (w *writer) attempt(batch []change, idle bool) (answers []error, err error) {
	tx := &Tx{ctx: w.ctx, conn: w.conn, dialect: w.dialect, texts: w.texts, trace: w.trace}
	if err := tx.begin(); err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			w.rollback(tx)
		}
	}()
	if err := w.companion.Begin(tx); err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	for _, c := range batch {
		answer, err := w.one(tx, c)
		if err != nil {
			return nil, err
		}
		answers = append(answers, answer)
	}
	if err := w.companion.BeforeCommit(tx, idle); err != nil {
		return nil, fmt.Errorf("before commit: %w", err)
	}
	if err := w.dies(BeforeCommit, batch); err != nil {
		return nil, err
	}
	if err := tx.commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", err)
	}
	if err := w.dies(AfterCommit, batch); err != nil {
		return nil, err
	}
	w.companion.Committed()
	return answers, nil
}

// one runs one change in a savepoint. The answer is the change's own error;
// err is the database's, and ends the transaction.
func (w *writer) one(tx *Tx, c change) (answer, err error) {
	if c.ctx.Err() != nil {
		return c.ctx.Err(), nil
	}
	if _, err := tx.Exec(sqliteSavepoint); err != nil {
		return nil, fmt.Errorf("savepoint: %w", err)
	}
	undo := w.companion.Savepoint()
	answer = guarded(tx, c.run, w.log)
	if tx.broken != nil {
		return nil, fmt.Errorf("write: %w", w.dialect.explain(tx.broken))
	}
	if answer != nil {
		undo()
		if _, err := tx.Exec(sqliteUndo); err != nil {
			return nil, fmt.Errorf("undo: %w", err)
		}
	}
	if _, err := tx.Exec(sqliteRelease); err != nil {
		return nil, fmt.Errorf("release: %w", err)
	}
	return answer, nil
}

// rollback ends the transaction if SQLite has not done so itself.
func (w *writer) rollback(tx *Tx) {
	if err := tx.rollback(); err != nil {
		w.log.LogAttrs(w.ctx, slog.LevelError, "rollback failed", slog.Any("error", err))
	}
}

// busy is the answer to a change that found no room in the queue.
func busy() error { return fmt.Errorf("too many writes are waiting: %w", lifecycle.ErrBusy) }
