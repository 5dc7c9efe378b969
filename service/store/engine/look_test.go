package engine

import (
	"os"
	"path/filepath"
	"testing"
)

// TestAFirstWriteThatWasCutShortIsTakenBack: the process was killed while the
// file was made, and SQLite's journal of that is still there. Only a connection
// that may write can take it back.
func TestAFirstWriteThatWasCutShortIsTakenBack(t *testing.T) {
	t.Parallel()
	made, killed := t.TempDir(), t.TempDir()
	db := raw(t, made)
	db.SetMaxOpenConns(1)
	for _, statement := range []string{
		`PRAGMA synchronous = OFF`, `PRAGMA cache_size = 1`, `CREATE TABLE migration (name TEXT PRIMARY KEY, digest TEXT NOT NULL)`,
		`BEGIN IMMEDIATE`, `CREATE TABLE half (b BLOB)`,
		`INSERT INTO half SELECT randomblob(3000) FROM (WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 50) SELECT n FROM c)`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	for _, name := range []string{fileName, fileName + "-journal"} {
		content, err := os.ReadFile(filepath.Join(made, name))
		if err != nil || len(content) == 0 {
			t.Fatalf("%s: %d bytes, %v: the test leaves nothing to take back", name, len(content), err)
		}
		if err := os.WriteFile(filepath.Join(killed, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	readOnly := config(killed)
	readOnly.ReadOnly = true
	if db, err := Open(t.Context(), readOnly); err == nil {
		_ = db.Close()
		t.Error("it was opened to be read, and must not have been")
	}
	if got := numbers(t, open(t, config(killed))); got != "[]" {
		t.Errorf("the new database has %s", got)
	}
}
