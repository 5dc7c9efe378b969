package store_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"quitclaim/service/store"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/storetest"
)

// TestSchemaOnPostgreSQL is what the schema promises on a server. The parts
// share one, each with a database of its own.
func TestSchemaOnPostgreSQL(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	parts := map[string]func(*testing.T, *storetest.Server){
		"every breach is refused by its constraint":      breachesOnPostgreSQL,
		"the last release's statements are prepared":     oldStatementsOnPostgreSQL,
		"lives of old releases go on":                    livesOnPostgreSQL,
		"the next release's schema will do":              nextOnPostgreSQL,
		"many that start at once migrate once":           migratedOnce,
		"who starts waits for a long migration":          waitsForAMigration,
		"a database that does not fit is left as it was": misfitsOnPostgreSQL,
	}
	for name, part := range parts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			part(t, server)
		})
	}
}

// client is a connection beside the store.
func client(t *testing.T, database string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func execAll(t *testing.T, conn *pgx.Conn, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if _, err := conn.Exec(t.Context(), text); err != nil {
			t.Fatalf("%.200s: %v", text, err)
		}
	}
}

// names reads the first column of every row.
func names(t *testing.T, conn *pgx.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func breachesOnPostgreSQL(t *testing.T, server *storetest.Server) {
	conn := client(t, server.Database(t))
	execAll(t, conn, append(migrationTexts(t), oneOfEach(t))...)
	found := constraintsOfSQLite(t, migrated(t))
	known := map[string]bool{}
	for _, b := range breaches(found) {
		known[b.constraint] = true
		_, err := conn.Exec(t.Context(), b.statement)
		if got := refusedBy(err); got != b.constraint {
			t.Errorf("%s\n got %v, refused by %q", b.statement, err, got)
		}
	}
	for _, name := range names(t, conn, `
SELECT conname FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND contype IN ('c', 'p', 'u', 'f')
UNION SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE i.indisunique AND c.relnamespace = current_schema()::regnamespace`) {
		if !known[name] {
			t.Errorf("PostgreSQL knows the constraint %s, and nothing breaks it", name)
		}
	}
}

func oldStatementsOnPostgreSQL(t *testing.T, server *storetest.Server) {
	conn := client(t, server.OpenNew(t).Database)
	for i, s := range oldStatements(t, lastRelease(t)) {
		if _, err := conn.Prepare(t.Context(), fmt.Sprint("old", i), s.text); err != nil {
			t.Errorf("%s %s: %v", s.file, s.name, err)
		}
	}
}

// loadOld makes a database as an old release would have left it on a server, and
// the data directory with its keys.
func loadOld(t *testing.T, server *storetest.Server, release, dir string) (string, storetest.Lives) {
	t.Helper()
	lives := unpack(t, release, dir)
	if err := os.Remove(filepath.Join(dir, "quitclaim.db")); err != nil {
		t.Fatal(err)
	}
	database := server.Database(t)
	conn := client(t, database)
	execAll(t, conn, `CREATE TABLE migration (name TEXT PRIMARY KEY, digest TEXT NOT NULL)`)
	execAll(t, conn, frozenTexts(t, release)...)
	packed, err := os.Open(filepath.Join(release, "rows.sql.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	plain, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	if _, err := bufio.NewReader(plain).WriteTo(&rows); err != nil {
		t.Fatal(err)
	}
	execAll(t, conn, "BEGIN;\n"+rows.String()+"COMMIT;")
	return database, lives
}

// frozenTexts are the migrations that had run when the release came out.
func frozenTexts(t *testing.T, release string) []string {
	t.Helper()
	list, err := os.ReadFile("testdata/migrations.sha256")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for line := range strings.Lines(string(list)) {
		var of int
		var digest, name string
		if _, err := fmt.Sscan(line, &of, &digest, &name); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join("migrations", name))
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint("release-", of) <= filepath.Base(release) {
			texts = append(texts, string(text))
		}
	}
	return texts
}

func livesOnPostgreSQL(t *testing.T, server *storetest.Server) {
	for _, release := range oldReleases(t) {
		dir := t.TempDir()
		database, lives := loadOld(t, server, release, dir)
		w := lives.Resume(server.OpenIn(t, database, dir, clockOf(lives)))
		lives.GoOn(t, w)
		w.Opened = w.Again(t)
		w.Consistent(t)
	}
}

// nextOnPostgreSQL is TestPostgreSQLOnTheNextReleasesSchema in a few steps: a
// release goes back to the one before, and forward again.
func nextOnPostgreSQL(t *testing.T, server *storetest.Server) {
	w := storetest.Populate(t, server.OpenNew(t))
	unit := w.TakenBack(t)
	execAll(t, client(t, w.Database), nextRelease(t)) // while a store is open
	unit = w.Move(t, unit, w.Clerk, w.Technician)
	w.Opened = w.Again(t)
	w.Certify(t, w.WorkThrough(t, unit))
	w.Consistent(t)
}

func migratedOnce(t *testing.T, server *storetest.Server) {
	first := t.TempDir()
	database, lives := loadOld(t, server, oldReleases(t)[0], first)
	errs := make([]error, 6)
	var wg sync.WaitGroup
	for i := range errs {
		dir := t.TempDir()
		copyDir(t, first, dir)
		config := storetest.Config(t, dir, clockOf(lives))
		config.Database = database
		wg.Go(func() {
			opened, err := store.Open(t.Context(), config)
			if err == nil {
				err = opened.Close()
			}
			errs[i] = err
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Errorf("six that started at once: %v", err)
	}
	if got, want := len(names(t, client(t, database), `SELECT name FROM migration`)), len(migrationTexts(t)); got != want {
		t.Errorf("%d migrations ran, want %d, each once", got, want)
	}
}

// waitsForAMigration: another process migrates for longer than a statement of
// ours may wait for a lock otherwise.
func waitsForAMigration(t *testing.T, server *storetest.Server) {
	const lockTimeout, held = " lock_timeout=300", `SELECT pg_sleep(1.2)`
	hash := fnv.New64a()
	_, _ = hash.Write([]byte("quitclaim migrations")) // engine: lockNumber
	database := server.Database(t)
	other := client(t, database)
	execAll(t, other, `BEGIN`, fmt.Sprintf(`SELECT pg_advisory_xact_lock(%d)`, int64(hash.Sum64())))
	config := storetest.Config(t, t.TempDir(), storetest.NewClock())
	config.Database = database + lockTimeout
	ended := make(chan error, 1)
	go func() {
		opened, err := store.Open(t.Context(), config)
		if err == nil {
			err = opened.Close()
		}
		ended <- err
	}()
	execAll(t, other, held)
	select {
	case err := <-ended:
		t.Errorf("who starts did not wait: %v", err)
	default:
		execAll(t, other, `COMMIT`)
		if err := <-ended; err != nil {
			t.Errorf("who waited for a migration: %v", err)
		}
	}
}

func misfitsOnPostgreSQL(t *testing.T, server *storetest.Server) {
	cases := []struct {
		name, statement string
		want            error
	}{
		{"a newer release", `UPDATE migration SET release = 99 WHERE name = (SELECT max(name) FROM migration)`, engine.ErrNewer},
		{"a migration edited", `UPDATE migration SET digest = 'x' WHERE name = '0003_unit.sql'`, engine.ErrAltered},
		{"a gap", `DELETE FROM migration WHERE name = '0003_unit.sql'`, engine.ErrAltered},
		{"something else's", `DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE song (title TEXT)`, engine.ErrForeign},
		{"another's migrations", `DROP TABLE migration; CREATE TABLE migration (id BIGINT, digest BYTEA)`, engine.ErrForeign},
	}
	const tables = `SELECT table_name || ' ' || column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1`
	for _, c := range cases {
		opened := server.OpenNew(t)
		if err := opened.Close(); err != nil {
			t.Fatal(err)
		}
		conn := client(t, opened.Database)
		execAll(t, conn, c.statement)
		before := names(t, conn, tables)
		for _, readOnly := range []bool{false, true} {
			config := storetest.Config(t, opened.Dir, opened.Clock)
			config.Database, config.ReadOnly = opened.Database, readOnly
			if _, err := store.Open(t.Context(), config); !errors.Is(err, c.want) || !errors.Is(err, engine.ErrSchema) {
				t.Errorf("%s, read-only %v: %v, want %v", c.name, readOnly, err, c.want)
			}
		}
		if after := names(t, conn, tables); strings.Join(after, "\n") != strings.Join(before, "\n") {
			t.Errorf("%s: the tables were %v, and are %v", c.name, before, after)
		}
	}
}
