package bench_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web/webtest"
)

// rested are clouds of which none answers, until they do.
type rested struct {
	up    atomic.Bool
	asked atomic.Int64
}

func (r *rested) Ask(_ context.Context, names []string, _ cloud.Request, _ time.Duration) []cloud.Word {
	words := make([]cloud.Word, len(names))
	for i, name := range names {
		r.asked.Add(1)
		words[i] = cloud.Word{Cloud: name, Known: r.up.Load()}
	}
	return words
}

// letGo is a unit that its owner has released, and whose cloud has said nothing
// since; with two security officers of its vendor.
func (k *kit) letGo() (unit lifecycle.Unit, first, second lifecycle.Actor) {
	k.t.Helper()
	unit = k.Bound(k.t)
	k.Must(k.t, unit.ID, lifecycle.Release{Command: k.By(k.Owner), Order: lifecycle.OrderID(storetest.NewID("ord"))}.Decide)
	k.Clock.Add(lifecycle.WaiveAfter)
	return unit, k.hire(k.Vendor, "Vic One", lifecycle.RoleSecurityOfficer), k.hire(k.Vendor, "Vic Two", lifecycle.RoleSecurityOfficer)
}

func waiver(second lifecycle.Actor, change ...string) url.Values {
	fields := form("cloud", storetest.Cloud, "reason", "shut-down", "second_email", mail(second), "second_password", "pw")
	for i := 0; i < len(change); i += 2 {
		fields.Set(change[i], change[i+1])
	}
	return fields
}

