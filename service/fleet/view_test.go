package fleet_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/fleet"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

func hasReason(reasons []web.ProblemReason, code string) bool {
	return slices.ContainsFunc(reasons, func(r web.ProblemReason) bool { return r.Code == code })
}

// TestRule13 walks one unit and asks what each sees of it.
func TestRule13(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	sees := func(when string, who lifecycle.Actor, view lifecycle.View) string {
		t.Helper()
		got := k.as(who, lifecycle.RoleAdmin).Get(path(unit))
		if view == lifecycle.ViewNone {
			if got.Status != http.StatusNotFound {
				t.Errorf("%s: %d %s, want nothing", when, got.Status, got.Body)
			}
			return got.Body
		}
		if got.Status != http.StatusOK || !strings.Contains(got.Body, `"view":"`+string(view)+`"`) {
			t.Errorf("%s: %d %s, want the view %q", when, got.Status, got.Body, view)
		}
		return got.Body
	}
	vendor := sees("bound, its vendor", k.VendorAdmin, lifecycle.ViewVendor)
	hasAll(t, vendor, `"state":"bound"`, `"custody":"customer"`, `"sold_at":null`, `"contact_at":null`)
	hasNone(t, vendor, string(k.Owner.Person), "actions")
	former := sees("bound, who sold it", k.Clerk, lifecycle.ViewFormer)
	hasNone(t, former, "state", "epoch\"", "custody", "flags", "firmware", "actions")
	sees("bound, a stranger", k.Technician, lifecycle.ViewNone)

	k.Must(t, unit.ID, k.TakeBack())
	taken := sees("taken back, its desk", k.Clerk, lifecycle.ViewCustodian)
	hasAll(t, taken, `"state":"returned"`, `"custody":"Corner Shop"`, `"actions":["follow","ship","cancel"]`)
	hasNone(t, taken, string(k.Owner.Person))
	shipment := lifecycle.ShipmentID("shp_" + strings.Repeat("a", 26))
	k.Must(t, unit.ID, lifecycle.Ship{Command: k.By(k.Clerk), ID: shipment, To: k.Warehouse.ID}.Decide)
	hasAll(t, sees("on its way, its receiver", k.Technician, lifecycle.ViewCustodian), `"arriving":true`, `"actions":["receive"]`)
	k.Must(t, unit.ID, lifecycle.Receive{Command: k.By(k.Technician), Shipment: shipment}.Decide)
	sees("at the warehouse, its receiver", k.Technician, lifecycle.ViewCustodian)
	sees("at the warehouse, its desk", k.Clerk, lifecycle.ViewFormer)
}

// TestNotYoursLooksLikeNothing: the answers about a unit that is another's and
// about one that was never made are the same bytes, on every route.
func TestNotYoursLooksLikeNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t) // the warehouse has nothing to do with it
	stranger := k.as(k.Technician, lifecycle.RoleAdmin)
	vendor := principal(k.VendorAdmin)
	vendor.Org = k.Warehouse.ID // an admin of another vendor
	for _, ask := range []struct {
		name string
		do   func(brand, serial string) *webtest.Response
	}{
		{"unit", func(b, s string) *webtest.Response { return stranger.Get("/v1/units/" + b + "/" + s) }},
		{"history", func(b, s string) *webtest.Response { return stranger.Get("/v1/units/" + b + "/" + s + "/history") }},
		{"page", func(b, s string) *webtest.Response { return stranger.Get("/units/" + b + "/" + s) }},
		{"confirm", func(b, s string) *webtest.Response {
			return k.site.As(vendor).PostJSON("/v1/units/"+b+"/"+s+"/confirm", map[string]any{})
		}},
		{"confirm by form", func(b, s string) *webtest.Response {
			return k.site.As(vendor).PostForm("/units/"+b+"/"+s+"/confirm", nil)
		}},
	} {
		theirs, never := ask.do(unit.Key.Brand, unit.Key.Serial), ask.do(unit.Key.Brand, "NEVER-MADE")
		malformed := ask.do("NO_BRAND", "%01")
		if theirs.Status != http.StatusNotFound {
			t.Errorf("%s of another's unit: %d %s", ask.name, theirs.Status, theirs.Body)
		}
		for name, other := range map[string]*webtest.Response{"never made": never, "malformed": malformed} {
			other.Header.Del("X-Request-Id")
			theirs.Header.Del("X-Request-Id")
			if other.Status != theirs.Status || other.Body != theirs.Body {
				t.Errorf("%s: another's unit and one %s differ:\n%d %s\n%d %s", ask.name, name, theirs.Status, theirs.Body, other.Status, other.Body)
			}
			if diff := cmp.Diff(theirs.Header, other.Header); diff != "" {
				t.Errorf("%s: headers of %s differ:\n%s", ask.name, name, diff)
			}
		}
	}
	if got := k.as(k.Owner).Get(path(unit)); got.Status != http.StatusForbidden {
		t.Errorf("an owner at the staff's door: %d", got.Status)
	}
}

