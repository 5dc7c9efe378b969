package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// Invariants are the database's too: whatever a program does, no row breaks
// them. Here every constraint of the schema is broken once, on a row of
// testdata/one-of-each.sql, and both engines must refuse by its name.

// breach is a statement that breaks one constraint.
type breach struct {
	constraint, statement string
	// sqlite is what SQLite says of it; its errors name no index and no key.
	sqlite string
}

// breaches breaks every constraint that the catalogue lists. Keys and
// references break by themselves: a row twice, a row that points nowhere, a value
// that is missing.
func breaches(found []constraint) []breach {
	byHand := breachesByHand()
	var list []breach
	for _, c := range found {
		statement, ok := byHand[c.name]
		switch {
		case ok:
		case c.kind == kindKey:
			statement = fmt.Sprintf(`INSERT INTO %s SELECT * FROM %s`, c.table, c.table)
		case c.kind == kindReference:
			statement = fmt.Sprintf(`UPDATE %s SET %s = 'nobody'`, c.table, c.columns[0])
		case c.kind == kindPresence:
			statement = fmt.Sprintf(`UPDATE %s SET %s = NULL`, c.table, c.columns[0])
		}
		list = append(list, breach{c.name, statement, c.sqliteSays()})
	}
	return list
}

type constraintKind string

const (
	kindCheck     constraintKind = "check"
	kindKey       constraintKind = "primary key"
	kindUnique    constraintKind = "unique index"
	kindReference constraintKind = "foreign key"
	kindPresence  constraintKind = "not null" // which has no name but its column's
)

// constraint is one of the schema, under the name that PostgreSQL knows it by.
type constraint struct {
	kind        constraintKind
	table, name string
	columns     []string
}

func (c constraint) sqliteSays() string {
	switch c.kind {
	case kindCheck:
		return "CHECK constraint failed: " + c.name
	case kindReference:
		return "FOREIGN KEY constraint failed"
	case kindPresence:
		return "NOT NULL constraint failed: " + c.name
	}
	var columns []string
	for _, column := range c.columns {
		columns = append(columns, c.table+"."+column)
	}
	return "UNIQUE constraint failed: " + strings.Join(columns, ", ")
}

// constraintsOfSQLite reads them out of the schema. What has no name there gets
// the one that PostgreSQL would give it.
func constraintsOfSQLite(t *testing.T, db *sql.DB) []constraint {
	t.Helper()
	named := func(kind string) *regexp.Regexp { return regexp.MustCompile(`CONSTRAINT (\w+) ` + kind) }
	var list []constraint
	for _, table := range column(t, db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'`) {
		text := column(t, db, `SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?`, table)[0]
		for _, check := range named("CHECK").FindAllStringSubmatch(text, -1) {
			list = append(list, constraint{kind: kindCheck, table: table, name: check[1]})
		}
		key := constraint{kind: kindKey, table: table, name: table + "_pkey"}
		if name := named("PRIMARY KEY").FindStringSubmatch(text); name != nil {
			key.name = name[1]
		}
		key.columns = column(t, db, `SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk`, table)
		list = append(list, key)
		for _, present := range column(t, db, `SELECT name FROM pragma_table_info(?) WHERE "notnull" = 1`, table) {
			list = append(list, constraint{kind: kindPresence, table: table, name: table + "." + present, columns: []string{present}})
		}
		for _, from := range column(t, db, `SELECT "from" FROM pragma_foreign_key_list(?)`, table) {
			list = append(list, constraint{kind: kindReference, table: table, name: table + "_" + from + "_fkey", columns: []string{from}})
		}
		for _, index := range column(t, db, `SELECT name FROM pragma_index_list(?) WHERE "unique" = 1 AND origin = 'c'`, table) {
			columns := column(t, db, `SELECT name FROM pragma_index_info(?) ORDER BY seqno`, index)
			list = append(list, constraint{kind: kindUnique, table: table, name: index, columns: columns})
		}
	}
	return list
}

func oneOfEach(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/one-of-each.sql")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// migrated is an SQLite database with the schema and nothing else.
func migrated(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+t.TempDir()+"/raw.db?_foreign_keys=1&_synchronous=OFF")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for _, text := range migrationTexts(t) {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func TestSQLiteRefusesWhatBreaksAConstraint(t *testing.T) {
	t.Parallel()
	db := migrated(t)
	if _, err := db.Exec(oneOfEach(t)); err != nil {
		t.Fatal(err)
	}
	found := constraintsOfSQLite(t, db)
	if len(found) < 300 {
		t.Errorf("found %d constraints: the test looks in the wrong place", len(found))
	}
	everyBreachIsOfOne(t, found)
	for _, b := range breaches(found) {
		if b.statement == "" {
			t.Errorf("%s: no statement breaks it. Add one to breachesByHand", b.constraint)
			continue
		}
		if _, err := db.Exec(b.statement); err == nil || err.Error() != b.sqlite {
			t.Errorf("%s\n%s\n got %v, want %s", b.constraint, b.statement, err, b.sqlite)
		}
	}
}

// everyBreachIsOfOne wants no statement by hand to be left over.
func everyBreachIsOfOne(t *testing.T, found []constraint) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(breachesByHand())) {
		if !slices.ContainsFunc(found, func(c constraint) bool { return c.name == name }) {
			t.Errorf("breachesByHand breaks %s, which is not in the schema", name)
		}
	}
}

// refusedBy is the constraint by which PostgreSQL refused.
func refusedBy(err error) string {
	var sent *pgconn.PgError
	switch {
	case !errors.As(err, &sent) || !strings.HasPrefix(sent.Code, "23"): // integrity constraint violation: manual, appendix A
		return ""
	case sent.Code == "23502": // not_null_violation
		return sent.TableName + "." + sent.ColumnName
	}
	return sent.ConstraintName
}