func TestTheVendorGivesUpACloudOfACustomersUnit(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, first, second := k.letGo()
	flag, err := k.RaiseFlag(t.Context(), lifecycle.Flag{
		Unit: unit.ID, Kind: lifecycle.FlagStuckReset, Cause: lifecycle.StuckCause(storetest.Cloud, string(k.snapshot(unit).Order.ID)),
		Severity: lifecycle.SeverityMedium, Org: k.Vendor.ID, FirstAt: k.Clock.Now(), LastAt: k.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	path := page(unit) + "/waive"
	sees(t, "the form", k.as(first).Get(path+"?cloud=builtin").Body, "never be confirmed deleted", "Its operator has shut it down", "second_password")
	wrong := k.as(first).PostForm(path, waiver(second, "second_password", "guess", "reason", "replaced"))
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Fatalf("a wrong password = %d", wrong.Status)
	}
	sees(t, "the form again", wrong.Body, "do not belong together", `value="replaced" required checked`)
	got := k.as(first).PostForm(path, waiver(second))
	if want := "/units/acme/" + unit.Key.Serial + "?done=waived"; got.Status != http.StatusSeeOther || got.Header.Get("Location") != want {
		t.Fatalf("waive = %d %s %s", got.Status, got.Header.Get("Location"), plain(got.Body))
	}
	s := k.snapshot(unit)
	if s.Unit.State != lifecycle.StateSold || s.Order.State != lifecycle.OrderDone || !s.Order.AllDone() {
		t.Errorf("%s, order %+v; want it over", s.Unit.State, s.Order)
	}
	if work, err := k.ClaimWork(t.Context(), k.Clock.Now().Add(time.Hour), time.Minute, 10); err != nil || len(work) != 0 {
		t.Errorf("work %+v, %v; want none left", work, err)
	}
	settled, err := k.Flag(t.Context(), flag.ID)
	if err != nil || settled.State != lifecycle.FlagResolved || settled.DoneBy != first.Person {
		t.Errorf("flag %+v, %v; want it settled", settled, err)
	}
	sees(t, "the form after", k.as(first).Get(path).Body, "No cloud of this unit is open")
}

func TestWhoCannotGiveUpACloudOfACustomersUnit(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, first, second := k.letGo()
	admin := k.hire(k.Vendor, "Vera Admin", lifecycle.RoleAdmin)
	path := page(unit) + "/waive"
	never := strings.Replace(path, unit.Key.Serial, "SN-999999", 1)
	for name, who := range map[string]lifecycle.Actor{"the warehouse": k.Officer1, "a shop": k.hire(k.Retailer, "Rob", lifecycle.RoleSecurityOfficer)} {
		for _, ask := range []func(path string) *webtest.Response{
			func(path string) *webtest.Response { return k.as(who).Get(path) },
			func(path string) *webtest.Response { return k.as(who).PostForm(path, waiver(second)) },
		} {
			got, none := ask(path), ask(never)
			if got.Status != http.StatusNotFound || got.Body != none.Body {
				t.Errorf("%s: %d, and not as for a unit that never was", name, got.Status)
			}
		}
	}
	if got := k.as(admin).PostForm(path, waiver(second)); got.Status != http.StatusForbidden {
		t.Errorf("the vendor's admin = %d", got.Status)
	}
	for _, row := range []struct {
		name   string
		fields url.Values
		status int
		shown  string
	}{
		{"one person twice", waiver(first), http.StatusConflict, "two different people"},
		{"with an admin", waiver(admin), http.StatusUnprocessableEntity, "may not sign here"},
		{"with the warehouse's officer", waiver(k.Officer1), http.StatusUnprocessableEntity, "may not sign here"},
		{"no reason", waiver(second, "reason", ""), http.StatusConflict, "choose one of the reasons"},
		{"words of their own", waiver(second, "reason", "Ana moved house"), http.StatusConflict, "choose one of the reasons"},
		{"a cloud of none of it", waiver(second, "cloud", "elsewhere"), http.StatusConflict, "owes nothing"},
		{"no cloud", waiver(second, "cloud", ""), http.StatusUnprocessableEntity, ""},
		{"nobody", waiver(second, "second_email", ""), http.StatusUnprocessableEntity, "This is needed"},
		{"a novel", waiver(second, "reason", strings.Repeat("x", 65)), http.StatusUnprocessableEntity, ""},
	} {
		got := k.as(first).PostForm(path, row.fields)
		if got.Status != row.status || !strings.Contains(got.Body, row.shown) {
			t.Errorf("%s = %d, want %d and %q:\n%s", row.name, got.Status, row.status, row.shown, plain(got.Body))
		}
	}
	asked := k.cloud.asked.Load()
	if got := k.as(first).PostForm(path, waiver(second, "cloud", "elsewhere")); got.Status != http.StatusConflict || k.cloud.asked.Load() != asked {
		t.Errorf("a cloud that has no part in it was asked about the unit")
	}
	k.cloud.up.Store(true)
	sees(t, "a cloud that answers", k.as(first).PostForm(path, waiver(second)).Body, "This cloud answers")
	k.cloud.up.Store(false)
	k.Must(t, unit.ID, k.TakeBack())
	if got := k.as(first).PostForm(path, waiver(second)); got.Status != http.StatusNotFound {
		t.Errorf("once a desk has it = %d", got.Status)
	}
	if task, _ := k.snapshot(unit).Order.Task("builtin.unbind"); task.State != lifecycle.TaskOpen {
		t.Errorf("unbind is %s", task.State)
	}
}

// Who lost the answer and asks again reads it, though the order is over by then;
// with other words under the same key it is another request.
func TestAWaiverIsToldOnce(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, first, second := k.letGo()
	path := "/v1/orders/" + string(k.snapshot(unit).Order.ID) + "/waive"
	body := map[string]string{"cloud": storetest.Cloud, "reason": "operator-gone", "second_email": mail(second), "second_password": "pw"}
	client := k.as(first).WithKey("again-and-again")
	for range 2 {
		var item struct {
			Done  bool
			State lifecycle.State
		}
		got := client.PostJSON(path, body)
		if got.Decode(&item); got.Status != http.StatusOK || !item.Done || item.State != lifecycle.StateSold {
			t.Fatalf("waive = %d %s", got.Status, got.Body)
		}
	}
	body["reason"] = "shut-down"
	if got := client.PostJSON(path, body); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("other words under the same key = %d", got.Status)
	}
	if got := k.as(first).PostJSON(path, body); got.Status != http.StatusNotFound {
		t.Errorf("a waiver of an order that is over = %d", got.Status)
	}
}
