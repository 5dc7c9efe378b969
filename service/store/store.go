package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"quitclaim/service/keyring"
	"quitclaim/service/ledger"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Config says which data to open and with what.
type Config struct {
	// Dir is the data directory. It is made when it is not there.
	Dir string
	// Database is the URL of a PostgreSQL server that holds the data, shared
	// with any number of processes that have the same keys; empty: the
	// embedded database in Dir.
	Database string
	// Partitions is over how many hash partitions an empty Database spreads the
	// tables about a unit; 0: none, or as many as it has.
	Partitions int
	// ReadOnly opens beside a running server, for verify and backup: no lock,
	// no migration, and every write is an error.
	ReadOnly bool
	// Keys seal, hash and sign. Required but for ReadOnly.
	Keys *keyring.Ring
	// Now is the clock.
	Now func() time.Time
	// NewID makes an opaque id with this prefix, from crypto/rand.
	NewID func(prefix string) string
	// NewLabel draws the code of a new unit's label, from crypto/rand; nil:
	// units get no label.
	NewLabel func() (string, error)
	// Log gets what nobody is there to be told; nil: nothing.
	Log *slog.Logger
	// Trace is told each statement that writes, for a benchmark to repeat it
	// bare; nil, as it must be in service: nobody is.
	Trace func(query string, args []any)
	// Fault is for tests of an embedded database: it is asked before and after
	// each commit, and its error ends the writer there, as if the process had
	// died; nil, as it must be in service: nothing fails.
	Fault func(engine.Point) error
	// Seen is told the text of each statement once, for a test to know which
	// ones nothing runs; nil: nobody is. It may be called by several at once.
	Seen func(query string)
	// Ran is told the text of each statement whenever it runs, for a test to count
	// the work of a request; nil, as it must be in service: nobody is. It may be
	// called by several at once.
	Ran func(query string)
	// Published are checkpoints that the outside has, besides the one in Dir. A
	// database that does not continue one of them is not opened to be written: the
	// error is a *book.Fork.
	Published []book.Published
	// NewOrigin makes the ledger go on under another name, and says in it what
	// was published under the old one and is not here; empty, but after a restore.
	NewOrigin string
	// Readers is the number of reading connections, or of all of them to a
	// server; 0: twice the cores, eight times to a server.
	Readers int
}

// Store is the open database. Its methods may be called from any goroutine.
type Store struct {
	db        *engine.DB
	log       appender
	sequencer *book.Sequencer // nil where the writer gives entries their places
	bell      *book.Bell
	shown     *shown         // nil in a store that is only read
	running   sync.WaitGroup // what runs beside requests, until stop is called
	stop      context.CancelFunc

	keys     *keyring.Ring
	now      func() time.Time
	newID    func(prefix string) string
	newLabel func() (string, error)

	// The keys of the service's own subjects, opened once.
	answers, sessions keyring.SubjectKey
}

// appender is the writing end of the ledger. The index that it returns is
// book.Unplaced where entries wait for theirs.
type appender interface {
	Append(tx *engine.Tx, r book.Record) (int64, error)
}

// Open opens the data directory, alone unless ReadOnly: a second process gets
// an error that matches lifecycle.ErrBusy. It brings the schema up to date,
// begins the ledger where there is none, and starts the writer.
func Open(ctx context.Context, config Config) (*Store, error) {
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	config.Readers = readers(config)
	migrations, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{bell: &book.Bell{}, keys: config.Keys, now: config.Now, newID: config.NewID, newLabel: config.NewLabel}
	settings := engine.Config{
		Dir: config.Dir, URL: config.Database, Partitions: config.Partitions, ReadOnly: config.ReadOnly, Readers: config.Readers,
		Migrations: migrations, Log: config.Log, Trace: config.Trace, Fault: config.Fault, Seen: config.Seen,
		Ran: config.Ran,
	}
	var log *book.Log
	if !config.ReadOnly {
		if log, err = s.takePen(&config, &settings); err != nil {
			return nil, fmt.Errorf("open store: %w", err)
		}
	}
	if s.db, err = engine.Open(ctx, settings); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if !config.ReadOnly {
		if err := s.begin(ctx, log, config); err != nil {
			return nil, errors.Join(fmt.Errorf("open store: %w", err), s.Close())
		}
	}
	return s, nil
}

