package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

// GoOn takes up every life where it stopped, an hour at most after that, and
// wants the ledger and the tables to agree before and afterwards.
func (l Lives) GoOn(t *testing.T, w *World) {
	t.Helper()
	w.Consistent(t)
	l.peopleGoOn(t, w)
	l.booksGoOn(t, w)
	on := continuations()
	for name, id := range l.Units {
		step, ok := on[name]
		if !ok {
			t.Errorf("%s: nothing says how this life goes on", name)
			continue
		}
		w.Clock.Add(time.Second)
		if unit := step.on(t, w, w.rows(t, id).Unit); unit.State != step.want {
			t.Errorf("%s: the unit is %s, want %s", name, unit.State, step.want)
		}
	}
	w.Consistent(t)
}

// Consistent wants the ledger to audit clean, and the tables to say of every
// unit what its leaves alone say (trust.md, I28).
func (w *World) Consistent(t *testing.T) {
	t.Helper()
	w.auditClean(t)
	cut := func(s lifecycle.Snapshot) lifecycle.Snapshot {
		s = present(s, w.Clock.Now())
		s.Probes, s.Sightings = nil, nil // what a sweep learns of clouds is on no leaf
		return s
	}
	for unit, replayed := range w.replay(t) {
		if diff := cmp.Diff(cut(replayed), cut(w.snapshot(t, unit))); diff != "" {
			t.Errorf("%s (-replayed +stored):\n%s", unit, diff)
		}
	}
}

// continuation is the next stretch of a life, and where it ends.
type continuation struct {
	want lifecycle.State
	on   func(testing.TB, *World, lifecycle.Unit) lifecycle.Unit
}

