package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quitclaim/service/store/storetest"
)

// oldStatements are those of an old release.
func oldStatements(t *testing.T, release string) []statement {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(release, "statements.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var list []statement
	for part := range strings.SplitSeq("\n"+string(text), "\n== ") {
		head, body, found := strings.Cut(part, "\n")
		file, name, named := strings.Cut(head, " ")
		if found && named {
			list = append(list, statement{file: file, name: name, text: body})
		}
	}
	if len(list) < 150 {
		t.Fatalf("%s has %d statements: the file is not whole", release, len(list))
	}
	return list
}

// lastRelease is the release before the present one, whose programs run on the
// present schema.
func lastRelease(t *testing.T) string {
	t.Helper()
	names := oldReleases(t)
	return names[len(names)-1]
}

func TestTheLastReleasesStatementsArePreparedBySQLite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	storetest.Open(t, dir, storetest.NewClock())
	prepareAll(t, rawDB(t, dir), oldStatements(t, lastRelease(t)))
}

// prepareAll lets SQLite prepare every statement.
func prepareAll(t *testing.T, db *sql.DB, list []statement) {
	t.Helper()
	for _, s := range list {
		prepared, err := db.Prepare(strings.ReplaceAll(s.text, "$", "?"))
		if err != nil {
			t.Errorf("%s %s: %v", s.file, s.name, err)
			continue
		}
		_ = prepared.Close()
	}
}

// migrationTexts are the present migrations, in order.
func migrationTexts(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	var texts []string
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}
