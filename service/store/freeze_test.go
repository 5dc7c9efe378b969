package store_test

import (
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quitclaim/service/store/storetest"
)

// TestFreezeARelease makes the data directory that later releases are tested
// with, its rows as text for the other engine, and the release's statements.
// It runs when it is told where; testdata/release-1/README.md says how.
func TestFreezeARelease(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("QUITCLAIM_FREEZE")
	if dir == "" {
		t.Skip("QUITCLAIM_FREEZE names no directory to make")
	}
	data := filepath.Join(dir, "data")
	w := storetest.Populate(t, storetest.OpenIn(t, data, storetest.NewClock()))
	lives, err := json.MarshalIndent(w.Live(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil { // folds the log into the file
		t.Fatal(err)
	}
	var texts strings.Builder
	list := statements(t)
	slices.SortFunc(list, func(a, b statement) int { return strings.Compare(a.file+" "+a.name, b.file+" "+b.name) })
	for _, s := range list {
		fmt.Fprintf(&texts, "== %s %s\n%s\n", s.file, s.name, strings.TrimSpace(s.text))
	}
	for name, text := range map[string]string{
		"data/lives.json": string(lives) + "\n", "rows.sql": rowsAsText(t, data), "statements.txt": texts.String(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// rowsAsText is every row of the database as an INSERT that both engines take,
// tables in the order in which they were made: who is pointed at comes first.
func rowsAsText(t *testing.T, dir string) string {
	t.Helper()
	db := rawDB(t, dir)
	text := strings.Builder{}
	text.WriteString("DELETE FROM log_head;\n") // the migrations make one
	for _, table := range column(t, db, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY rowid`) {
		names := column(t, db, `SELECT name FROM pragma_table_info(?)`, table)
		types := column(t, db, `SELECT type FROM pragma_table_info(?)`, table)
		rows, err := db.Query(fmt.Sprintf(`SELECT %s FROM %s ORDER BY rowid`, strings.Join(names, ", "), table))
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			text.WriteString(fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s);\n", table, strings.Join(names, ", "), rowAsText(t, rows, types)))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return text.String()
}

func rowAsText(t *testing.T, rows *sql.Rows, types []string) string {
	t.Helper()
	values := make([]any, len(types))
	into := make([]any, len(types))
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		t.Fatal(err)
	}
	texts := make([]string, len(types))
	for i, value := range values {
		switch value := value.(type) {
		case nil:
			texts[i] = "NULL"
		case []byte:
			texts[i] = `'\x` + hex.EncodeToString(value) + `'`
		case string:
			texts[i] = "'" + strings.ReplaceAll(value, "'", "''") + "'"
		default:
			texts[i] = fmt.Sprint(value)
		}
		if _, isBytes := value.([]byte); isBytes != (types[i] == "BYTEA" && value != nil) {
			t.Errorf("a value of type %T in a column of %s", value, types[i])
		}
	}
	return strings.Join(texts, ", ")
}
