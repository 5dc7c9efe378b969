package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func (w *World) station(t *testing.T, name string) access.Station {
	t.Helper()
	station := access.Station{
		ID: NewID("stn"), Org: w.Warehouse.ID, Name: name, Idle: 2 * time.Minute, By: "psn_admin", CreatedAt: w.Clock.Now(),
		CodeHash: Hex("code of " + name), CodeUntil: w.Clock.Now().Add(access.StationCodeFor),
	}
	if _, err := w.SaveStation(t.Context(), station); err != nil {
		t.Fatal(err)
	}
	return station
}

func stations(t *testing.T, w *World) {
	ctx, bench := t.Context(), w.station(t, "bench")
	if got, err := w.Station(ctx, bench.ID); err != nil || got.Stands() || got.CodeHash != "" {
		t.Errorf("before its code was entered: %+v, %v", got, err)
	}
	var enrolled atomic.Int64
	var group sync.WaitGroup
	for _, browser := range []string{"one", "two", "three"} {
		group.Go(func() {
			_, err := w.EnrolStation(ctx, bench.CodeHash, Hex(browser))
			if err == nil {
				enrolled.Add(1)
			} else if !errors.Is(err, lifecycle.ErrNotFound) {
				t.Errorf("a code that is used up: %v, want ErrNotFound", err)
			}
		})
	}
	group.Wait()
	if enrolled.Load() != 1 {
		t.Fatalf("%d browsers were enrolled with one code, want 1", enrolled.Load())
	}
	late := w.station(t, "late")
	w.Clock.Add(access.StationCodeFor)
	if _, err := w.EnrolStation(ctx, late.CodeHash, Hex("late")); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a code that is too old: %v, want ErrNotFound", err)
	}
	got, err := w.Station(ctx, bench.ID)
	want := bench
	want.CodeHash, want.CodeUntil, want.EnrolledAt = "", time.Time{}, got.EnrolledAt
	if diff := cmp.Diff(want, got); err != nil || diff != "" || !got.Stands() {
		t.Errorf("enrolled: %v, stands %v (-want +got):\n%s", err, got.Stands(), diff)
	}
	if err := w.EndStation(ctx, bench.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.EndStation(ctx, bench.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("ended twice: %v, want ErrNotFound", err)
	}
	for _, browser := range []string{"one", "two", "three"} {
		if got, err := w.StationByToken(ctx, Hex(browser)); err == nil && got.Stands() {
			t.Errorf("an ended station stands: %+v", got)
		}
	}
	list, next, err := w.Stations(ctx, w.Warehouse.ID, lifecycle.Page{Limit: 10})
	if err != nil || next != "" || len(list) != 2 {
		t.Errorf("stations: %+v, %q, %v; want both", list, next, err)
	}
	if list, _, err := w.Stations(ctx, w.Retailer.ID, lifecycle.Page{}); err != nil || len(list) != 0 {
		t.Errorf("another's stations: %+v, %v; want none", list, err)
	}
}

