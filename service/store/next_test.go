package store_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quitclaim/service/store/storetest"
)

// nextRelease is a migration as the next release might bring it: columns in
// most tables, a table and an index. It says so in the table of migrations.
func nextRelease(t *testing.T) string {
	t.Helper()
	release := 1
	for _, text := range migrationTexts(t) {
		var of int
		if _, err := fmt.Sscan(releaseOf(text), &of); err != nil {
			t.Fatal(err)
		}
		release = max(release, of)
	}
	var text strings.Builder
	for _, table := range []string{
		"organisation", "person", "credential", "session", "model", "accreditation", "lookup", "unit", "binding", "sighting",
		"unit_return", "reset_order", "task", "attestation", "report", "challenge", "certificate", "sale", "receipt", "offer",
		"hold", "shipment", "work", "watch", "flag", "sweep_run", "log_entry", "checkpoint", "attempt", "answer",
	} {
		fmt.Fprintf(&text, "ALTER TABLE %s ADD COLUMN next_note TEXT;\n", table)
		fmt.Fprintf(&text, "ALTER TABLE %s ADD COLUMN next_count BIGINT NOT NULL DEFAULT 7;\n", table)
	}
	text.WriteString(`
CREATE TABLE next_table (unit_id TEXT NOT NULL REFERENCES unit (unit_id), epoch BIGINT NOT NULL, CONSTRAINT next_key PRIMARY KEY (unit_id, epoch));
CREATE INDEX unit_by_next_note ON unit (next_note, unit_id);
CREATE INDEX flag_by_next_count ON flag (next_count) WHERE next_note IS NOT NULL;
`)
	for _, statement := range splitSQL(text.String()) {
		if why := notExpanding(statement, func(table string) bool { return table == "next_table" }, nil); why != "" {
			t.Fatalf("the next release does what none may do: %s: %s", statement, why)
		}
	}
	fmt.Fprintf(&text, "INSERT INTO migration (name, digest, release) VALUES ('9999_next.sql', 'of the next release', %d);\n", release+1)
	return text.String()
}

// The release before runs on the next one's schema, so that going back takes
// minutes (decision 16): everything that the store does, it does there too.
func TestSQLiteOnTheNextReleasesSchema(t *testing.T) {
	t.Parallel()
	template := t.TempDir()
	made := storetest.OpenIn(t, template, storetest.NewClock())
	if err := made.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := rawDB(t, template).Exec(nextRelease(t)); err != nil {
		t.Fatal(err)
	}
	storetest.Run(t, func(t testing.TB) storetest.Opened {
		t.Helper()
		dir := t.TempDir()
		copyDir(t, template, dir)
		return storetest.OpenIn(t, dir, storetest.NewClock())
	})
}

// copyDir copies a data directory in which nobody is at work.
func copyDir(t testing.TB, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		}
		return copyFile(path, filepath.Join(to, name))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(target, source); err != nil {
		_ = target.Close()
		return err
	}
	return target.Close()
}
func TestPostgreSQLOnTheNextReleasesSchema(t *testing.T) {
	t.Parallel()
	if os.Getenv("QUITCLAIM_TEST_LONG") != "1" {
		t.Skip("the whole suite once more: set QUITCLAIM_TEST_LONG=1")
	}
	server := storetest.NewServer(t)
	server.Next = nextRelease(t)
	storetest.Run(t, server.OpenNew)
}
