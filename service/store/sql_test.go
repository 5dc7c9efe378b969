package store_test

import (
	"context"
	"database/sql"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/mattn/go-sqlite3" // the driver, for a connection beside the store's

	"quitclaim/service/store/storetest"
)

// statement is one const of SQL in the store's source.
type statement struct {
	file, name, text string
}

// statements reads every const whose name begins with sql, of this package and
// its children. Those that begin with sqlite are one engine's own; they stand
// in one file.
func statements(t *testing.T) []statement {
	t.Helper()
	var list []statement
	for name, file := range sources(t) {
		for _, decl := range file.Decls {
			group, ok := decl.(*ast.GenDecl)
			if !ok || group.Tok != token.CONST {
				continue
			}
			for _, spec := range group.Specs {
				value := spec.(*ast.ValueSpec)
				one := statement{file: name, name: value.Names[0].Name}
				engine, ofOne := engineOf(one.name)
				switch {
				case ofOne && name != "engine/"+engine+".go" && one.name != "postgresAddWaiting" && !strings.HasPrefix(name, "storetest/"):
					t.Errorf("%s %s: what one engine alone takes belongs to engine/%s.go", name, one.name, engine)
				case !ofOne && strings.HasPrefix(one.name, "sql"):
					one.text = literal(t, value.Values[0])
					list = append(list, one)
				}
			}
		}
	}
	return list
}

// engineOf is the engine that alone takes the statement of this name.
func engineOf(name string) (string, bool) {
	for _, engine := range []string{"sqlite", "postgres"} {
		if strings.HasPrefix(name, engine) {
			return engine, true
		}
	}
	return "", false
}

func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := map[string]*ast.File{}
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		files[filepath.ToSlash(name)], err = parser.ParseFile(token.NewFileSet(), name, nil, 0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func literal(t *testing.T, value ast.Expr) string {
	t.Helper()
	lit, ok := value.(*ast.BasicLit)
	if !ok {
		t.Fatalf("a const of SQL is not one literal: %T", value)
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestEveryStatementIsPreparedBySQLite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	storetest.Open(t, dir, storetest.NewClock())
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(dir, "quitclaim.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	list := statements(t)
	for _, s := range list {
		if s.name == "sqlMigrationRelease" {
			continue // SQLite looks whether the column is there; every test of an old release runs it
		}
		prepared, err := db.Prepare(strings.ReplaceAll(s.text, "$", "?"))
		if err != nil {
			t.Errorf("%s %s: %v", s.file, s.name, err)
			continue
		}
		_ = prepared.Close()
	}
	if len(list) < 100 {
		t.Errorf("found %d statements: the test looks in the wrong place", len(list))
	}
}

func TestEveryStatementIsPreparedByPostgreSQL(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	migrations, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(migrations) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, name := range migrations {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(ctx, string(text)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	list := statements(t)
	for _, s := range list {
		if s.name == "sqlMigrationTable" {
			if _, err := conn.Exec(ctx, s.text); err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
		}
	}
	for _, s := range list {
		if _, err := conn.Prepare(ctx, s.name+" of "+s.file, s.text); err != nil {
			t.Errorf("%s %s: %v", s.file, s.name, err)
		}
	}
}

func TestSQLStandsInConstsOnly(t *testing.T) {
	t.Parallel()
	verb := regexp.MustCompile(`(?is)^\s*(select|insert|update|delete|create|drop|alter|begin|commit|rollback|savepoint|release|pragma|with)\s+[a-z_("]`)
	for name, file := range sources(t) {
		known := map[ast.Expr]bool{}
		ast.Inspect(file, func(node ast.Node) bool {
			if group, ok := node.(*ast.GenDecl); ok && group.Tok == token.CONST {
				for _, spec := range group.Specs {
					value := spec.(*ast.ValueSpec)
					if _, ofOne := engineOf(value.Names[0].Name); ofOne || strings.HasPrefix(value.Names[0].Name, "sql") {
						known[value.Values[0]] = true
					}
				}
			}
			lit, ok := node.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING || known[lit] {
				return true
			}
			text := literal(t, lit)
			if verb.MatchString(text) && !strings.Contains(text, "%") && strings.ToUpper(text[:3]) == text[:3] {
				t.Errorf("%s: SQL outside of a const named sql…: %q", name, text)
			}
			return true
		})
	}
}

func TestStatementsKeepToWhatBothEnginesTake(t *testing.T) {
	t.Parallel()
	forbidden := map[string]*regexp.Regexp{
		"LIKE":                         regexp.MustCompile(`(?i)\blike\b`),
		"the engine's clock":           regexp.MustCompile(`(?i)\b(now|current_timestamp|current_time|strftime|datetime|unixepoch)\b`),
		"the engine's randomness":      regexp.MustCompile(`(?i)\b(random|randomblob|gen_random_uuid)\b`),
		"columns that are not named":   regexp.MustCompile(`(?i)select\s+\*`),
		"a placeholder other than $n":  regexp.MustCompile(`\?`),
		"a statement of one engine":    regexp.MustCompile(`(?i)\b(or replace|or ignore|without rowid|autoincrement|skip locked)\b`),
		"an instant that is no bigint": regexp.MustCompile(`(?i)\b(timestamp|datetime)\b`),
	}
	for _, s := range statements(t) {
		for what, pattern := range forbidden {
			if pattern.MatchString(s.text) {
				t.Errorf("%s %s has %s", s.file, s.name, what)
			}
		}
	}
}

func TestOneFileWritesTheStateOfUnits(t *testing.T) {
	t.Parallel()
	writes := regexp.MustCompile(`(?is)\b(insert\s+into|update|delete\s+from)\s+"?unit"?\b`)
	// An import adds the same first row as Register, for many units at once.
	want := map[string]string{
		"sqlAddUnit": "facts/unit.go", "sqlAdvanceUnit": "facts/unit.go",
		"sqlAddUnits": "facts/many.go", "sqlAddImportedUnit": "facts/many.go",
	}
	for _, s := range statements(t) {
		if !writes.MatchString(s.text) {
			continue
		}
		if s.name == "sqlUnitHas" && !strings.Contains(s.text, "state") {
			continue // it says where to look, and nothing of the state
		}
		if want[s.name] != s.file {
			t.Errorf("%s %s writes the table of units; only %v may", s.file, s.name, want)
		}
		delete(want, s.name)
	}
	if len(want) > 0 {
		t.Errorf("%v do not write the table of units", want)
	}
}