func badges(t *testing.T, w *World) {
	ctx, ada := t.Context(), w.ada(t)
	if _, err := w.BadgeOf(ctx, ada.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("no badge yet: %v, want ErrNotFound", err)
	}
	first := access.Badge{ID: NewID("bdg"), Person: ada.ID, Hash: Hex("first"), MadeAt: w.Clock.Now()}
	second := access.Badge{ID: NewID("bdg"), Person: ada.ID, Hash: Hex("second"), MadeAt: w.Clock.Now()}
	again := access.WithIdempotency(ctx, access.Idempotency{Principal: "p", Route: "r", Key: "k", BodyDigest: "d"})
	for _, b := range []access.Badge{first, second} {
		if saved, err := w.SaveBadge(again, b); err != nil || saved != first {
			t.Errorf("the same request: %+v, %v; want the first badge", saved, err)
		}
	}
	if _, err := w.SaveBadge(ctx, second); err != nil {
		t.Fatal(err)
	}
	if got, err := w.BadgeByHash(ctx, first.Hash); err != nil || got.EndedAt.IsZero() {
		t.Errorf("the first badge %+v, %v; want it ended by the second", got, err)
	}
	if got, err := w.BadgeOf(ctx, ada.ID); err != nil || got != second {
		t.Errorf("badge %+v, %v; want %+v", got, err, second)
	}
	if err := w.EndBadge(ctx, ada.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.EndBadge(ctx, ada.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("ended twice: %v, want ErrNotFound", err)
	}
}

// wrong tries a wrong PIN, of nobody where person is empty.
func (w *World) wrong(ctx context.Context, t *testing.T, station string, person lifecycle.PersonID) bool {
	t.Helper()
	locked, err := w.WrongPIN(ctx, access.PINAlarm{
		ID: NewID("alm"), Org: w.Warehouse.ID, Station: station, Person: person, At: w.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return locked
}

func pins(t *testing.T, w *World) {
	ctx, ada, bench := t.Context(), w.ada(t), w.station(t, "bench")
	pin := access.PIN{Person: ada.ID, Hash: "$argon2id$pin", ChangedAt: w.Clock.Now()}
	if err := w.SavePIN(ctx, pin); err != nil {
		t.Fatal(err)
	}
	w.wrong(ctx, t, bench.ID, ada.ID)
	if err := w.RightPIN(ctx, ada.ID); err != nil {
		t.Fatal(err)
	}
	if got, err := w.PIN(ctx, ada.ID); err != nil || got != pin {
		t.Errorf("PIN %+v, %v; want %+v: a right one begins anew", got, err, pin)
	}
	for try := 1; try <= access.PINTries+2; try++ {
		if locked := w.wrong(ctx, t, bench.ID, ada.ID); locked != (try == access.PINTries) {
			t.Errorf("wrong PIN %d: locked %v", try, locked)
		}
		if w.wrong(ctx, t, bench.ID, "") {
			t.Error("a badge of nobody locked something")
		}
	}
	if err := w.RightPIN(ctx, ada.ID); err != nil {
		t.Fatal(err)
	}
	if got, err := w.PIN(ctx, ada.ID); err != nil || got.LockedAt.IsZero() {
		t.Errorf("PIN %+v, %v; want it locked, whatever came after", got, err)
	}
	if got, err := w.Station(ctx, bench.ID); err != nil || got.Wrong != 1+2*(access.PINTries+2) {
		t.Errorf("%d wrong ones at the station, %v", got.Wrong, err)
	}
	alarms, _, err := w.PINAlarms(ctx, w.Warehouse.ID, lifecycle.Page{})
	if err != nil || len(alarms) != 1 || alarms[0].Person != ada.ID || alarms[0].Station != bench.ID {
		t.Fatalf("alarms %+v, %v; want one", alarms, err)
	}
	if err := w.SeePINAlarm(ctx, alarms[0].ID, w.Retailer.ID, "psn_o"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("seen by another organisation: %v, want ErrNotFound", err)
	}
	if err := w.SeePINAlarm(ctx, alarms[0].ID, w.Warehouse.ID, "psn_o"); err != nil {
		t.Error(err)
	}
	if err := w.SavePIN(ctx, pin); err != nil {
		t.Fatal(err)
	}
	if got, err := w.PIN(ctx, ada.ID); err != nil || got != pin {
		t.Errorf("set anew: %+v, %v; want it good again", got, err)
	}
}

func badgesTaken(t *testing.T, w *World) {
	ctx, ada := t.Context(), w.ada(t)
	give := func(code string) {
		t.Helper()
		_, err := w.SaveBadge(ctx, access.Badge{ID: NewID("bdg"), Person: ada.ID, Hash: Hex(code), MadeAt: w.Clock.Now()})
		if err := errors.Join(err, w.SavePIN(ctx, access.PIN{Person: ada.ID, Hash: "h", ChangedAt: w.Clock.Now()})); err != nil {
			t.Fatal(err)
		}
	}
	gone := func(what string) {
		t.Helper()
		_, badge := w.BadgeOf(ctx, ada.ID)
		_, pin := w.PIN(ctx, ada.ID)
		if !errors.Is(badge, lifecycle.ErrNotFound) || !errors.Is(pin, lifecycle.ErrNotFound) {
			t.Errorf("%s: badge %v, PIN %v; want neither", what, badge, pin)
		}
	}
	give("one")
	_, err := w.ChangePerson(ctx, ada.ID, func(p access.Person, _ int) (access.Person, error) {
		p.DisabledAt = w.Clock.Now()
		return p, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	gone("disabled")
	give("two")
	if err := w.ForgetPerson(ctx, ada.ID); err != nil {
		t.Fatal(err)
	}
	gone("forgotten")
}
