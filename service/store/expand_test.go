package store_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What has run on other people's disks is never edited.
func TestMigrationsOfAReleaseAreFrozen(t *testing.T) {
	t.Parallel()
	list, err := os.Open("testdata/migrations.sha256")
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	frozen := 0
	for lines := bufio.NewScanner(list); lines.Scan(); frozen++ {
		var release, want, name string
		if _, err := fmt.Sscan(lines.Text(), &release, &want, &name); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		text, err := os.ReadFile(filepath.Join("migrations", name))
		if err != nil {
			t.Error(err)
			continue
		}
		if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s was released with release %s and has been edited since", name, release)
		}
		if got := releaseOf(string(text)); got != release {
			t.Errorf("%s says that it is of release %s, and was released with %s", name, got, release)
		}
	}
	if frozen < 7 {
		t.Errorf("%d migrations are frozen, want those of release 1 at least", frozen)
	}
}

// releaseOf is what the first line says, as the engine reads it.
func releaseOf(text string) string {
	if line := regexp.MustCompile(`\A-- release ([0-9]+)\n`).FindStringSubmatch(text); line != nil {
		return line[1]
	}
	return "1"
}

// A release only adds to the schema of the one before, for that one's programs
// still run on it (decision 16).
func TestMigrationsAfterTheFirstReleaseOnlyAdd(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	deleted := deletedFrom(t)
	made := map[string]string{} // table: release that made it
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		release := releaseOf(string(text))
		for _, statement := range splitSQL(string(text)) {
			table := madeBy(statement)
			if table != "" {
				made[table] = release
			}
			if release == "1" {
				continue
			}
			if why := notExpanding(statement, func(table string) bool { return made[table] == release }, deleted); why != "" {
				t.Errorf("%s of release %s: %s:\n%s", name, release, why, statement)
			}
		}
		if release == "1" && filepath.Base(name) > "0007_ledger.sql" {
			t.Errorf("%s does not say in its first line of which release it is, as in `-- release 2`", name)
		}
	}
	if len(made) < 30 {
		t.Errorf("found %d tables: the test looks in the wrong place", len(made))
	}
}

// splitSQL is the statements of a migration without comments. None of ours has a
// semicolon or two dashes in a string.
func splitSQL(text string) []string {
	text = regexp.MustCompile(`--[^\n]*`).ReplaceAllString(text, "")
	var list []string
	for statement := range strings.SplitSeq(text, ";") {
		if statement = strings.Join(strings.Fields(statement), " "); statement != "" {
			list = append(list, statement)
		}
	}
	return list
}

func madeBy(statement string) string {
	if made := regexp.MustCompile(`(?i)^create table (?:if not exists )?(\w+)`).FindStringSubmatch(statement); made != nil {
		return strings.ToLower(made[1])
	}
	return ""
}

// deletedFrom are the tables that release 1 deletes rows from.
func deletedFrom(t *testing.T) map[string]bool {
	t.Helper()
	tables := map[string]bool{}
	for _, s := range oldStatements(t, "testdata/release-1") {
		for _, found := range regexp.MustCompile(`(?i)\bdelete\s+from\s+(\w+)`).FindAllStringSubmatch(s.text, -1) {
			tables[strings.ToLower(found[1])] = true
		}
	}
	if len(tables) < 3 {
		t.Errorf("release 1 deletes from %v: the test looks in the wrong place", slices.Collect(maps.Keys(tables)))
	}
	return tables
}

