package storetest

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the drivers, for a connection beside the store's
	_ "github.com/mattn/go-sqlite3"
)

// Tamper runs a statement beside the store, as a fault of a disk or a hand at
// the database would change it, and says how many rows it hit.
func (o Opened) Tamper(t testing.TB, statement string) int64 {
	t.Helper()
	driver, source := "sqlite3", "file:"+filepath.Join(o.Dir, "quitclaim.db")+"?_busy_timeout=5000"
	if o.Database != "" {
		driver, source = "pgx", o.Database
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	result, err := db.ExecContext(t.Context(), statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	rows, err := result.RowsAffected()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
