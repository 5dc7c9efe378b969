package engine

import (
	"errors"
	"fmt"
	"io/fs"
)

const sqlMigrationTable = `
CREATE TABLE IF NOT EXISTS migration (
  name    TEXT PRIMARY KEY,
  digest  TEXT NOT NULL,
  release BIGINT NOT NULL DEFAULT 1
)`

// Release 1 did not write down of which release a migration was.
const sqlMigrationRelease = `ALTER TABLE migration ADD COLUMN release BIGINT NOT NULL DEFAULT 1`

const sqlAddMigration = `INSERT INTO migration (name, digest, release) VALUES ($1, $2, $3)`

// migrationLock is the key under which one process at a time migrates.
const migrationLock = "migrations"

// migrate runs the files that the database has not seen, in order of their
// names and each in a transaction of its own. Of several processes that start at
// once each takes its turn and finds done what the others did. A database that
// does not fit is left as it is.
func migrate(tx *Tx, files fs.FS) error {
	wanted, err := readMigrations(files)
	if err != nil {
		return err
	}
	for {
		done, err := migrateOnce(tx, wanted)
		if err != nil {
			return errors.Join(err, tx.rollback())
		}
		if done {
			return nil
		}
	}
}

// migrateOnce takes the next step, and reports whether there was none left.
func migrateOnce(tx *Tx, wanted []migration) (done bool, err error) {
	if err := tx.begin(); err != nil {
		return false, fmt.Errorf("migrate: %w", err)
	}
	if tx.dialect.patient != "" {
		if _, err := tx.Exec(tx.dialect.patient); err != nil {
			return false, fmt.Errorf("migrate: %w", err)
		}
	}
	if err := tx.Serialize(migrationLock); err != nil {
		return false, fmt.Errorf("wait for another's migrations: %w", err)
	}
	found, err := readSchema(tx)
	if err != nil {
		return false, err
	}
	if err := found.fits(wanted); err != nil {
		return false, err
	}
	if len(found.ran) >= len(wanted) {
		return true, tx.commit()
	}
	next := wanted[len(found.ran)]
	if err := next.run(tx, found); err != nil {
		return false, fmt.Errorf("migration %s: %w", next.name, err)
	}
	return false, nil
}

// run makes room for the release where there is none, runs the file, and writes
// down that it ran.
func (m migration) run(tx *Tx, found past) error {
	var prepare string
	switch {
	case !found.begun:
		prepare = sqlMigrationTable
	case !found.releases:
		prepare = sqlMigrationRelease
	}
	if prepare != "" {
		if _, err := tx.Exec(prepare); err != nil {
			return err
		}
	}
	text := m.text
	if tx.dialect.schema != nil {
		var err error
		if text, err = tx.dialect.schema(tx, text); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(text); err != nil {
		return err
	}
	if _, err := tx.Exec(sqlAddMigration, m.name, m.digest, m.release); err != nil {
		return err
	}
	return tx.commit()
}

// checkSchema demands that every migration has run, and nothing that this
// release cannot live with.
func checkSchema(tx *Tx, files fs.FS) error {
	wanted, err := readMigrations(files)
	if err != nil {
		return err
	}
	found, err := readSchema(tx)
	if err != nil {
		return err
	}
	if err := found.fits(wanted); err != nil {
		return err
	}
	if len(found.ran) < len(wanted) {
		return fmt.Errorf("%w: migration %s has not run", ErrOlder, wanted[len(found.ran)].name)
	}
	return nil
}
