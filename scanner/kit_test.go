package scanner_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
	"time"

	"quitclaim/scanner"
	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

const origin = "https://qc.example"

// bundle is a scanner over the real store and the real web server.
type bundle struct {
	*storetest.World
	scanner *scanner.Scanner
	site    *webtest.Site
	record  *record
}

// record gives every unit a label that reads back: the codes that storetest
// draws have no check character.
type record struct {
	*storetest.World
	mu    sync.Mutex
	codes map[lifecycle.UnitID]string
}

func (r *record) LabelOf(_ context.Context, unit lifecycle.UnitID) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.codes[unit] == "" {
		label, err := code.NewLabelCode(rand.Reader)
		if err != nil {
			return "", err
		}
		r.codes[unit] = label
	}
	return r.codes[unit], nil
}

func (r *record) UnitByCode(ctx context.Context, kind, text string) (lifecycle.Unit, error) {
	if kind != "label" {
		return r.World.UnitByCode(ctx, kind, text)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for unit, label := range r.codes {
		if label == text {
			return r.Unit(ctx, unit)
		}
	}
	return lifecycle.Unit{}, fmt.Errorf("label: %w", lifecycle.ErrNotFound)
}

func setup(t *testing.T) bundle {
	t.Helper()
	w := storetest.NewWorld(t)
	r := &record{World: w, codes: map[lifecycle.UnitID]string{}}
	room := scanner.New(scanner.Config{
		Store: r, Labels: r, Origin: origin, Now: w.Clock.Now,
		Rules: code.Rules{Hosts: []string{"qc.example"}, Serials: patterns(t)},
		// A test wants to know whether it is read, not how quickly.
		PictureTime: 2 * time.Minute,
	})
	handler, err := scanner.NewHandler(room)
	if err != nil {
		t.Fatalf("NewHandler: %v", err)
	}
	site := webtest.New(t, func(r *web.Routes) {
		handler.Mount(r)
		mountOthers(r)
	}, func(c *web.Config) { c.Now = w.Clock.Now })
	return bundle{World: w, scanner: room, site: site, record: r}
}

// patterns: bare serials of two brands look alike.
func patterns(t *testing.T) []code.SerialPattern {
	t.Helper()
	var list []code.SerialPattern
	for _, row := range []struct{ brand, pattern, example string }{
		{storetest.Brand, `SN-[0-9]{6}`, "SN-000001"},
		{"bolt", `SN-9[0-9]{5}`, "SN-900001"},
	} {
		p, err := code.NewSerialPattern(row.brand, row.pattern, row.example)
		if err != nil {
			t.Fatalf("pattern: %v", err)
		}
		list = append(list, p)
	}
	return list
}

// as is the client of one of the world's people.
func (b bundle) as(actor lifecycle.Actor) *webtest.Client { return b.site.As(principal(actor)) }

func principal(actor lifecycle.Actor) access.Principal {
	return access.Principal{
		Kind: access.KindPerson, Person: actor.Person, Org: actor.Org, OrgKind: actor.OrgKind, Roles: actor.Roles,
		Name: "Mara Lind", OrgName: "Corner Shop",
	}
}

// retailer is the world's clerk with another role.
func (b bundle) retailer(role lifecycle.Role) lifecycle.Actor {
	actor := b.Clerk
	actor.Person, actor.Roles = "psn_other", []lifecycle.Role{role}
	return actor
}

// link is a unit's Digital Link, as on its box.
func link(gtin, serial string) string { return "https://id.gs1.org/01/" + gtin + "/21/" + serial }
