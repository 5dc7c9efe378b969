package engine

import (
	"database/sql"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mattn/go-sqlite3"
)

// migrationFile is a migration with this text.
func migrationFile(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// releases are the migrations of three releases, each with a table more.
func releases(newest int) fstest.MapFS {
	files := schema()
	if newest >= 2 {
		files["0002_two.sql"] = migrationFile("-- release 2\nCREATE TABLE two (n BIGINT);")
		files["0003_two.sql"] = migrationFile("-- release 2\nALTER TABLE number ADD COLUMN more TEXT;")
	}
	if newest >= 3 {
		files["0004_three.sql"] = migrationFile("-- release 3\nCREATE TABLE three (n BIGINT);")
	}
	return files
}

func configOf(dir string, files fstest.MapFS) Config {
	c := config(dir)
	c.Migrations = files
	return c
}

// raw is a connection to the file in dir, beside the engine.
func raw(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db := sql.OpenDB(connector{driver: &sqlite3.SQLiteDriver{}, dsn: "file:" + filepath.Join(dir, fileName)})
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// dump is the whole content of the file, as far as it differs between tests.
func dump(t *testing.T, dir string) string {
	t.Helper()
	db := sql.OpenDB(newConnector(dir, toLook))
	defer db.Close()
	var all strings.Builder
	for _, query := range []string{
		`SELECT name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY name`, `SELECT name || ' ' || digest FROM migration ORDER BY name`,
	} {
		rows, err := db.Query(query)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			all.WriteString(line + "\n")
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return all.String()
}

func TestADatabaseThatDoesNotFitIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name      string
		ran, have fstest.MapFS
		kind      error
		want      string
	}{
		{"a migration edited", releases(1), fstest.MapFS{"0001_number.sql": migrationFile("CREATE TABLE number (n BIGINT);")},
			ErrAltered, "0001_number.sql was edited after it ran"},
		{"one squeezed in before", releases(1), with(releases(1), "0000_before.sql"), ErrAltered, "where this release has 0000_before.sql"},
		{"a gap", without(releases(3), "0002_two.sql"), releases(3), ErrAltered, "ran migration 0003_two.sql where this release has 0002_two.sql"},
		{"one more of this release", releases(2), without(releases(2), "0003_two.sql"), ErrAltered, "0003_two.sql of release 2, which this release has not"},
		{"two releases ahead", releases(3), releases(1), ErrNewer, "it is of release 3, this program of 1; at most 2 will do"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := open(t, configOf(dir, c.ran)).Close(); err != nil {
				t.Fatal(err)
			}
			before := dump(t, dir)
			for _, readOnly := range []bool{false, true} {
				changed := configOf(dir, c.have)
				changed.ReadOnly = readOnly
				_, err := Open(t.Context(), changed)
				if !errors.Is(err, c.kind) || !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("open, read-only %v: %v, want %v with %q", readOnly, err, c.kind, c.want)
				}
			}
			if after := dump(t, dir); after != before {
				t.Errorf("the database was\n%s\nand is\n%s", before, after)
			}
			open(t, configOf(dir, c.ran)) // the lock is free
		})
	}
}

func with(files fstest.MapFS, name string) fstest.MapFS {
	files[name] = migrationFile("CREATE TABLE before (n BIGINT);")
	return files
}

func without(files fstest.MapFS, name string) fstest.MapFS {
	files = maps.Clone(files)
	delete(files, name)
	return files
}

