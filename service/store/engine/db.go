package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
)

// Config says which database to open and how.
type Config struct {
	Dir string
	// ReadOnly takes no lock and runs no migration, for verify and backup
	// beside a running server.
	ReadOnly   bool
	Readers    int // connections in the pool of readers
	Migrations fs.FS
	Companion  Companion
	Log        *slog.Logger
	// Trace is told each statement of the writer before it runs; nil: nobody
	// is. What it sees may be secret, and it must keep no writer waiting.
	Trace func(query string, args []any)
}

// DB is an open database.
type DB struct {
	texts   *texts
	readers *sql.DB

	// The rest is nil in a read-only database.
	lock    *flock.Flock
	writers *sql.DB
	writer  *writer
	stopped chan struct{} // closed when the writer has ended

	mu     sync.RWMutex // held while a change is put into the queue
	closed bool         // by mu
}

var errClosed = errors.New("the store is closed")

// ErrReadOnly: somebody tried to write to a database opened to be read.
var ErrReadOnly = errors.New("the store was opened read-only")

// Open locks the directory, opens the file, brings its schema up to date and
// starts the writer.
func Open(ctx context.Context, config Config) (*DB, error) {
	db := &DB{texts: &texts{}}
	if err := db.open(ctx, config); err != nil {
		return nil, errors.Join(err, db.release())
	}
	return db, nil
}

func (db *DB) open(ctx context.Context, config Config) error {
	if config.ReadOnly {
		if _, err := os.Stat(filepath.Join(config.Dir, fileName)); err != nil {
			return fmt.Errorf("no database in %s: %w", config.Dir, err)
		}
		return db.openReaders(ctx, config)
	}
	if err := os.MkdirAll(config.Dir, 0o700); err != nil {
		return fmt.Errorf("make data directory: %w", err)
	}
	lock, err := lockDir(config.Dir)
	if err != nil {
		return err
	}
	db.lock = lock
	if err := makePrivate(filepath.Join(config.Dir, fileName)); err != nil {
		return err
	}
	db.writers = sql.OpenDB(newConnector(config.Dir, toWrite))
	db.writers.SetMaxOpenConns(1)
	// The writer's own context: no caller may end it.
	own := context.WithoutCancel(ctx)
	conn, err := db.writers.Conn(own)
	if err != nil {
		return fmt.Errorf("open database in %s: %w", config.Dir, explain(err))
	}
	tx := &Tx{ctx: own, conn: conn, texts: db.texts}
	if err := migrate(tx, config.Migrations); err != nil {
		return err
	}
	if err := db.openReaders(ctx, config); err != nil {
		return err
	}
	if err := config.Companion.Begin(tx); err != nil {
		return err
	}
	db.writer = &writer{
		ctx: own, conn: conn, texts: db.texts, companion: config.Companion, log: config.Log,
		queue: make(chan change, queueLength), trace: config.Trace,
	}
	db.stopped = make(chan struct{})
	go func() {
		defer close(db.stopped)
		db.writer.loop()
	}()
	return nil
}

func (db *DB) openReaders(ctx context.Context, config Config) error {
	db.readers = sql.OpenDB(newConnector(config.Dir, toRead))
	db.readers.SetMaxOpenConns(config.Readers)
	db.readers.SetMaxIdleConns(config.Readers)
	return db.Read(ctx, func(tx *Tx) error { return checkSchema(tx, config.Migrations) })
}

// Write runs one change in the next commit and returns once that commit is on
// disk, or why it is not. run must be ready to run again, and must do nothing
// but compute and use its Tx. A caller whose ctx ends is let go; its change may
// be committed or not.
func (db *DB) Write(ctx context.Context, run func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c := change{ctx: ctx, run: run, done: make(chan error, 1)}
	if err := db.enqueue(c); err != nil {
		return err
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (db *DB) enqueue(c change) error {
	db.mu.RLock()
	defer db.mu.RUnlock()
	if db.closed {
		return errClosed
	}
	if db.writer == nil {
		return ErrReadOnly
	}
	select {
	case db.writer.queue <- c:
		return nil
	default:
		return busy()
	}
}

// Read runs statements that see one state of the database, without waiting for
// the writer. Only getting a connection is cut short with ctx: what a read
// does must be bounded by itself, for a long one keeps the log from being
// checkpointed.
func (db *DB) Read(ctx context.Context, run func(*Tx) error) (err error) {
	conn, err := db.readers.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open reader: %w", explain(err))
	}
	defer conn.Close()
	tx := &Tx{ctx: context.WithoutCancel(ctx), conn: conn, texts: db.texts}
	if _, err := tx.Exec(sqliteBeginRead); err != nil {
		return fmt.Errorf("begin read: %w", err)
	}
	defer func() {
		if _, end := tx.Exec(sqliteCommit); end != nil {
			// Still in its transaction, it must not go back into the pool.
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
			err = errors.Join(err, end)
		}
	}()
	return run(tx)
}

// Close commits what is waiting, takes no more, and lets go of the directory.
func (db *DB) Close() error {
	db.mu.Lock()
	already := db.closed
	db.closed = true
	if db.writer != nil && !already {
		close(db.writer.queue)
	}
	db.mu.Unlock()
	if already {
		return nil
	}
	if db.writer != nil {
		<-db.stopped
	}
	return db.release()
}

func (db *DB) release() error {
	var errs []error
	if db.readers != nil {
		errs = append(errs, db.readers.Close())
	}
	if db.writer != nil {
		// Folding the log into the file leaves one file to copy. A failure
		// costs nothing: the log is read at the next start.
		_, _ = db.writer.conn.ExecContext(db.writer.ctx, sqliteTruncate)
		errs = append(errs, db.writer.conn.Close())
	}
	if db.writers != nil {
		errs = append(errs, db.writers.Close())
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Unlock())
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
