package store_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"quitclaim/service/store"
	"quitclaim/service/store/storetest"
)

// linearRounds is how many histories of one unit each engine is asked for.
func linearRounds() int {
	if os.Getenv("QUITCLAIM_TEST_LONG") == "1" {
		return 300
	}
	return 6
}

func TestOneUnitIsLinearizable(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	for round := range linearRounds() {
		t.Run(fmt.Sprint(round), func(t *testing.T) { storetest.Linear(t, w, []*store.Store{w.Store}) })
	}
}

// Three processes over one PostgreSQL: what one of them has answered the others
// must know.
func TestOneUnitIsLinearizableThroughManyReplicas(t *testing.T) {
	t.Parallel()
	first := storetest.NewServer(t).OpenNew(t)
	w := storetest.Populate(t, first)
	stores := []*store.Store{first.Store}
	for range 2 {
		dir := t.TempDir()
		if err := os.CopyFS(filepath.Join(dir, "keys"), os.DirFS(filepath.Join(first.Dir, "keys"))); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"ledger", "certificate", "sale-check", "seal", "lookup", "account"} {
			if err := os.Chmod(filepath.Join(dir, "keys", key+".key"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(filepath.Join(dir, "keys"), 0o700); err != nil {
			t.Fatal(err)
		}
		config := storetest.Config(t, dir, first.Clock)
		config.Database, config.Readers = first.Database, 4
		opened, err := store.Open(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = opened.Close() })
		stores = append(stores, opened)
	}
	for round := range linearRounds() {
		t.Run(fmt.Sprint(round), func(t *testing.T) { storetest.Linear(t, w, stores) })
	}
}
