package engine

import (
	"database/sql/driver"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"github.com/mattn/go-sqlite3"
)

// TestStatementsArePlannedOnce counts by the authorizer how often SQLite plans:
// it asks it about each table again whenever it does.
func TestStatementsArePlannedOnce(t *testing.T) {
	t.Parallel()
	planned := 0
	sqlite := &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		conn.RegisterAuthorizer(func(int, string, string, string) int {
			planned++
			return sqlite3.SQLITE_OK
		})
		return nil
	}}
	raw, err := sqlite.Open(filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	conn := raw.(*sqlite3.SQLiteConn)
	const schema = `
CREATE TABLE number (n BIGINT PRIMARY KEY, kind TEXT);
CREATE TABLE name (n BIGINT, name TEXT, CONSTRAINT name_key PRIMARY KEY (n, name));`
	if _, err := conn.Exec(schema, nil); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`SELECT name FROM name WHERE n = $1`,
		`SELECT name FROM name WHERE n = $1 ORDER BY name`,
		`SELECT n FROM number WHERE kind = $1 ORDER BY n DESC`,
		`SELECT n FROM number WHERE n > $1 ORDER BY n LIMIT $2`,
		`SELECT name.name FROM number JOIN name ON name.n = number.n WHERE number.kind = $1`,
	} {
		prepared, err := conn.Prepare(rewrite(query))
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		run(t, prepared)
		first := planned
		run(t, prepared)
		if planned != first {
			t.Errorf("planned again at its second run: %s", query)
		}
		_ = prepared.Close()
	}
}

func run(t *testing.T, prepared driver.Stmt) {
	t.Helper()
	args := []driver.NamedValue{{Ordinal: 1, Value: int64(7)}, {Ordinal: 2, Value: int64(8)}}[:prepared.NumInput()]
	rows, err := prepared.(driver.StmtQueryContext).QueryContext(t.Context(), args)
	if err != nil {
		t.Fatal(err)
	}
	if err := rows.Next(make([]driver.Value, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("next = %v, want no row", err)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
}
