package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
)

// file is the embedded database: one SQLite file, one writer that commits in
// groups, and a pool of readers.
type file struct {
	dialect *dialect
	texts   *texts
	readers *sql.DB
	longest time.Duration // that a read may take; 0: as long as it wants

	// The rest is nil in a read-only database.
	lock    *flock.Flock
	writers *sql.DB
	writer  *writer
	stopped chan struct{} // closed when the writer has ended

	mu     sync.RWMutex // held while a change is put into the queue
	closed bool         // by mu
}

// openFile locks the directory, opens the file, brings its schema up to date
// and starts the writer.
func openFile(ctx context.Context, config Config) (*file, error) {
	f := &file{dialect: sqlite(), texts: &texts{seen: config.Seen, ran: config.Ran}}
	if err := f.open(ctx, config); err != nil {
		return nil, errors.Join(err, f.release())
	}
	return f, nil
}

func (f *file) open(ctx context.Context, config Config) error {
	if config.ReadOnly {
		if err := look(ctx, config); err != nil {
			return err
		}
		return f.openReaders(ctx, config)
	}
	lock, err := makeAndLock(config.Dir)
	if err != nil {
		return err
	}
	f.lock, f.longest = lock, longestRead
	if config.LongestRead > 0 {
		f.longest = config.LongestRead
	}
	if err := makePrivate(filepath.Join(config.Dir, fileName)); err != nil {
		return err
	}
	if err := look(ctx, config); err != nil {
		return err
	}
	f.writers = sql.OpenDB(newConnector(config.Dir, toWrite))
	f.writers.SetMaxOpenConns(1)
	// The writer's own context: no caller may end it.
	own := context.WithoutCancel(ctx)
	conn, err := f.writers.Conn(own)
	if err != nil {
		return fmt.Errorf("open database in %s: %w", config.Dir, f.dialect.explain(err))
	}
	tx := &Tx{ctx: own, conn: conn, dialect: f.dialect, texts: f.texts}
	if err := migrate(tx, config.Migrations); err != nil {
		return err
	}
	if err := f.openReaders(ctx, config); err != nil {
		return err
	}
	if err := config.Companion.Begin(tx); err != nil {
		return err
	}
	f.writer = &writer{
		ctx: own, conn: conn, dialect: f.dialect, texts: f.texts, companion: config.Companion, log: config.Log,
		queue: make(chan change, queueLength), trace: config.Trace, fault: config.Fault,
		wal: wal{path: filepath.Join(config.Dir, fileName+"-wal")},
	}
	f.stopped = make(chan struct{})
	go func() {
		defer close(f.stopped)
		f.writer.loop()
	}()
	return nil
}

func (f *file) openReaders(ctx context.Context, config Config) error {
	f.readers = sql.OpenDB(newConnector(config.Dir, toRead))
	f.readers.SetMaxOpenConns(config.Readers)
	f.readers.SetMaxIdleConns(config.Readers)
	return f.read(ctx, func(tx *Tx) error { return checkSchema(tx, config.Migrations) })
}

// write implements database. Every change runs alone here, so it does not
// matter which must.
func (f *file) write(ctx context.Context, run func(*Tx) error, _ bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := change{ctx: ctx, run: run, done: make(chan error, 1)}
	if err := f.enqueue(c); err != nil {
		return err
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *file) enqueue(c change) error {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.closed {
		return errClosed
	}
	if f.writer == nil {
		return ErrReadOnly
	}
	select {
	case f.writer.queue <- c:
		return nil
	default:
		return busy()
	}
}

// read implements database. Only getting a connection is cut short with ctx. A
// read that takes too long is cut off before its next statement or row, for it
// keeps the log from being folded.
func (f *file) read(ctx context.Context, run func(*Tx) error) (err error) {
	conn, err := f.readers.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open reader: %w", f.dialect.explain(err))
	}
	defer conn.Close()
	tx := &Tx{ctx: context.WithoutCancel(ctx), conn: conn, dialect: f.dialect, texts: f.texts}
	if _, err := tx.Exec(f.dialect.beginRead); err != nil {
		return fmt.Errorf("begin read: %w", err)
	}
	if f.longest > 0 {
		tx.late = &atomic.Bool{}
		defer time.AfterFunc(f.longest, func() { tx.late.Store(true) }).Stop()
	}
	defer func() {
		if end := tx.commit(); end != nil {
			// Still in its transaction, it must not go back into the pool.
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
			err = errors.Join(err, end)
		}
	}()
	return run(tx)
}

// close implements database: it commits what is waiting, takes no more, and lets
// go of the directory.
func (f *file) close() error {
	f.mu.Lock()
	already := f.closed
	f.closed = true
	if f.writer != nil && !already {
		close(f.writer.queue)
	}
	f.mu.Unlock()
	if already {
		return nil
	}
	if f.writer != nil {
		<-f.stopped
	}
	return f.release()
}

func (f *file) release() error {
	var errs []error
	if f.readers != nil {
		errs = append(errs, f.readers.Close())
	}
	if f.writer != nil {
		// Folding the log into the file leaves one file to copy. A failure
		// costs nothing: the log is read at the next start.
		_, _ = f.writer.conn.ExecContext(f.writer.ctx, sqliteTruncate)
		errs = append(errs, f.writer.conn.Close())
	}
	if f.writers != nil {
		errs = append(errs, f.writers.Close())
	}
	if f.lock != nil {
		errs = append(errs, f.lock.Unlock())
	}
	return errors.Join(errs...)
}

// makePrivate makes the database's file before SQLite does, for nobody else to
// read. Its journals get the same mode.
func makePrivate(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("make database: %w", err)
	}
	return errors.Join(file.Chmod(0o600), file.Close())
}
