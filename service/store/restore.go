package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/keyring"
	"quitclaim/service/store/archive"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

// ErrUnpublished: nobody said what the outside has seen of the ledger, so
// nobody knows whether what comes back may go on.
var ErrUnpublished = errors.New("no published checkpoint to compare with")

// Restore makes a database of a backup, in an empty place, with what this
// release adds to the schema. The keys must be those of the backup. A backup
// that does not continue what was published is a *book.Fork, and nothing is
// made of it; unless newOrigin names the origin under which it goes on.
func Restore(ctx context.Context, config Config, file, newOrigin string) (archive.Report, error) {
	report, err := restore(ctx, config, file, newOrigin)
	if err != nil {
		return report, fmt.Errorf("restore: %w", err)
	}
	return report, nil
}

const sqlEndAllSessions = `DELETE FROM session`

func restore(ctx context.Context, config Config, file, newOrigin string) (archive.Report, error) {
	published, err := publishedBy(config)
	if err != nil {
		return archive.Report{}, err
	}
	if len(published) == 0 && newOrigin == "" {
		return archive.Report{}, ErrUnpublished
	}
	if config.Database == "" {
		if err := engine.Vacant(config.Dir); err != nil {
			return archive.Report{}, err
		}
	}
	// The whole file is judged before anything is touched.
	report, err := archive.Open(ctx, file, config.backupKeys)
	if err != nil {
		return report, err
	}
	if len(report.Origins) > 0 {
		if config.Keys, err = config.Keys.Named(report.Origins...); err != nil {
			return report, err
		}
	}
	from, err := os.Open(file)
	if err != nil {
		return report, err
	}
	defer from.Close()
	migrations, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return report, err
	}
	settings := engine.Config{Dir: config.Dir, URL: config.Database, Partitions: config.Partitions, Migrations: migrations}
	err = engine.Load(ctx, settings, report.Migrations, func(tx *engine.Tx) error {
		loaded, err := archive.Load(ctx, tx, from, config.backupKeys)
		if err != nil {
			return err
		}
		report.Left = loaded.Left
		if err := opensOwn(tx, config.Keys); err != nil {
			return err
		}
		// Who has signed out since would be signed in again.
		if _, err := tx.Exec(sqlEndAllSessions); err != nil {
			return err
		}
		if newOrigin != "" {
			return nil
		}
		return book.Compare(tx, config.Keys, published)
	})
	if err != nil {
		return report, err
	}
	config.NewOrigin = newOrigin
	opened, err := Open(ctx, config)
	if err != nil {
		return report, err
	}
	return report, opened.Close()
}

// backupKeys are ours under the names that a backup says the ledger has had.
func (c Config) backupKeys(origins []string) (note.Verifiers, error) {
	if len(origins) == 0 {
		return c.Keys.LedgerVerifiers(), nil
	}
	named, err := c.Keys.Named(origins...)
	if err != nil {
		return nil, err
	}
	return named.LedgerVerifiers(), nil
}

// opensOwn demands that the key which seals is the one that has sealed: with
// another, nobody's name could ever be read again.
func opensOwn(tx *engine.Tx, keys *keyring.Ring) error {
	var wrapped []byte
	found, err := tx.Get(sqlSubjectKey, []any{subjectAnswers}, &wrapped)
	if err != nil || !found {
		return err
	}
	if _, err := keys.Unwrap(subjectAnswers, wrapped); err != nil {
		return fmt.Errorf("the keys are not those of this backup: %w", err)
	}
	return nil
}

// publishedBy is what the configuration says that the outside has, and what was
// shown from this directory.
func publishedBy(config Config) ([]book.Published, error) {
	shown, err := newShown(config.Dir, config.Keys)
	if err != nil {
		return nil, err
	}
	return append(shown.published(), config.Published...), nil
}

// restart begins a new origin on what is there.
func (s *Store) restart(ctx context.Context, log *book.Log, config Config) error {
	begin := func(tx *engine.Tx) error { return log.Restart(tx, config.NewOrigin, config.Published, s.instant()) }
	if s.sequencer != nil {
		return s.sequencer.Alone(ctx, begin)
	}
	return s.db.Write(ctx, begin)
}

// placeWaiting gives entries their places that came, in a backup, from where
// another would have.
func (s *Store) placeWaiting(ctx context.Context, log *book.Log) error {
	for more := true; more; {
		err := s.db.Write(ctx, func(tx *engine.Tx) (err error) {
			more, err = log.PlaceWaiting(tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
