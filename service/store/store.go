package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime"
	"time"

	"quitclaim/service/keyring"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Config says which data to open and with what.
type Config struct {
	// Dir is the data directory. It is made when it is not there.
	Dir string
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
	// Readers is the number of reading connections; 0: twice the cores.
	Readers int
}

// Store is the open database. Its methods may be called from any goroutine.
type Store struct {
	db       *engine.DB
	log      *book.Log
	bell     *book.Bell
	keys     *keyring.Ring
	now      func() time.Time
	newID    func(prefix string) string
	newLabel func() (string, error)

	// The keys of the service's own subjects, opened once.
	answers, sessions keyring.SubjectKey
}

// Open opens the data directory, alone unless ReadOnly: a second process gets
// an error that matches lifecycle.ErrBusy. It brings the schema up to date,
// begins the ledger where there is none, and starts the writer.
func Open(ctx context.Context, config Config) (*Store, error) {
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.Readers == 0 {
		config.Readers = 2 * runtime.NumCPU()
	}
	migrations, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{bell: &book.Bell{}, keys: config.Keys, now: config.Now, newID: config.NewID, newLabel: config.NewLabel}
	settings := engine.Config{
		Dir: config.Dir, ReadOnly: config.ReadOnly, Readers: config.Readers, Migrations: migrations, Log: config.Log,
		Trace: config.Trace,
	}
	if !config.ReadOnly {
		s.log = &book.Log{
			Signer: config.Keys.Ledger(), Verifier: config.Keys.LedgerVerifier(), Now: config.Now, Bell: s.bell,
			NewID: func() string { return config.NewID("ent") },
		}
		settings.Companion = s.log
	}
	if s.db, err = engine.Open(ctx, settings); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if !config.ReadOnly {
		if err := errors.Join(s.beginLedger(ctx), s.openOwnKeys(ctx), s.freeWork(ctx)); err != nil {
			return nil, errors.Join(fmt.Errorf("open store: %w", err), s.db.Close())
		}
	}
	return s, nil
}

// Close commits what is waiting, signs a last checkpoint, and lets go of the
// data directory.
func (s *Store) Close() error {
	err := s.db.Close()
	s.bell.Ring() // whoever waits for the next commit finds the store closed
	if err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// beginLedger writes the first entry of a new ledger. It names the log, and
// keeps index 0 free of units: a feed since 0 is the whole feed.
func (s *Store) beginLedger(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *engine.Tx) error {
		if s.log.Size() > 0 {
			return nil
		}
		_, err := s.log.Append(tx, book.Record{
			At: s.instant(), Kind: "log", Subject: s.log.Signer.Name(), Event: "begin", Body: []byte(`{}`),
		})
		return err
	})
}

// instant is the present, as it is stored: UTC, whole milliseconds.
func (s *Store) instant() time.Time { return s.now().UTC().Truncate(time.Millisecond) }
