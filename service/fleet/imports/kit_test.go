package imports_test

import (
	"crypto/rand"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/fleet/imports"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// kit is the room on a real store, behind the real shell. Its worker runs when it
// is told to.
type kit struct {
	*storetest.World
	*imports.Imports
	site *webtest.Site
}

func newKit(t *testing.T) *kit {
	t.Helper()
	w := storetest.NewWorld(t)
	room := imports.New(imports.Config{
		Store: w.Store, Now: w.Clock.Now, NewID: func() string { return strings.ToLower(rand.Text()) },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Watch: func() (<-chan time.Time, func()) {
			ticker := time.NewTicker(time.Millisecond)
			return ticker.C, ticker.Stop
		},
	})
	handler, err := imports.NewHandler(room)
	if err != nil {
		t.Fatalf("NewHandler: %v", err)
	}
	site := webtest.New(t, handler.Mount, func(c *web.Config) {
		c.Now = w.Clock.Now
		c.BodyLimits = map[access.Action]int64{access.ImportSend: imports.MaxBytes}
	})
	return &kit{w, room, site}
}

func principal(a lifecycle.Actor) access.Principal {
	return access.Principal{Kind: access.KindPerson, Person: a.Person, Org: a.Org, OrgKind: a.OrgKind, Roles: a.Roles, Name: "Mara"}
}

// send receives a file of the vendor's.
func (k *kit) send(t *testing.T, reference, file string, change ...func(*imports.Upload)) (lifecycle.Import, error) {
	t.Helper()
	in := imports.Upload{Kind: lifecycle.ImportUnits, Reference: reference, Layout: lifecycle.ImportLayout{Model: k.Model.ID}}
	for _, c := range change {
		c(&in)
	}
	who := k.VendorAdmin
	if in.Kind == lifecycle.ImportSales {
		who, in.Layout.Model = k.Clerk, ""
	}
	return k.Receive(t.Context(), principal(who), in, strings.NewReader(file))
}

func dryRun(in *imports.Upload) { in.Layout.DryRun = true }

func ask(in *imports.Upload) { in.Ask = true }

func sales(in *imports.Upload) { in.Kind, in.Layout.Brand = lifecycle.ImportSales, storetest.Brand }

// work has the worker work everything there is.
func (k *kit) work(t *testing.T) {
	t.Helper()
	for range 100 {
		worked, err := k.RunOnce(t.Context())
		if err != nil {
			t.Fatalf("RunOnce: %v", err)
		}
		if !worked {
			return
		}
	}
	t.Fatal("the worker finds no end")
}

// done sends a file, works it and returns what became of it and its errors.
func (k *kit) done(t *testing.T, reference, file string, change ...func(*imports.Upload)) (lifecycle.Import, []lifecycle.ImportError) {
	t.Helper()
	job, err := k.send(t, reference, file, change...)
	if err != nil {
		t.Fatalf("send %s: %v", reference, err)
	}
	k.work(t)
	if job, err = k.Import(t.Context(), job.ID); err != nil {
		t.Fatal(err)
	}
	return job, k.errorsOf(t, job.ID)
}

func (k *kit) errorsOf(t *testing.T, id lifecycle.ImportID) []lifecycle.ImportError {
	t.Helper()
	var all []lifecycle.ImportError
	page := lifecycle.Page{Limit: 200}
	for {
		list, next, err := k.ImportErrors(t.Context(), id, page)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
		if page.After = next; next == "" {
			return all
		}
	}
}