type historyBody struct {
	Items []struct {
		Index int64           `json:"index"`
		Event lifecycle.Event `json:"event"`
		By    fleet.By        `json:"by"`
		Name  string          `json:"name"`
		Org   string          `json:"org"`
	} `json:"items"`
	Next string `json:"next"`
}

func TestHistory(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.life(t)
	read := func(who lifecycle.Actor, query string) historyBody {
		t.Helper()
		got := k.as(who, lifecycle.RoleAuditor).Get(path(unit) + "/history" + query)
		if got.Status != http.StatusOK {
			t.Fatalf("history: %d %s", got.Status, got.Body)
		}
		hasNone(t, got.Body, string(k.Owner.Person), string(k.Clerk.Person))
		var body historyBody
		got.Decode(&body)
		return body
	}
	whole, position := historyBody{}, ""
	for {
		part := read(k.Technician, "?limit=3"+position)
		whole.Items = append(whole.Items, part.Items...)
		if position = "&after=" + part.Next; part.Next == "" {
			break
		}
	}
	if diff := cmp.Diff(read(k.Technician, "").Items, whole.Items); diff != "" {
		t.Errorf("in parts and at once (-once +parts):\n%s", diff)
	}
	var events []lifecycle.Event
	for i, item := range whole.Items {
		events = append(events, item.Event)
		if i > 0 && item.Index <= whole.Items[i-1].Index {
			t.Errorf("index %d follows %d", item.Index, whole.Items[i-1].Index)
		}
		if item.Event == lifecycle.EventBind && (item.By != fleet.ByOwner || item.Name != "" || item.Org != "") {
			t.Errorf("the owner shows: %+v", item)
		}
	}
	want := []lifecycle.Event{"register", "ship", "receive", "sell", "contact-seen", "bind", "return", "ship", "receive"}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}

	vendor := read(k.VendorAdmin, "")
	for _, item := range vendor.Items {
		if item.By == fleet.ByOwner || item.Event == lifecycle.EventBind {
			t.Errorf("the vendor sees its customer: %+v", item)
		}
	}
	for _, item := range read(k.Clerk, "").Items {
		if item.Org != "Corner Shop" {
			t.Errorf("a former custodian sees another's record: %+v", item)
		}
	}
	if got := k.as(k.Technician).Get(path(unit) + "/history?after=rubbish"); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a made-up cursor: %d", got.Status)
	}
	if got := k.as(k.Technician).Get(path(unit) + "/history?after=" + web.EncodeCursor("NaN")); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a forged cursor: %d", got.Status)
	}
}

// TestOwnPeopleHaveNames: a name shows to their own organisation alone.
func TestOwnPeopleHaveNames(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	_, err := k.SavePerson(t.Context(), access.Person{
		ID: k.Clerk.Person, Org: k.Retailer.ID, Roles: k.Clerk.Roles, Name: "Clara Clerk", Email: "clara@shop.example",
		Generation: 1, CreatedAt: k.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	unit := k.life(t)
	hasAll(t, k.as(k.Clerk).Get(path(unit)+"/history").Body, "Clara Clerk")
	hasNone(t, k.as(k.Technician).Get(path(unit)+"/history").Body, "Clara")
	hasNone(t, k.as(k.VendorAdmin).Get(path(unit)+"/history").Body, "Clara")
}

func TestFlagsShowWithoutEvidence(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.life(t)
	_, err := k.RaiseFlag(t.Context(), lifecycle.Flag{
		Unit: unit.ID, Kind: lifecycle.FlagReturnedButAbsent, Cause: "x", Severity: lifecycle.SeverityHigh, State: lifecycle.FlagOpen,
		Org: k.Warehouse.ID, Evidence: map[string]string{"account": "hash-of-an-account"}, FirstAt: k.Clock.Now(), LastAt: k.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, who := range map[string]lifecycle.Actor{"custodian": k.Technician, "vendor": k.VendorAdmin} {
		got := k.as(who).Get(path(unit))
		hasAll(t, got.Body, `"kind":"returned-but-absent"`, `"severity":"high"`)
		if strings.Contains(got.Body, "hash-of-an-account") {
			t.Errorf("%s sees evidence", name)
		}
	}
	hasNone(t, k.as(k.Clerk).Get(path(unit)).Body, "returned-but-absent")
}

func TestHeadAnswersLikeGet(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	for serial, want := range map[string]int{unit.Key.Serial: http.StatusNotFound, "NEVER": http.StatusNotFound} {
		got := k.as(k.Technician).Do(httptest.NewRequest(http.MethodHead, "/v1/units/acme/"+serial, nil))
		if got.Status != want || got.Body != "" {
			t.Errorf("HEAD %s: %d %q", serial, got.Status, got.Body)
		}
	}
	k.Clock.Add(time.Minute)
}
