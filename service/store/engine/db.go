package engine

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"time"
)

// Config says which database to open and how.
type Config struct {
	// Dir is the directory of the embedded database. A process holds its lock
	// also where the database is elsewhere.
	Dir string
	// URL is where the PostgreSQL server is (libpq connection URI, PostgreSQL
	// manual 34.1.1.2); empty: the embedded database in Dir.
	URL string
	// Partitions is over how many hash partitions an empty database on a server
	// spreads the tables about a unit; 0: none, or as many as there are.
	Partitions int
	// ReadOnly takes no lock and runs no migration, for verify and backup
	// beside a running server.
	ReadOnly bool
	// Readers is how many connections read; on a server, how many there are.
	Readers int
	// LongestRead is how long a read of the embedded database may go on beside
	// its writer; 0: ten seconds.
	LongestRead time.Duration
	Migrations  fs.FS
	// Companion is told of every commit of the embedded database. On a server
	// nobody can be: others commit too.
	Companion Companion
	// Wrote is called after each commit of ours on a server, in its place.
	Wrote func()
	Log   *slog.Logger
	// Trace is told each statement of a write before it runs; nil: nobody
	// is. What it sees may be secret, and it must keep no writer waiting.
	Trace func(query string, args []any)
	// Fault is for tests of the embedded engine: it is asked at each point of a
	// commit that carries changes, and its error ends the writer there, as if the
	// process had died.
	Fault func(Point) error
	// Seen is told each statement once, reads too, before it runs for the first
	// time; nil: nobody is. It may be called by several at once.
	Seen func(query string)
	// Ran is told each statement whenever it runs, reads too; nil: nobody is. It
	// may be called by several at once.
	Ran func(query string)
}

// database is what an engine has to do.
type database interface {
	// write runs a change; alone says that what it reads must stay true until
	// it has committed.
	write(ctx context.Context, run func(*Tx) error, alone bool) error
	read(ctx context.Context, run func(*Tx) error) error
	close() error
}

// DB is an open database.
type DB struct{ base database }

var errClosed = errors.New("the store is closed")

// ErrReadOnly: somebody tried to write to a database opened to be read.
var ErrReadOnly = errors.New("the store was opened read-only")

// Open opens the database and brings its schema up to date.
func Open(ctx context.Context, config Config) (*DB, error) {
	if config.URL != "" {
		base, err := openServer(ctx, config)
		if err != nil {
			return nil, err
		}
		return &DB{base}, nil
	}
	base, err := openFile(ctx, config)
	if err != nil {
		return nil, err
	}
	return &DB{base}, nil
}

// Write runs one change and returns once its commit is on disk, or why it is
// not. run must be ready to run again, and must do nothing but compute and use
// its Tx. A caller whose ctx ends may be let go; its change may be committed or
// not.
//
// In a shared database each statement sees what has been committed by then:
// what run checks it must guard, by a condition in what it writes, by
// Tx.Serialize, or by WriteAlone.
func (db *DB) Write(ctx context.Context, run func(*Tx) error) error {
	return db.base.write(ctx, run, false)
}

// WriteAlone is Write as if nobody else wrote meanwhile, for changes that check
// first and write then. It costs a shared database more, and only those changes
// are kept apart that all come this way.
func (db *DB) WriteAlone(ctx context.Context, run func(*Tx) error) error {
	return db.base.write(ctx, run, true)
}

// Read runs statements that see one state of the database, without waiting for
// a writer.
func (db *DB) Read(ctx context.Context, run func(*Tx) error) error { return db.base.read(ctx, run) }

// Close commits what is waiting, takes no more, and lets go of the database.
func (db *DB) Close() error { return db.base.close() }
