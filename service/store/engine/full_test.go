package engine

import (
	"errors"
	"testing"

	"github.com/mattn/go-sqlite3"

	"quitclaim/service/lifecycle"
)

// TestAFullDatabaseInMidBatch bounds the file by a pragma; the store's own test
// fills a real file system where it may mount one.
func TestAFullDatabaseInMidBatch(t *testing.T) {
	t.Parallel()
	db := open(t, config(t.TempDir()))
	limit := func(pragma string) {
		t.Helper()
		err := db.Write(t.Context(), func(tx *Tx) error {
			var pages int64
			_, err := tx.Get(pragma, nil, &pages)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	limit(`PRAGMA max_page_count = 8`)
	large := func(tx *Tx) error {
		for n := int64(100); n < 20_000; n++ {
			if err := add(n)(tx); err != nil {
				return err
			}
		}
		return nil
	}
	answers := batch(t, db, add(1), large, add(2))
	if answers[0] != nil || answers[2] != nil {
		t.Errorf("the neighbours got %v and %v", answers[0], answers[2])
	}
	var failure sqlite3.Error
	if !errors.Is(answers[1], lifecycle.ErrBusy) || !errors.As(answers[1], &failure) || failure.Code != sqlite3.ErrFull {
		t.Errorf("who filled it got %v, want ErrBusy because of SQLITE_FULL", answers[1])
	}
	if got, want := numbers(t, db), "[1 2]"; got != want {
		t.Errorf("rows %.60s, want %s: nothing half done", got, want)
	}
	limit(`PRAGMA max_page_count = 100000`)
	if err := db.Write(t.Context(), large); err != nil {
		t.Errorf("with space again: %v", err)
	}
}
