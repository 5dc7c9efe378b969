package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"quitclaim/service/store/storetest"
)

// TestPlacesOnAServer makes, copies and drops databases beside the one that is
// named, which is left alone.
func TestPlacesOnAServer(t *testing.T) {
	t.Parallel()
	env := environment{dir: filepath.Join(t.TempDir(), "Load-42"), database: postgres(t)}
	ctx := t.Context()
	first, err := newPlace(ctx, env, "one")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(first.dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(first.dir, "keys", "k"), []byte("k"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := tell(ctx, first.database, "CREATE TABLE proof (n int)"); err != nil {
		t.Fatal(err)
	}
	second, err := first.copy(ctx, env, "two")
	if err != nil {
		t.Fatal(err)
	}
	if err := tell(ctx, second.database, "INSERT INTO proof VALUES (1)"); err != nil {
		t.Errorf("the copy lacks what the first has: %v", err)
	}
	if info, err := os.Stat(filepath.Join(second.dir, "keys", "k")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("copied key: %v, %v", info, err)
	}
	for _, p := range []place{first, second} {
		if err := p.drop(ctx, env); err != nil {
			t.Error(err)
		}
		if err := tell(ctx, p.database, "SELECT 1"); err == nil {
			t.Errorf("%s is still there", p.database)
		}
	}
	if err := tell(ctx, env.database, "SELECT 1"); err != nil {
		t.Errorf("the named database: %v", err)
	}
}

// postgres is the address of a server of the test's own, as operators write it.
func postgres(t testing.TB) string {
	t.Helper()
	config, err := pgx.ParseConfig(storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	return "postgres://" + config.User + "@/" + config.Database + "?host=" + config.Host
}
