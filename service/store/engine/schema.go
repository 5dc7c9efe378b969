package engine

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/lifecycle"
)

// ErrSchema: the database and this release do not fit together. Starting all
// the same could write rows that neither understands. The errors below say why,
// and match it.
var ErrSchema = errors.New("database schema does not fit this release")

var (
	// ErrNewer: it is two releases ahead, or more. One ahead is well: a release
	// only adds to the schema of the one before.
	ErrNewer = fmt.Errorf("%w: it is of a newer release", ErrSchema)
	// ErrOlder: it has not been migrated, and whoever opens it may not do that.
	ErrOlder = fmt.Errorf("%w: it is of an older release", ErrSchema)
	// ErrAltered: what ran on it is not what this release would have run.
	ErrAltered = fmt.Errorf("%w: its migrations are not those of this release", ErrSchema)
	// ErrForeign: it is something else's, or no database at all.
	ErrForeign = fmt.Errorf("%w: it is not a database of quitclaim", ErrSchema)
)

const sqlMigrations = `SELECT name, digest, release FROM migration ORDER BY name`

// What release 1 ran.
const sqlMigrationsOfOne = `SELECT name, digest, CAST(1 AS BIGINT) FROM migration ORDER BY name`

// past is what the database says of what ran on it.
type past struct {
	begun    bool        // there is a table of migrations
	releases bool        // which says of which release they are
	other    string      // a table in a database that was never begun; or empty
	ran      []migration // by name, without their texts
}

func readSchema(tx *Tx) (past, error) {
	var s past
	err := tx.Each(tx.dialect.columns, nil, func(scan Scan) error {
		var table, column string
		if err := scan(&table, &column); err != nil {
			return err
		}
		switch {
		case table != "migration":
			s.other = table
		case column == "digest":
			s.begun = true
		case column == "release":
			s.releases = true
		}
		return nil
	})
	if err != nil {
		return past{}, fmt.Errorf("read schema: %w", err)
	}
	if !s.begun {
		return s, nil
	}
	query := sqlMigrations
	if !s.releases {
		query = sqlMigrationsOfOne
	}
	s.ran, err = List(tx, query, nil, func(scan Scan) (migration, error) {
		var m migration
		return m, scan(&m.name, &m.digest, &m.release)
	})
	if err != nil && !errors.Is(err, lifecycle.ErrBusy) && !errors.Is(err, context.Canceled) {
		err = fmt.Errorf("%w: its table migration is not ours: %w", ErrForeign, err)
	}
	return s, err
}

// fits demands that what ran is the beginning of what this release wants, or
// all of it and what the next release added.
func (s past) fits(wanted []migration) error {
	if !s.begun && s.other != "" {
		return fmt.Errorf("%w: it has a table %s and no migrations", ErrForeign, s.other)
	}
	release := newest(wanted)
	if found := newest(s.ran); found > release+1 {
		return fmt.Errorf("%w: it is of release %d, this program of %d; at most %d will do", ErrNewer, found, release, release+1)
	}
	for i, m := range s.ran {
		switch {
		case i >= len(wanted):
			if m.release <= release {
				return fmt.Errorf("%w: it ran migration %s of release %d, which this release has not", ErrAltered, m.name, m.release)
			}
		case wanted[i].name != m.name:
			return fmt.Errorf("%w: it ran migration %s where this release has %s", ErrAltered, m.name, wanted[i].name)
		case wanted[i].digest != m.digest:
			return fmt.Errorf("%w: migration %s was edited after it ran", ErrAltered, m.name)
		}
	}
	return nil
}
