package support_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/cloud"
	"quitclaim/service/cloud/builtin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/support"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// kit is the room over the real store, the real cloud and the real web server.
type kit struct {
	*storetest.World
	room   *support.Support
	site   *webtest.Site
	record *record
	cloud  *builtin.Cloud
	ticks  chan time.Time // what an open view waits for
	agent  lifecycle.Actor
}

// record is the store, which can be told to fail.
type record struct {
	*storetest.World
	failing atomic.Bool // OpenAccess: the ledger does not take the entry
	reading atomic.Bool // AccessView
	views   atomic.Int64
}

var errLedger = errors.New("the ledger takes no entry")

func (r *record) OpenAccess(ctx context.Context, a access.Access) (access.Access, error) {
	if r.failing.Load() {
		return access.Access{}, errLedger
	}
	return r.World.OpenAccess(ctx, a)
}

func (r *record) AccessView(ctx context.Context, id string, agent lifecycle.PersonID) (access.View, error) {
	r.views.Add(1)
	if r.reading.Load() {
		return access.View{}, errLedger
	}
	return r.World.AccessView(ctx, id, agent)
}

func newKit(t *testing.T) *kit {
	t.Helper()
	w := storetest.NewWorld(t)
	k := &kit{World: w, record: &record{World: w}, ticks: make(chan time.Time), agent: w.Agent(t)}
	k.cloud = builtin.New(builtin.Config{
		Door: w.Store, Now: w.Clock.Now, Delay: time.Minute,
		AccountHash: func(account string) string { return w.Ring.AccountHash(builtin.Name, account) },
	})
	clouds, err := cloud.NewRegistry(map[string]cloud.Peer{builtin.Name: {Cloud: k.cloud}})
	if err != nil {
		t.Fatal(err)
	}
	k.room = support.New(support.Config{
		Records: k.record, Clouds: clouds, Attempts: w.Store, Now: w.Clock.Now,
		NewID: func() string { return strings.ToLower(rand.Text()) },
		Watch: func() (<-chan time.Time, func()) { return k.ticks, func() {} },
	})
	handler, err := support.NewHandler(k.room)
	if err != nil {
		t.Fatalf("NewHandler: %v", err)
	}
	k.site = webtest.New(t, handler.Mount, func(c *web.Config) { c.Now = w.Clock.Now })
	return k
}

func (k *kit) as(actor lifecycle.Actor) *webtest.Client {
	return k.site.As(access.Principal{
		Kind: access.KindPerson, Person: actor.Person, Org: actor.Org, OrgKind: actor.OrgKind, Roles: actor.Roles, Name: "Sven Aalto",
	})
}

// consented is a bound unit whose owner lets the agent look.
func (k *kit) consented(t *testing.T) (lifecycle.Unit, access.Consent) {
	t.Helper()
	unit := k.Bound(t)
	return unit, k.Consented(t, k.agent, k.Owner, unit)
}

// opens has the agent look; the access.
func (k *kit) opens(t *testing.T, c access.Consent) string {
	t.Helper()
	got := k.as(k.agent).PostJSON("/v1/support/consents/"+c.ID+"/open", opening())
	if got.Status != 201 {
		t.Fatalf("open: %d %s", got.Status, got.Body)
	}
	var opened struct{ Access string }
	got.Decode(&opened)
	return opened.Access
}

func opening() map[string]any { return map[string]any{"reason": "fault", "note": "it is dark"} }

func asking(brand, serial string) map[string]any {
	return map[string]any{"brand": brand, "serial": serial, "purpose": "live-support", "hours": 2, "case": "C-17"}
}