// A program of release R runs on the schema of R+1, so that going back to it
// takes no restored backup.
func TestTheNextReleasesSchemaWillDo(t *testing.T) {
	t.Parallel()
	for older := 1; older < 3; older++ {
		dir := t.TempDir()
		if err := open(t, configOf(dir, releases(older+1))).Close(); err != nil {
			t.Fatal(err)
		}
		before := dump(t, dir)
		db := open(t, configOf(dir, releases(older)))
		if err := db.Write(t.Context(), add(7)); err != nil {
			t.Error(err)
		}
		beside := configOf(dir, releases(older))
		beside.ReadOnly = true
		if got := numbers(t, open(t, beside)); got != "[7]" {
			t.Errorf("release %d beside itself read %s, want [7]", older, got)
		}
		if after := dump(t, dir); after != before {
			t.Errorf("release %d found\n%s\nand left\n%s", older, before, after)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if got := numbers(t, open(t, configOf(dir, releases(older+1)))); got != "[7]" {
			t.Errorf("release %d once more read %s, want [7]", older+1, got)
		}
	}
}

func TestOlderReleasesAreMigratedForward(t *testing.T) {
	t.Parallel()
	for older := 1; older < 3; older++ {
		dir := t.TempDir()
		db := open(t, configOf(dir, releases(older)))
		if err := errors.Join(db.Write(t.Context(), add(7)), db.Close()); err != nil {
			t.Fatal(err)
		}
		looks := configOf(dir, releases(3))
		looks.ReadOnly = true
		if _, err := Open(t.Context(), looks); !errors.Is(err, ErrOlder) || !errors.Is(err, ErrSchema) {
			t.Errorf("release 3 reads a database of release %d: %v, want ErrOlder", older, err)
		}
		if got := numbers(t, open(t, configOf(dir, releases(3)))); got != "[7]" {
			t.Errorf("from release %d: %s, want [7]", older, got)
		}
	}
}

// Release 1 kept name and digest alone, in a table that was made before the
// first migration ran.
func TestADatabaseThatDoesNotKnowItsReleaseIsOfTheFirst(t *testing.T) {
	t.Parallel()
	first := releases(1)
	list, err := readMigrations(first)
	if err != nil {
		t.Fatal(err)
	}
	for name, statements := range map[string][]string{
		"all of it ran": {
			`CREATE TABLE migration (name TEXT PRIMARY KEY, digest TEXT NOT NULL)`, list[0].text,
			`INSERT INTO migration VALUES ('` + list[0].name + `', '` + list[0].digest + `')`,
		},
		"nothing ran": {`CREATE TABLE migration (name TEXT PRIMARY KEY, digest TEXT NOT NULL)`},
	} {
		dir := t.TempDir()
		beside := raw(t, dir)
		for _, statement := range statements {
			if _, err := beside.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
		for newest := 1; newest <= 3; newest++ {
			if err := open(t, configOf(dir, releases(newest))).Close(); err != nil {
				t.Fatalf("%s, release %d: %v", name, newest, err)
			}
		}
		var ran []string
		rows, err := beside.Query(`SELECT name || ' ' || release FROM migration ORDER BY name`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			ran = append(ran, line)
		}
		want := []string{"0001_number.sql 1", "0002_two.sql 2", "0003_two.sql 2", "0004_three.sql 3"}
		if !slices.Equal(ran, want) {
			t.Errorf("%s: then migrations %v, want %v", name, ran, want)
		}
	}
}

func TestWhatIsNoDatabaseOfOursIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, want string
		make       func(t *testing.T, dir string)
	}{
		{"no database", "file is not a database", func(t *testing.T, dir string) {
			write(t, dir, strings.Repeat("Dear customer, thank you for your order.\n", 500))
		}},
		{"a few bytes", "file is not a database", func(t *testing.T, dir string) { write(t, dir, "hello\n") }},
		{"a database of something else", "it has a table song and no migrations", func(t *testing.T, dir string) {
			execute(t, dir, `CREATE TABLE song (title TEXT)`)
		}},
		{"another's migrations", "ran migration 20240101 where this release has 0001_number.sql", func(t *testing.T, dir string) {
			execute(t, dir, `CREATE TABLE migration (name TEXT, digest TEXT)`, `INSERT INTO migration VALUES ('20240101', 'x')`)
		}},
		{"another's table of migrations", "its table migration is not ours", func(t *testing.T, dir string) {
			execute(t, dir, `CREATE TABLE migration (digest BLOB, id INTEGER)`)
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			c.make(t, dir)
			before := read(t, dir)
			for _, readOnly := range []bool{false, true} {
				foreign := config(dir)
				foreign.ReadOnly = readOnly
				_, err := Open(t.Context(), foreign)
				if !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("open, read-only %v: %v, want ErrSchema with %q", readOnly, err, c.want)
				}
			}
			if after := read(t, dir); after != before {
				t.Error("the file was changed")
			}
		})
	}
}

// An empty file is what a first start leaves that was cut short; but nobody
// reads from one.
func TestAnEmptyFileIsAFirstStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "")
	looks := config(dir)
	looks.ReadOnly = true
	if _, err := Open(t.Context(), looks); !errors.Is(err, ErrOlder) {
		t.Errorf("read-only: %v, want ErrOlder", err)
	}
	if got := read(t, dir); got != "" {
		t.Errorf("reading wrote %d bytes", len(got))
	}
	if got := numbers(t, open(t, config(dir))); got != "[]" {
		t.Errorf("rows %s, want none", got)
	}
}

func TestAMigrationThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files := schema()
	files["0002_broken.sql"] = migrationFile("CREATE TABLE half (n BIGINT);\nCREATE TABLE number (n BIGINT);")
	if _, err := Open(t.Context(), configOf(dir, files)); err == nil || !strings.Contains(err.Error(), "0002_broken.sql") {
		t.Fatalf("open: %v, want the name of the migration", err)
	}
	files["0002_broken.sql"] = migrationFile("CREATE TABLE half (n BIGINT)")
	open(t, configOf(dir, files))
}

func TestReleasesOfMigrationsDoNotGoBack(t *testing.T) {
	t.Parallel()
	files := releases(3)
	files["0005_late.sql"] = migrationFile("-- release 2\nCREATE TABLE late (n BIGINT);")
	if _, err := Open(t.Context(), configOf(t.TempDir(), files)); err == nil || !strings.Contains(err.Error(), "0005_late.sql is of release 2") {
		t.Errorf("open: %v, want the name of the migration", err)
	}
}

func execute(t *testing.T, dir string, statements ...string) {
	t.Helper()
	db := raw(t, dir)
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, fileName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