func continuations() map[string]continuation {
	sold, bound, returned := lifecycle.StateSold, lifecycle.StateBound, lifecycle.StateReturned
	all := continuationsOfReturned()
	for name, c := range map[string]continuation{
		"stock": {sold, soldBy(func(w *World) lifecycle.Actor { return w.Clerk })},
		"sold":  {bound, boundAgain}, "bound": {returned, toldAgain}, "voided": {sold, soldBy(func(w *World) lifecycle.Actor { return w.Clerk })},
		"pending": {bound, confirmed}, "released": {bound, boundAgain},
		"offered":     {bound, func(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit { return w.accept(t, unit) }},
		"transferred": {returned, takenBack}, "stolen": {bound, ownHoldLifted}, "held": {sold, refused},
		"cancelled": {bound, boundAgain}, "seen-elsewhere": {returned, takenBack},
		"resold": {bound, boundAgain}, "resold-bound": {returned, takenBack},
	} {
		all[name] = c
	}
	return all
}

func continuationsOfReturned() map[string]continuation {
	certified := lifecycle.StateCertified
	return map[string]continuation{
		"returned":  {lifecycle.StateBound, wholeWay},
		"reset":     {certified, func(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit { return w.Certify(t, unit) }},
		"certified": {lifecycle.StateSold, soldBy(func(w *World) lifecycle.Actor { return w.Technician })},
		"reopened": {certified, func(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit {
			return w.Certify(t, w.WorkThrough(t, unit))
		}},
		"contested":     {lifecycle.StateReturned, refused},
		"admitted":      {lifecycle.StateReturned, confirmedByVendor},
		"under-way":     {lifecycle.StateReset, arrived},
		"retired":       {lifecycle.StateRetired, refused},
		"returned-once": {lifecycle.StateReturned, answeredAgain},
	}
}

func soldBy(seller func(*World) lifecycle.Actor) func(testing.TB, *World, lifecycle.Unit) lifecycle.Unit {
	return func(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit {
		sell := lifecycle.Sell{Command: w.By(seller(w)), ID: lifecycle.SaleID(NewID("sal"))}
		return w.Must(t, unit.ID, sell.Decide).Change.Unit
	}
}

func boundAgain(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit {
	return w.Bind(t, unit, w.Neighbour)
}

func takenBack(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit {
	return w.Must(t, unit.ID, w.TakeBack()).Change.Unit
}

// toldAgain: what the unit told an old release is known still, though no row of
// its own says so.
func toldAgain(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit {
	first, at := unit.Verifier, unit.VerifierAt
	for _, verifier := range []string{Hex(NewID("key")), first} {
		w.Clock.Add(time.Second)
		unit = w.Must(t, unit.ID, w.Hears(unit, lifecycle.ResetNone, verifier)).Change.Unit
	}
	if unit.Verifier != first || !unit.VerifierAt.Equal(at) {
		t.Errorf("told again: %s at %v, want %s at %v", unit.Verifier, unit.VerifierAt, first, at)
	}
	return takenBack(t, w, unit)
}

// confirmed: the unit makes the credential that its owner has shown already.
func confirmed(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit {
	return w.Must(t, unit.ID, w.Hears(unit, lifecycle.ResetNone, Hex("early"))).Change.Unit
}

func ownHoldLifted(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit {
	hold := w.rows(t, unit.ID).Holds[0]
	return w.Must(t, unit.ID, lifecycle.LiftHold{Command: w.By(w.Owner), Hold: hold.ID}.Decide).Change.Unit
}

// refused: what stands in the way of a sale still does.
func refused(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit {
	sell := lifecycle.Sell{Command: w.By(w.Clerk), ID: lifecycle.SaleID(NewID("sal"))}
	if _, err := w.Advance(t.Context(), unit.ID, sell.Decide); !errors.Is(err, lifecycle.ErrRefused) {
		t.Errorf("sale of %s, which is %s: %v, want ErrRefused", unit.ID, unit.State, err)
	}
	return w.rows(t, unit.ID).Unit
}

// wholeWay: from the desk to the next owner.
func wholeWay(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit {
	unit = w.Certify(t, w.WorkThrough(t, w.Move(t, unit, w.Clerk, w.Technician)))
	unit = soldBy(func(w *World) lifecycle.Actor { return w.Technician })(t, w, unit)
	return w.Bind(t, unit, w.Neighbour)
}

func confirmedByVendor(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit {
	return w.Must(t, unit.ID, lifecycle.Confirm{Command: w.By(w.VendorAdmin)}.Decide).Change.Unit
}

func arrived(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit {
	shipment := w.rows(t, unit.ID).Shipment.ID
	return w.WorkThrough(t, w.Must(t, unit.ID, lifecycle.Receive{Command: w.By(w.Technician), Shipment: shipment}.Decide).Change.Unit)
}

func answeredAgain(t testing.TB, w *World, unit lifecycle.Unit) lifecycle.Unit {
	outcome, err := w.Advance(w.firstReturn(t.Context()), unit.ID, w.TakeBack())
	if err != nil || !outcome.Replayed {
		t.Errorf("the same return again: replayed %v, %v; want the first answer", outcome.Replayed, err)
	}
	return outcome.Change.Unit
}

func (l Lives) peopleGoOn(t *testing.T, w *World) {
	t.Helper()
	ctx := t.Context()
	invited, err := w.AcceptInvitation(ctx, Hex("link"), "$argon2id$new")
	if err != nil || invited.Name != "invited" || invited.Email != "invited@example.test" {
		t.Errorf("accepted the invitation as %+v, %v; want invited, by name and address", invited, err)
	}
	if found, err := w.PersonByEmail(ctx, "disabled@example.test"); err != nil || found.DisabledAt.IsZero() {
		t.Errorf("who was disabled: %+v, %v", found, err)
	}
	if _, err := w.PersonByEmail(ctx, "forgotten@example.test"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("who was forgotten: %v, want ErrNotFound", err)
	}
	if data, found, err := w.FindSession(ctx, Hex("session")); err != nil || !found || string(data) != "signed in" {
		t.Errorf("session %q, %v, %v", data, found, err)
	}
	for _, token := range []string{"till", "own"} {
		if _, err := w.CredentialByHash(ctx, Hex(token)); err != nil {
			t.Errorf("token %s: %v", token, err)
		}
	}
}

func (l Lives) booksGoOn(t *testing.T, w *World) {
	t.Helper()
	ctx := t.Context()
	flags, _, err := w.Flags(ctx, lifecycle.FlagFilter{Unit: l.Units["returned"]}, lifecycle.Page{})
	if err != nil || len(flags) != 3 {
		t.Errorf("%d flags, %v; want one in each state", len(flags), err)
	}
	for _, flag := range flags {
		if flag.Kind != lifecycle.FlagStuckReset || flag.Evidence["cloud"] != Cloud || string(flag.State) != flag.Cause {
			t.Errorf("flag %+v, want it as it was", flag)
		}
	}
	if mine, err := w.StartRun(ctx, "stuck-reset", l.Now); err != nil || mine {
		t.Errorf("a run that was started already: %v, %v; want not again", mine, err)
	}
	if epoch, err := w.TakeChallenge(ctx, l.Units["sold"], Hex("nonce"), w.Clock.Now()); err != nil || epoch != 2 {
		t.Errorf("nonce of epoch %d, %v; want 2", epoch, err)
	}
	if links, err := w.CloudLinks(ctx, l.Units["bound"]); err != nil || len(links) != 1 {
		t.Errorf("cloud links %+v, %v; want one", links, err)
	}
	if work, err := w.ClaimWork(ctx, w.Clock.Now().Add(2*time.Hour), time.Minute, 200); err != nil || len(work) == 0 {
		t.Errorf("work %+v, %v; want what was open", work, err)
	}
}
