package audit_test

import (
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// TestTheNextBuyerReadsWhatIsTrueNow: what the code on the box shows, whatever
// became of its unit.
func TestTheNextBuyerReadsWhatIsTrueNow(t *testing.T) {
	t.Parallel()
	k := setup(t)
	cases := map[string]struct {
		then              func(unit lifecycle.Unit)
		standing, verdict string
		shows             []string
		hides             []string
	}{
		"on the shelf": {func(lifecycle.Unit) {}, "for-sale", "clear",
			[]string{"Clean", "Clouds last asked", "Have it scanned at the till", "hold its reset button"}, []string{"/mine/bind"}},
		"on the road": {func(u lifecycle.Unit) { k.ships(u) }, "for-sale", "clear", []string{"Clean"}, nil},
		"held": {func(u lifecycle.Unit) { k.holds(u) }, "held", "held",
			[]string{"On hold", "Do not buy it", "unplug it"}, []string{"Clean", "legal", "/mine/bind"}},
		"a cloud is not sure": {func(u lifecycle.Unit) { k.probes(u, false) }, "unproven", "unknown",
			[]string{"Not confirmed", "does not confirm", "Proven up to"}, []string{"Clean since"}},
		"reopened": {func(u lifecycle.Unit) { k.reopens(u) }, "withdrawn", "refused",
			[]string{"Not clean", "withdrawn before anybody bought", "Bring it back"}, []string{"Clean since"}},
		"retired": {func(u lifecycle.Unit) { k.retires(u) }, "retired", "refused", []string{"Not for sale", "for good"}, nil},
		"sold and not bound": {func(u lifecycle.Unit) { k.sells(u) }, "sold", "clear",
			[]string{"Clean since", "nobody has connected it", "/mine/bind?brand=acme&amp;serial=", "hold its reset button"}, []string{"Clouds last asked"}},
		"sold and held": {func(u lifecycle.Unit) { k.sells(u); k.holds(u) }, "held", "held", []string{"On hold"}, []string{"/mine/bind"}},
		"bound by its buyer": {func(u lifecycle.Unit) { k.sells(u); k.buys(u) }, "bound", "bound",
			[]string{"Connected", "If that was you", "Was it not you"}, []string{"Still connected", "Clean since"}},
		"released by its buyer": {func(u lifecycle.Unit) { k.sells(u); k.buys(u); k.lets(u) }, "past", "unknown",
			[]string{"Out of date", "says nothing about today", "hand it over with their phone"}, nil},
		"returned by its buyer": {func(u lifecycle.Unit) { k.sells(u); k.buys(u); k.Must(t, u.ID, k.TakeBack()) }, "past", "unknown",
			[]string{"Out of date"}, nil},
	}
	for name, c := range cases {
		unit, issued := k.certified()
		c.then(unit)
		path := "/C/" + string(issued.Code)
		got := k.ask(path)
		if got.Standing != c.standing || got.Verdict != c.verdict {
			t.Errorf("%s: %s, %s; want %s, %s", name, got.Standing, got.Verdict, c.standing, c.verdict)
		}
		body := k.get(path).Body
		for _, text := range c.shows {
			if !strings.Contains(body, text) {
				t.Errorf("%s: the page does not say %q", name, text)
			}
		}
		for _, text := range append(c.hides, string(k.Owner.Person), string(k.Neighbour.Person)) {
			if strings.Contains(body, text) {
				t.Errorf("%s: the page says %q", name, text)
			}
		}
	}
}

// TestAnOldCodeFollowsNobody: once its buyer has let go, the page of their code
// has the same bytes whatever becomes of the unit. They may have kept it.
func TestAnOldCodeFollowsNobody(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, issued := k.certified()
	path := "/C/" + string(issued.Code)
	k.sells(unit)
	k.buys(unit)
	k.lets(unit)
	want := k.get(path).Body
	for _, step := range []struct {
		name string
		then func()
	}{
		{"somebody else has it", func() { k.Bind(t, k.snapshot(unit).Unit, k.Owner) }},
		{"it was marked stolen", func() {
			k.Must(t, unit.ID, lifecycle.PlaceHold{Command: k.By(k.Owner), ID: lifecycle.HoldID(storetest.NewID("hld")), Kind: lifecycle.HoldStolen}.Decide)
		}},
		{"it was taken back", func() { k.Must(t, unit.ID, k.TakeBack()) }},
	} {
		k.Clock.Add(time.Minute)
		step.then()
		if k.get(path).Body != want {
			t.Errorf("%s, and the page of the old code changes", step.name)
		}
	}
}

func (k *kit) ships(u lifecycle.Unit) {
	k.Must(k.t, u.ID, lifecycle.Ship{Command: k.By(k.Technician), ID: lifecycle.ShipmentID(storetest.NewID("shp")), To: k.Retailer.ID}.Decide)
}

func (k *kit) holds(u lifecycle.Unit) {
	by := k.Validator
	if k.snapshot(u).Unit.Custody == "" {
		by = k.VendorAdmin
	}
	k.Must(k.t, u.ID, lifecycle.PlaceHold{Command: k.By(by), ID: lifecycle.HoldID(storetest.NewID("hld")), Kind: lifecycle.HoldLegal}.Decide)
}

func (k *kit) probes(u lifecycle.Unit, dark bool) {
	k.t.Helper()
	k.Clock.Add(time.Minute)
	if err := k.RecordProbe(k.t.Context(), u.ID, lifecycle.Probe{Cloud: storetest.Cloud, At: k.Clock.Now(), Dark: dark}, nil); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kit) reopens(u lifecycle.Unit) {
	k.Must(k.t, u.ID, lifecycle.Reopen{Command: k.By(k.Validator), Order: lifecycle.OrderID(storetest.NewID("ord"))}.Decide)
}

func (k *kit) retires(u lifecycle.Unit) {
	k.Must(k.t, u.ID, lifecycle.Retire{
		Command: k.By(k.Technician), Second: k.Validator.Person, SecondScan: u.Key, Order: lifecycle.OrderID(storetest.NewID("ord")),
	}.Decide)
}

func (k *kit) sells(u lifecycle.Unit) {
	k.Must(k.t, u.ID, lifecycle.Sell{Command: k.By(k.Validator), ID: lifecycle.SaleID(storetest.NewID("sal"))}.Decide)
}

// buys has the neighbour bind what they bought.
func (k *kit) buys(u lifecycle.Unit) {
	k.t.Helper()
	k.Clock.Add(time.Minute)
	k.Bind(k.t, k.snapshot(u).Unit, k.Neighbour)
}

func (k *kit) lets(u lifecycle.Unit) {
	k.Clock.Add(time.Minute)
	k.Must(k.t, u.ID, lifecycle.Release{Command: k.By(k.Neighbour), Order: lifecycle.OrderID(storetest.NewID("ord"))}.Decide)
}
