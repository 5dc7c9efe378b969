package batch_test

import (
	"os"
	"testing"

	"quitclaim/retailer/desk"
	"quitclaim/retailer/desk/batch"
	"quitclaim/retailer/desk/desktest"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// bundle is a desk and its batches over the real store and the real web server.
type bundle struct {
	*storetest.World
	site *webtest.Site
	// colleague is of the clerk's organisation.
	colleague lifecycle.Actor
}

func setup(t *testing.T) bundle {
	t.Helper()
	w := storetest.NewWorld(t)
	newID := func() string { return storetest.NewID("x")[2:] }
	room := desk.New(desk.Config{
		Store: w, Admissions: w, Returns: w, Feed: w, Now: w.Clock.Now, NewID: newID, Presence: desktest.Presence,
		Verify: desktest.Verify(w.Clerk, w.Technician), Read: desktest.Read,
	})
	doors, err := desk.NewHandler(room)
	if err != nil {
		t.Fatalf("NewHandler of the desk: %v", err)
	}
	batches, err := batch.NewHandler(batch.New(batch.Config{
		Lists: w, Entries: w, Units: w, Desk: room, Now: w.Clock.Now, NewID: newID, Read: desktest.Read,
	}), doors)
	if err != nil {
		t.Fatalf("NewHandler: %v", err)
	}
	site := webtest.New(t, func(r *web.Routes) {
		doors.Mount(r)
		batches.Mount(r)
	}, func(c *web.Config) { c.Now = w.Clock.Now })
	return bundle{World: w, site: site, colleague: desktest.Colleague(w.Clerk)}
}

func (b bundle) as(actor lifecycle.Actor) *webtest.Client {
	return b.site.As(desktest.Principal(actor))
}

// pos is the retailer's machine, acting for its clerk.
func (b bundle) pos() *webtest.Client { return b.site.As(desktest.POS(b.Clerk)) }

// warehouseClerk is a clerk of another organisation.
func (b bundle) warehouseClerk() lifecycle.Actor { return desktest.ClerkOf(b.Technician) }

// TestScreens photographs the pages into $QUITCLAIM_SCREENS, for people to look
// at.
func TestScreens(t *testing.T) {
	dir := os.Getenv("QUITCLAIM_SCREENS")
	if dir == "" {
		t.Skip("QUITCLAIM_SCREENS names no folder: nothing is photographed")
	}
	b := setup(t)
	batch := b.batch(t)
	for _, body := range []map[string]any{typed(b.Bound(t)), typed(b.Sold(t)), {"payload": "what is it"}, {"brand": "acme", "serial": "SN-9"}} {
		b.enter(t, b.as(b.Clerk), batch, body)
	}
	b.as(b.Clerk).Shoot(dir, "/desk/batches", "/desk/batches/"+batch+"?entry=1", "/desk/batches/"+batch+"/summary", "/desk/offline")
}
