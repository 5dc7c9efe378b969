package storetest

import (
	"context"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// books leaves what clouds, sweeps and devices left about the units: flags in
// each state, probes, runs, nonces, leases, answers.
func (w *World) books(t testing.TB, units map[string]lifecycle.UnitID) {
	t.Helper()
	ctx, now := t.Context(), w.Clock.Now()
	for i, state := range []lifecycle.FlagState{lifecycle.FlagOpen, lifecycle.FlagAcknowledged, lifecycle.FlagResolved} {
		flag, err := w.RaiseFlag(ctx, lifecycle.Flag{
			Unit: units["returned"], Kind: lifecycle.FlagStuckReset, Cause: string(state), Severity: lifecycle.SeverityHigh,
			Org: w.Retailer.ID, Evidence: map[string]string{"cloud": Cloud}, FirstAt: now, LastAt: now,
		})
		must(t, err)
		if i > 0 {
			_, err = w.WorkFlag(ctx, flag.ID, w.Officer.Person, state)
			must(t, err)
		}
	}
	seen := lifecycle.Sighting{Cloud: Cloud, AccountHash: Hex("a"), Kind: lifecycle.BindingOwner, SeenAt: now}
	must(t, w.RecordProbe(ctx, units["resold"], lifecycle.Probe{Cloud: Cloud, At: now, Dark: true}, []lifecycle.Sighting{seen}))
	must(t, w.RecordLooks(ctx, now.Add(time.Second), []lifecycle.Look{{Unit: units["resold"], Next: now.Add(time.Hour), Answer: "answered"}}))
	_, err := w.StartRun(ctx, "ledger-audit", now)
	must(t, err)
	must(t, w.FinishRun(ctx, lifecycle.SweepRun{Job: "ledger-audit", Slot: now, Started: now, Ended: now.Add(time.Second), Seen: 7, Position: "7"}))
	_, err = w.StartRun(ctx, "stuck-reset", now) // and never ended
	must(t, err)
	must(t, w.SaveChallenge(ctx, units["sold"], Hex("nonce"), 2, now.Add(time.Hour)))
	must(t, w.LinkCloudAccount(ctx, lifecycle.CloudLink{Unit: units["bound"], Account: "acc_1", Kind: lifecycle.BindingOwner, Since: now}))
	must(t, w.ChangeCloudUnit(ctx, units["bound"], func(u *lifecycle.CloudUnit) { u.SessionAt = now }))
	_, err = w.ClaimWork(ctx, now, time.Hour, 3)
	must(t, err)
	_, err = w.Advance(w.firstReturn(ctx), units["returned-once"], w.TakeBack())
	must(t, err)
	_, err = w.SignCheckpoint(ctx)
	must(t, err)
}

// firstReturn is the attempt whose answer is on record.
func (w *World) firstReturn(ctx context.Context) context.Context {
	return access.WithIdempotency(ctx, access.Idempotency{
		Principal: "person:" + string(w.Clerk.Person), Route: "POST /v1/returns", Key: "key-1", BodyDigest: Hex("body"),
	})
}

// people leaves somebody in each of a person's situations, and their tokens.
func (w *World) people(t testing.TB) {
	t.Helper()
	ctx, now := t.Context(), w.Clock.Now()
	add := func(name string) access.Person {
		person, err := w.SavePerson(ctx, access.Person{
			ID: lifecycle.PersonID(NewID("psn")), Org: w.Retailer.ID, Roles: []lifecycle.Role{lifecycle.RoleClerk, lifecycle.RoleAdmin},
			Name: name, Email: name + "@example.test", PasswordHash: "$argon2id$", CreatedAt: now,
		})
		must(t, err)
		return person
	}
	disabled, forgotten, invited := add("disabled"), add("forgotten"), add("invited")
	_, err := w.ChangePerson(ctx, disabled.ID, func(p access.Person, _ int) (access.Person, error) {
		p.DisabledAt = now
		return p, nil
	})
	must(t, err)
	must(t, w.ForgetPerson(ctx, forgotten.ID))
	must(t, w.SaveSetupLink(ctx, access.SetupLink{Hash: Hex("link"), Person: invited.ID, ExpiresAt: now.Add(time.Hour)}))
	must(t, w.CommitSession(ctx, access.Session{TokenHash: Hex("session"), Data: []byte("signed in"), ExpiresAt: now.Add(time.Hour)}))
	for _, token := range []access.Credential{
		{ID: NewID("tok"), Hash: Hex("till"), Kind: access.KindMachine, Org: w.Retailer.ID, Scopes: []string{"sales"}, Name: "till 1", CreatedAt: now},
		{ID: NewID("tok"), Hash: Hex("own"), Kind: access.KindPerson, Person: invited.ID, CreatedAt: now},
	} {
		_, err := w.SaveCredential(ctx, token)
		must(t, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
