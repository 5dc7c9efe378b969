package lifecycle_test

import (
	"errors"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func TestAskPresence(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	bench := lifecycle.Actor{Kind: lifecycle.ActorPerson, Person: "psn_t", Org: "org_w"}
	returned := func(change func(*lifecycle.Snapshot)) lifecycle.Snapshot {
		s := lifecycle.Snapshot{
			Unit:   lifecycle.Unit{ID: "unt_1", State: lifecycle.StateReturned, Epoch: 2, Custody: "org_w"},
			Return: &lifecycle.Return{ID: "ret_1", Authority: lifecycle.AuthorityNone, PresenceHash: "old", Epoch: 2},
		}
		if change != nil {
			change(&s)
		}
		return s
	}
	cases := []struct {
		name   string
		change func(*lifecycle.Snapshot)
		hash   string
		reason string
		kind   error
	}{
		{name: "returned", hash: "new"},
		{name: "reset", hash: "new", change: func(s *lifecycle.Snapshot) { s.Unit.State = lifecycle.StateReset }},
		{name: "nothing to sign", reason: "presence.code", kind: lifecycle.ErrRefused},
		{name: "already shown", hash: "new", reason: "presence.not-needed", kind: lifecycle.ErrRefused,
			change: func(s *lifecycle.Snapshot) { s.Return.Authority = lifecycle.AuthorityOwnerRelease }},
		{name: "certified", hash: "new", reason: "vouch.certified", kind: lifecycle.ErrRefused,
			change: func(s *lifecycle.Snapshot) { s.Unit.State = lifecycle.StateCertified }},
		{name: "another's bench", hash: "new", kind: lifecycle.ErrNotFound,
			change: func(s *lifecycle.Snapshot) { s.Unit.Custody = "org_other" }},
		{name: "never returned", hash: "new", kind: lifecycle.ErrNotFound,
			change: func(s *lifecycle.Snapshot) { s.Return = nil }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			before := returned(c.change)
			got, err := lifecycle.AskPresence{
				Command: lifecycle.Command{Actor: bench, At: at}, PresenceHash: c.hash,
			}.Decide(before)
			if c.kind != nil {
				refusal := new(lifecycle.Refusal)
				if !errors.Is(err, c.kind) || errors.As(err, &refusal) && !refusal.Has(c.reason) {
					t.Fatalf("err = %v, want %v with %q", err, c.kind, c.reason)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Return.PresenceHash != "new" || got.Return.Authority != lifecycle.AuthorityNone {
				t.Errorf("return = %+v, want the new hash and no better authority", got.Return)
			}
			if got.Unit.State != before.Unit.State || got.Unit.Epoch != before.Unit.Epoch {
				t.Errorf("unit moved to %s epoch %d", got.Unit.State, got.Unit.Epoch)
			}
		})
	}
}

// A unit is often proven reset before anybody shows it a code.
func TestPresenceIsHeardInReset(t *testing.T) {
	t.Parallel()
	for _, state := range []lifecycle.State{lifecycle.StateReturned, lifecycle.StateReset} {
		s := lifecycle.Snapshot{
			Unit:   lifecycle.Unit{ID: "unt_1", State: state, Epoch: 2, Custody: "org_w"},
			Return: &lifecycle.Return{ID: "ret_1", Authority: lifecycle.AuthorityNone, PresenceHash: "hash"},
		}
		got, err := lifecycle.Heard{
			Command: lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorUnit}},
			Report:  lifecycle.Report{Epoch: 2, Kind: lifecycle.ResetNone, Presence: "hash"},
		}.Decide(s)
		if err != nil {
			t.Fatal(err)
		}
		if got.Return == nil || got.Return.Authority != lifecycle.AuthorityDevicePresent {
			t.Errorf("in %s: return = %+v, want device-present", state, got.Return)
		}
	}
}
