package engine

import (
	"fmt"
	"regexp"
	"strings"
)

// createTable finds the tables of a migration: the name, and what stands
// between the brackets. Each of ours ends with a bracket at the line's start.
func createTable() *regexp.Regexp {
	return regexp.MustCompile(`(?ms)^CREATE TABLE (\w+) \((.*?)^\);`)
}

// aboutUnit finds a primary key that begins with the unit: such a table is
// about units, and can be spread by them.
func aboutUnit() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\s*unit_id\s+TEXT PRIMARY KEY|PRIMARY KEY \(unit_id\b`)
}

// partitioned spreads the tables about a unit, as a migration makes them, over
// this many hash partitions (PostgreSQL manual, 5.11). A unit's rows then stand
// in the partition of the same number in every table; the rest of the text
// stays as it is, for indexes and new columns reach the partitions by
// themselves.
func partitioned(text string, partitions int) string {
	about := aboutUnit()
	return createTable().ReplaceAllStringFunc(text, func(statement string) string {
		if !about.MatchString(statement) {
			return statement
		}
		name := createTable().FindStringSubmatch(statement)[1]
		var all strings.Builder
		fmt.Fprintf(&all, "%s PARTITION BY HASH (unit_id);\n", strings.TrimSuffix(statement, ";"))
		for i := range partitions {
			fmt.Fprintf(&all, "CREATE TABLE %s_p%02d PARTITION OF %s FOR VALUES WITH (MODULUS %d, REMAINDER %d);\n",
				name, i, name, partitions, i)
		}
		return all.String()
	})
}

// partitions is over how many partitions the tables about a unit are spread:
// as many as there are, or, where there is no such table yet, those wanted.
func partitions(tx *Tx, wanted int) (int, error) {
	var found int
	if _, err := tx.Get(postgresAskPartitions, nil, &found); err != nil {
		return 0, fmt.Errorf("ask for partitions: %w", err)
	}
	const noTable = -1
	switch {
	case found == noTable:
		return wanted, nil
	case wanted != 0 && wanted != found:
		return 0, fmt.Errorf("%w: its tables about a unit have %d partitions, not %d; that is settled when they are made",
			ErrServer, found, wanted)
	}
	return found, nil
}

// spread is a dialect's schema: it asks at each migration, for another process
// may have made the tables.
func spread(wanted int) func(*Tx, string) (string, error) {
	return func(tx *Tx, text string) (string, error) {
		count, err := partitions(tx, wanted)
		if err != nil || count == 0 {
			return text, err
		}
		return partitioned(text, count), nil
	}
}
