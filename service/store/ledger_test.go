package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// signedSize is the size of the newest checkpoint, 0 for none.
func signedSize(t *testing.T, w *storetest.World) int64 {
	t.Helper()
	text, err := w.Checkpoint(t.Context())
	if err != nil {
		return 0
	}
	checkpoint, err := ledger.OpenCheckpoint(text, note.VerifierList(w.Ring.LedgerVerifier()))
	if err != nil {
		t.Fatal(err)
	}
	return checkpoint.Size
}

func TestACheckpointIsSignedWithinASecondOfQuiet(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	outcome := w.Must(t, w.Bound(t).ID, w.TakeBack())
	ticks := time.NewTicker(20 * time.Millisecond)
	defer ticks.Stop()
	for deadline := time.Now().Add(10 * time.Second); signedSize(t, w) <= outcome.Index; <-ticks.C {
		if time.Now().After(deadline) {
			t.Fatal("ten seconds went by and nothing was signed")
		}
	}
}

func TestACheckpointIsSignedEvery256Entries(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	unit := w.Sold(t)
	unsigned := int64(0)
	for range 300 {
		outcome := w.Must(t, unit.ID, lifecycle.Progress{
			Command: w.By(storetest.ServiceActor()), Probe: &lifecycle.Probe{Cloud: storetest.Cloud, At: w.Clock.Now(), Dark: true},
		}.Decide)
		unsigned = max(unsigned, outcome.Index+1-signedSize(t, w))
	}
	if unsigned > 256 {
		t.Errorf("%d entries waited for a signature, want at most 256", unsigned)
	}
}

// TestTheLedgerShowsWhoTamperedWithWhatItShows alters each column beside an
// entry: the hashes stay right, and what the feed shows is wrong.
func TestTheLedgerShowsWhoTamperedWithWhatItShows(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"entry_id": `'ent_other'`, "kind": `'person'`, "subject": `(SELECT max(unit_id) FROM unit)`, "event": `'sell'`,
		"at": `at + 1`, "state": `'retired'`, "epoch": `epoch + 1`,
	}
	w := storetest.NewWorld(t)
	unit, other := w.Bound(t), w.Bound(t)
	if other.ID < unit.ID {
		unit, other = other, unit
	}
	index, err := w.EntryOf(t.Context(), unit.ID, lifecycle.EventBind, unit.Epoch)
	if err != nil {
		t.Fatal(err)
	}
	if wrong, err := w.Ledger(t.Context()).Mislabelled(t.Context(), 0, 1000); err != nil || len(wrong) != 0 {
		t.Fatalf("mislabelled before anything happened: %v, %v", wrong, err)
	}
	db := rawDB(t, w.Dir)
	for name, value := range cases {
		tx, err := db.Begin()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(`CREATE TABLE kept AS SELECT * FROM log_entry WHERE idx = ?`, index); err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(`UPDATE log_entry SET `+name+` = `+value+` WHERE idx = ?`, index); err != nil {
			t.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		wrong, err := w.Ledger(t.Context()).Mislabelled(t.Context(), 0, 1000)
		if diff := cmp.Diff([]int64{index}, wrong); err != nil || diff != "" {
			t.Errorf("%s altered: %v, (-want +found):\n%s", name, err, diff)
		}
		if _, err := db.Exec(`UPDATE log_entry SET ` + name + ` = (SELECT ` + name + ` FROM kept) WHERE idx = (SELECT idx FROM kept)`); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(`DROP TABLE kept`); err != nil {
			t.Fatal(err)
		}
	}
}
