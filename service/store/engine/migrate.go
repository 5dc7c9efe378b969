package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
)

// ErrSchema: the database and this release do not fit together. Starting all
// the same could write rows that neither understands.
var ErrSchema = errors.New("database schema does not fit this release")

// migration is one file of the migrations folder.
type migration struct {
	name, text, digest string
}

const sqlMigrationTable = `
CREATE TABLE IF NOT EXISTS migration (
  name   TEXT PRIMARY KEY,
  digest TEXT NOT NULL
)`

const sqlMigrations = `SELECT name, digest FROM migration ORDER BY name`

const sqlAddMigration = `INSERT INTO migration (name, digest) VALUES ($1, $2)`

// migrate runs the files that the database has not seen, in order of their
// names and each in a transaction of its own.
func migrate(tx *Tx, files fs.FS) error {
	if _, err := tx.Exec(sqlMigrationTable); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	wanted, done, err := compare(tx, files)
	if err != nil {
		return err
	}
	for _, m := range wanted[done:] {
		if err := m.run(tx); err != nil {
			return errors.Join(fmt.Errorf("migration %s: %w", m.name, err), tx.rollback())
		}
	}
	return nil
}

func (m migration) run(tx *Tx) error {
	if err := tx.begin(); err != nil {
		return err
	}
	if _, err := tx.Exec(m.text); err != nil {
		return err
	}
	if _, err := tx.Exec(sqlAddMigration, m.name, m.digest); err != nil {
		return err
	}
	return tx.commit()
}

// checkSchema demands that every migration has run and none is unknown.
func checkSchema(tx *Tx, files fs.FS) error {
	wanted, done, err := compare(tx, files)
	if err != nil {
		return err
	}
	if done < len(wanted) {
		return fmt.Errorf("%w: migration %s has not run", ErrSchema, wanted[done].name)
	}
	return nil
}

// compare reads which of the wanted migrations are done. The done ones must be
// the first of the wanted, with the same text.
func compare(tx *Tx, files fs.FS) (wanted []migration, done int, err error) {
	wanted, err = readMigrations(files)
	if err != nil {
		return nil, 0, err
	}
	known, err := List(tx, sqlMigrations, nil, func(scan Scan) (migration, error) {
		var m migration
		return m, scan(&m.name, &m.digest)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read migrations: %w", err)
	}
	for i, m := range known {
		if i >= len(wanted) {
			return nil, 0, fmt.Errorf("%w: it is of a newer release, which ran migration %s", ErrSchema, m.name)
		}
		if wanted[i].name != m.name {
			return nil, 0, fmt.Errorf("%w: it ran migration %s where this release has %s", ErrSchema, m.name, wanted[i].name)
		}
		if wanted[i].digest != m.digest {
			return nil, 0, fmt.Errorf("%w: migration %s was edited after it ran", ErrSchema, m.name)
		}
	}
	return wanted, len(known), nil
}

func readMigrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "*.sql") // in lexical order
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	var list []migration
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read migration: %w", err)
		}
		sum := sha256.Sum256(text)
		list = append(list, migration{name: name, text: string(text), digest: hex.EncodeToString(sum[:])})
	}
	return list, nil
}