// notExpanding says what of a statement a program of the release before could
// stumble over; or nothing.
func notExpanding(statement string, isNew func(table string) bool, deleted map[string]bool) string {
	lower := strings.ToLower(statement)
	for _, points := range regexp.MustCompile(`\breferences (\w+)`).FindAllStringSubmatch(lower, -1) {
		if deleted[points[1]] {
			return "it points at " + points[1] + ", from which older programs delete"
		}
	}
	switch {
	case strings.HasPrefix(lower, "create table "):
		return ""
	case strings.HasPrefix(lower, "create unique index "):
		if on := regexp.MustCompile(`\bon (\w+)`).FindStringSubmatch(lower); on == nil || !isNew(on[1]) {
			return "a unique index on a table that is there already refuses what older programs write"
		}
		return ""
	case strings.HasPrefix(lower, "create index "):
		return ""
	case strings.HasPrefix(lower, "insert into "):
		if into := regexp.MustCompile(`^insert into (\w+)`).FindStringSubmatch(lower); into == nil || !isNew(into[1]) {
			return "it writes to a table that older programs know"
		}
		return ""
	}
	column := regexp.MustCompile(`^alter table (\w+) add (?:column )?(\w+) (.*)$`).FindStringSubmatch(lower)
	switch {
	case column == nil:
		return "it does not add"
	case regexp.MustCompile(`\b(check|unique|primary key|references|constraint|generated)\b`).MatchString(column[3]):
		return "a constraint on a table that is there already refuses what older programs write"
	case strings.Contains(column[3], "not null") && !strings.Contains(column[3], "default "):
		return "older programs give the column no value, and it has no default"
	case regexp.MustCompile(`\bdefault (\(|current|null\b.*not null|not null.*\bnull)`).MatchString(column[3]):
		return "the default is no constant"
	}
	return ""
}

func TestWhatDoesNotExpandIsFound(t *testing.T) {
	t.Parallel()
	cases := []struct{ statement, want string }{
		{"CREATE TABLE fresh (n BIGINT PRIMARY KEY, CONSTRAINT c CHECK (n > 0))", ""},
		{"CREATE TABLE fresh (unit_id TEXT NOT NULL REFERENCES unit (unit_id))", ""},
		{"CREATE TABLE fresh (token TEXT REFERENCES session (token_hash))", "from which older programs delete"},
		{"CREATE INDEX unit_by_x ON unit (serial)", ""},
		{"CREATE UNIQUE INDEX one ON unit (serial)", "a unique index"},
		{"CREATE UNIQUE INDEX one ON new_table (n)", ""},
		{"ALTER TABLE unit ADD COLUMN more TEXT", ""},
		{"ALTER TABLE unit ADD COLUMN more BIGINT NOT NULL DEFAULT 0", ""},
		{"ALTER TABLE unit ADD COLUMN more BIGINT NOT NULL", "it has no default"},
		{"ALTER TABLE unit ADD COLUMN more BIGINT CHECK (more > 0)", "a constraint"},
		{"ALTER TABLE unit ADD COLUMN more TEXT REFERENCES model (model_id)", "a constraint"},
		{"ALTER TABLE unit ADD CONSTRAINT c CHECK (epoch > 1)", "it does not add|a constraint"},
		{"ALTER TABLE unit ADD COLUMN more BIGINT NOT NULL DEFAULT (random())", "no constant"},
		{"ALTER TABLE unit DROP COLUMN serial", "it does not add"},
		{"ALTER TABLE unit RENAME COLUMN serial TO number", "it does not add"},
		{"ALTER TABLE unit RENAME TO units", "it does not add"},
		{"ALTER TABLE unit ALTER COLUMN gtin SET NOT NULL", "it does not add"},
		{"DROP TABLE unit", "it does not add"},
		{"DROP INDEX unit_by_serial", "it does not add"},
		{"UPDATE unit SET epoch = 1", "it does not add"},
		{"DELETE FROM unit", "it does not add"},
		{"INSERT INTO unit (unit_id) VALUES ('x')", "that older programs know"},
		{"INSERT INTO new_table (n) VALUES (1)", ""},
		{"CREATE TRIGGER t AFTER UPDATE ON unit BEGIN SELECT 1", "it does not add"},
	}
	isNew := func(table string) bool { return table == "new_table" }
	for _, c := range cases {
		got := notExpanding(c.statement, isNew, map[string]bool{"session": true})
		if (got == "") != (c.want == "") || !regexp.MustCompile(c.want).MatchString(got) {
			t.Errorf("%s: %q, want %q", c.statement, got, c.want)
		}
	}
}
