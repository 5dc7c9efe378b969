package builtin_test

import (
	"context"
	"testing"
	"time"

	"quitclaim/service/cloud/builtin"
	"quitclaim/service/cloud/cloudtest"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// TestConformanceOnTheStore: the same checks behind the real door.
func TestConformanceOnTheStore(t *testing.T) {
	t.Parallel()
	cloudtest.Run(t, func(t *testing.T) cloudtest.Fixture {
		const delay = 30 * time.Second
		store, clock := storetest.NewWithClock(t)
		c := builtin.New(builtin.Config{Door: store, Now: clock.Now, Delay: delay, AccountHash: cloudtest.Hash})
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		ctx := context.Background()
		return cloudtest.Fixture{
			Cloud: c, Delay: delay, Now: clock.Now, Pass: clock.Add,
			Unit:  cloudtest.Subject{ID: "unt_a", Key: lifecycle.UnitKey{Brand: "acme", Serial: "A-0001"}},
			Other: cloudtest.Subject{ID: "unt_b", Key: lifecycle.UnitKey{Brand: "acme", Serial: "A-0002"}},
			Bind: func(unit lifecycle.UnitID, account string, kind lifecycle.BindingKind, since time.Time) {
				must(c.LinkSince(ctx, unit, account, kind, since))
			},
			Session: func(unit lifecycle.UnitID, at time.Time) { must(c.Session(ctx, unit, at)) },
			Record:  func(unit lifecycle.UnitID, at time.Time) { must(c.Record(ctx, unit, at)) },
		}
	})
}
