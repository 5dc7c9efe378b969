package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

func credentialScenarios() []scenario {
	return []scenario{
		{"credentials/every one is remembered, by when it was told first", credentialsKept},
		{"credentials/one of an earlier owner's time makes nobody an owner", credentialOfBefore},
	}
}

func credentialsKept(t *testing.T, w *World) {
	unit := w.Bound(t)
	first, second := unit.Verifier, Hex(NewID("key"))
	told := []lifecycle.Credential{{Hash: first, Epoch: unit.Epoch, At: unit.VerifierAt}}
	for _, verifier := range []string{second, first, second, first} {
		w.Clock.Add(time.Minute)
		if len(told) == 1 {
			told = append(told, lifecycle.Credential{Hash: second, Epoch: unit.Epoch, At: w.Clock.Now()})
		}
		w.Must(t, unit.ID, w.Hears(unit, lifecycle.ResetNone, verifier))
	}
	s := w.snapshot(t, unit.ID)
	if diff := cmp.Diff(told, s.Credentials); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
	if s.Unit.Verifier != first || !s.Unit.VerifierAt.Equal(unit.VerifierAt) {
		t.Errorf("the unit's: %s at %v, want %s at %v", s.Unit.Verifier, s.Unit.VerifierAt, first, unit.VerifierAt)
	}
	rows, err := w.Rows(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(byHash(told), byHash(rows.Credentials)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	flags, _, err := w.Flags(t.Context(), lifecycle.FlagFilter{Unit: unit.ID}, lifecycle.Page{Limit: 10})
	if err != nil || len(flags) != 1 || flags[0].Kind != lifecycle.FlagCredentialReused {
		t.Errorf("flags %+v, %v; want one: it went back to one of before", flags, err)
	}
	w.Consistent(t)
}

func credentialOfBefore(t *testing.T, w *World) {
	unit := w.Bound(t)
	first := unit.Verifier
	w.Clock.Add(time.Minute)
	w.Must(t, unit.ID, w.Hears(unit, lifecycle.ResetNone, Hex(NewID("key"))))
	unit = w.Must(t, unit.ID, lifecycle.Release{Command: w.By(w.Owner), Order: lifecycle.OrderID(NewID("ord"))}.Decide).Change.Unit
	w.Must(t, unit.ID, lifecycle.Bind{
		Command: w.By(w.Neighbour), ID: lifecycle.BindingID(NewID("bnd")), AccountHash: Hex("a"), ProofHash: first,
	}.Decide)
	w.Clock.Add(time.Minute)
	after := w.Must(t, unit.ID, w.Hears(unit, lifecycle.ResetNone, first)).Change
	if after.Event != lifecycle.EventContactSeen || after.Unit.State != lifecycle.StateSold || after.Unit.Verifier != "" {
		t.Errorf("told again: %s, %s, verifier %q; want a contact and no more", after.Event, after.Unit.State, after.Unit.Verifier)
	}
	w.Consistent(t)
}

func byHash(list []lifecycle.Credential) []lifecycle.Credential {
	return keep(list, func(lifecycle.Credential) bool { return true }, func(c lifecycle.Credential) string { return c.Hash })
}