// readers is how many connections there are when nobody said.
func readers(config Config) int {
	switch {
	case config.Readers > 0:
		return config.Readers
	case config.Database != "":
		return 8 * runtime.NumCPU()
	}
	return 2 * runtime.NumCPU()
}

// takePen says who gives entries of the ledger their places: the one writer of
// an embedded database, or else a sequencer.
func (s *Store) takePen(config *Config, settings *engine.Config) (log *book.Log, err error) {
	if s.shown, err = newShown(config.Dir, config.Keys); err != nil {
		return nil, err
	}
	config.Published = append(s.shown.published(), config.Published...)
	newID := func() string { return config.NewID("ent") }
	log = &book.Log{
		Keys: config.Keys, Now: config.Now, Bell: s.bell, NewID: newID, Shared: config.Database != "",
	}
	if config.NewOrigin == "" {
		log.Published = config.Published
	}
	if !log.Shared {
		s.log, settings.Companion = log, log
		return log, nil
	}
	s.log = book.Outbox{NewID: newID}
	s.sequencer = book.NewSequencer(book.SequencerConfig{
		Log: log, Errs: config.Log, First: s.firstEntry,
		Write: func(ctx context.Context, run func(*engine.Tx) error) error { return s.db.WriteAside(ctx, run) },
	})
	settings.Wrote = s.sequencer.Kick
	return log, nil
}

// begin makes ready what every request needs, and starts what runs beside them.
func (s *Store) begin(ctx context.Context, log *book.Log, config Config) error {
	if config.NewOrigin != "" {
		if err := s.restart(ctx, log, config); err != nil {
			return err
		}
	}
	if s.sequencer == nil {
		return errors.Join(s.beginLedger(ctx), s.placeWaiting(ctx, log), s.openOwnKeys(ctx), s.freeWork(ctx), s.freeImports(ctx))
	}
	if config.NewOrigin == "" {
		err := s.db.Read(ctx, func(tx *engine.Tx) error { return book.Compare(tx, config.Keys, config.Published) })
		if err != nil {
			return err
		}
	}
	if err := s.sequencer.Sign(ctx); err != nil {
		return err
	}
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.running.Go(func() { s.sequencer.Run(ctx) })
	s.running.Go(func() { s.db.Listen(ctx, s.bell.Ring) })
	return s.openOwnKeys(ctx)
}

// Close commits what is waiting, signs a last checkpoint, and lets go of the
// data directory.
func (s *Store) Close() error {
	if s.stop != nil {
		s.stop()
		s.running.Wait()
	}
	err := s.db.Close()
	s.bell.Ring() // whoever waits for the next commit finds the store closed
	if err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// firstEntry begins a new ledger. It names the log, and keeps index 0 free of
// units: a feed since 0 is the whole feed.
func (s *Store) firstEntry() book.Record {
	return book.Record{
		At: s.instant(), Kind: ledger.KindLog, Subject: s.keys.Origin(), Event: ledger.EventBegin, Body: []byte(`{}`),
	}
}

// beginLedger writes the first entry of an embedded database.
func (s *Store) beginLedger(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *engine.Tx) error {
		if last, err := book.Last(tx); err != nil || last >= 0 {
			return err
		}
		_, err := s.log.Append(tx, s.firstEntry())
		return err
	})
}

// instant is the present, as it is stored: UTC, whole milliseconds.
func (s *Store) instant() time.Time { return s.now().UTC().Truncate(time.Millisecond) }
