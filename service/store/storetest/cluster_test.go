package storetest_test

import (
	"database/sql"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"quitclaim/service/store/storetest"
)

// TestClusterKeepsWhatItCommitted through a stop and a kill, or the tests that
// rely on it would show nothing.
func TestClusterKeepsWhatItCommitted(t *testing.T) {
	t.Parallel()
	c := storetest.NewCluster(t)
	do := func(statement string) {
		t.Helper()
		db, err := sql.Open("pgx", c.URL())
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	do(`CREATE TABLE kept (n BIGINT PRIMARY KEY)`)
	do(`INSERT INTO kept VALUES (1)`)
	c.Stop()
	c.Start()
	do(`INSERT INTO kept VALUES (2)`)
	c.Kill()
	c.Kill() // again is nothing
	c.Start()
	do(`INSERT INTO kept SELECT 10 / (count(*) - 1) FROM kept`) // fails unless two are there
}
