package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// smallFleet is a filled fleet of 2000 units, 200 of them watched.
func smallFleet(t *testing.T) *largeFleet {
	t.Helper()
	f, err := newFleet(t.Context(), t.TempDir(), 2000, 200)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Fill(t.Context(), io.Discard); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAFilledFleetIsWhatTheStoreWouldHaveWritten(t *testing.T) {
	t.Parallel()
	f := smallFleet(t)
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(f.Dir, "quitclaim.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var bad, indexes int
	if err := db.QueryRow(`SELECT count(*) FROM pragma_foreign_key_check`).Scan(&bad); err != nil || bad > 0 {
		t.Errorf("%d rows point nowhere, %v", bad, err)
	}
	var whole string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&whole); err != nil || whole != "ok" {
		t.Errorf("integrity: %s, %v", whole, err)
	}
	if err := db.QueryRow(`SELECT count(*) FROM sqlite_schema WHERE name = 'unit_by_serial'`).Scan(&indexes); err != nil || indexes != 1 {
		t.Errorf("the dropped indexes are not back: %d, %v", indexes, err)
	}
	s, err := f.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	states := map[lifecycle.State]int{}
	for n := range f.Units {
		key := lifecycle.UnitKey{Brand: "acme", Serial: fmt.Sprintf("SN-%08d", n)}
		snapshot, err := s.SnapshotByKey(t.Context(), key)
		if err != nil {
			t.Fatalf("unit %d: %v", n, err)
		}
		states[snapshot.Unit.State]++
		if owner, ok := snapshot.Owner(); ok != (snapshot.Unit.State == lifecycle.StateBound) || owner.Epoch != snapshot.Unit.Epoch && ok {
			t.Errorf("unit %d is %s and has an owner %v at epoch %d", n, snapshot.Unit.State, ok, owner.Epoch)
		}
		if snapshot.Order != nil && (len(snapshot.Order.Tasks) != 11 || snapshot.Order.AllDone() == (snapshot.Unit.State == lifecycle.StateReturned)) {
			t.Errorf("unit %d is %s with the order %+v", n, snapshot.Unit.State, snapshot.Order)
		}
	}
	for _, state := range lifecycle.States() {
		if states[state] == 0 {
			t.Errorf("no unit is %s: %v", state, states)
		}
	}
	due, _, err := s.WatchedUnits(t.Context(), time.Time{}, time.Now(), lifecycle.Page{Limit: 200})
	if err != nil || len(due) != 200 {
		t.Errorf("%d units are watched and due, %v", len(due), err)
	}
}

func TestTheSweepOfAFilledFleetFindsNothing(t *testing.T) {
	t.Parallel()
	best, err := smallFleet(t).sweepAll(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if best.seen != 200 || best.ours <= 0 || best.whole <= 0 {
		t.Errorf("swept %+v", best)
	}
}

func TestFleetRowsMeasure(t *testing.T) {
	t.Parallel()
	env := small(t)
	env.fleet, env.database = 5000, ""
	got, err := fleetRows(t.Context(), env)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"sold-but-bound, 5000 units, 50 watched, our own", "sold-but-bound, 5000 units, 50 watched, beside", "5000 units, start",
		"5000 units, resident", "5000 units, database"}
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d: %+v", len(got), len(want), got)
	}
	for i, row := range got {
		if !strings.HasPrefix(row.What, want[i]) || row.Ours.Value <= 0 || row.Target == "" {
			t.Errorf("row %d is %+v, want %s with a figure", i, row, want[i])
		}
	}
	if left, err := os.ReadDir(env.dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if _, err := fleetRows(t.Context(), environment{fleet: 50}); err == nil {
		t.Error("a fleet of 50 units was measured")
	}
}
