package desk_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"quitclaim/retailer/desk/desktest"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

func TestTakeBackFencesAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	got := b.as(b.Clerk).PostJSON("/v1/returns", body(unit, "receipt", storetest.Receipt))
	if got.Status != http.StatusCreated {
		t.Fatalf("take back = %d %s", got.Status, got.Body)
	}
	var a answer
	got.Decode(&a)
	if where := got.Header.Get("Location"); where != "/v1/returns/"+a.ID {
		t.Errorf("Location = %s", where)
	}
	if a.State != "returned" || a.Authority != "sale-match" || a.Model != "Cam One" || !a.CustomerPresent || a.Order == nil {
		t.Errorf("answer = %s", got.Body)
	}
	if len(a.Darkness) != 2 || a.Darkness[0].Name != "gate" || !a.Darkness[0].Dark || a.Darkness[1].Dark {
		t.Errorf("darkness = %v, want our gate dark and the cloud not", a.Darkness)
	}
	if want := "not asked yet, keep it unplugged."; a.Darkness[1].Detail != want {
		t.Errorf("the cloud is said to be %q, want %q", a.Darkness[1].Detail, want)
	}
	after, err := b.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, owned := after.Owner(); owned || after.Unit.Epoch != unit.Epoch+1 || after.Unit.Custody != b.Retailer.ID {
		t.Errorf("unit = %+v, want no owner, the next epoch, and the desk's custody", after.Unit)
	}
	if strings.Contains(got.Body, storetest.Receipt) || strings.Contains(b.site.Log.String(), unit.Key.Serial) {
		t.Error("the receipt is in the answer, or the serial in the log")
	}
}

func TestAuthority(t *testing.T) {
	t.Parallel()
	b := setup(t)
	released := b.Bound(t)
	released = b.Must(t, released.ID, lifecycle.Release{Command: b.By(b.Owner), Order: "ord_release"}.Decide).Change.Unit
	for _, c := range []struct {
		name    string
		unit    lifecycle.Unit
		receipt string
		want    lifecycle.Authority
	}{
		{"its owner let go", released, "", lifecycle.AuthorityOwnerRelease},
		{"the receipt matches", b.Bound(t), storetest.Receipt, lifecycle.AuthoritySaleMatch},
		{"another receipt", b.Bound(t), "R-2", lifecycle.AuthorityNone},
		{"no receipt", b.Bound(t), "", lifecycle.AuthorityNone},
	} {
		if a := b.takeBack(t, c.unit, "receipt", c.receipt); a.Authority != string(c.want) {
			t.Errorf("%s: authority = %s, want %s", c.name, a.Authority, c.want)
		}
	}
}

func TestReturnOfTheSameKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	client := b.as(b.Clerk).WithKey("desk-3-000017")
	first, again := client.PostJSON("/v1/returns", body(unit)), client.PostJSON("/v1/returns", body(unit))
	if first.Status != http.StatusCreated || again.Status != http.StatusCreated || first.Body != again.Body {
		t.Errorf("replay = %d %s, first %d %s", again.Status, again.Body, first.Status, first.Body)
	}
	after, err := b.Unit(t.Context(), unit.ID)
	if err != nil || after.Epoch != unit.Epoch+1 {
		t.Errorf("epoch = %d, %v; want one advance for both requests", after.Epoch, err)
	}
	if got := client.PostJSON("/v1/returns", body(unit, "reason", "faulty")); got.Status != http.StatusUnprocessableEntity || got.Problem().Code != "key-reused" {
		t.Errorf("the same key with another body = %d %s", got.Status, got.Body)
	}
	other := b.Bound(t)
	if got := client.PostJSON("/v1/returns", body(other)); got.Status != http.StatusUnprocessableEntity || got.Problem().Code != "key-reused" {
		t.Errorf("the same key for another unit = %d %s", got.Status, got.Body)
	}
	if after, err := b.Unit(t.Context(), other.ID); err != nil || after.Epoch != other.Epoch {
		t.Errorf("the other unit is at %d, %v; want untouched", after.Epoch, err)
	}
}

func TestSecondReturnOfTheSameUnitIsRefusedWithOneOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	a := b.takeBack(t, unit)
	own := b.as(b.colleague).PostJSON("/v1/returns", body(unit))
	if own.Status != http.StatusConflict || own.Problem().Reasons[0].Code != "return.returned" {
		t.Errorf("second return = %d %s", own.Status, own.Body)
	}
	others := b.as(b.warehouseClerk()).PostJSON("/v1/returns", body(unit))
	if others.Status != http.StatusConflict || others.Problem().Reasons[0].Code != "return.other-stock" || others.Problem().State != "" {
		t.Errorf("another desk's return = %d %s, want other-stock and no state", others.Status, others.Body)
	}
	flags, _, err := b.Flags(t.Context(), lifecycle.FlagFilter{Unit: unit.ID}, lifecycle.Page{})
	if err != nil || len(flags) != 1 || flags[0].Kind != lifecycle.FlagOtherStock || flags[0].Org != b.Retailer.ID {
		t.Errorf("flags = %v, %v; want other-stock for the custodian", flags, err)
	}
	after, err := b.Snapshot(t.Context(), unit.ID)
	if err != nil || string(after.Order.ID) != a.Order.ID || after.Unit.Epoch != unit.Epoch+1 {
		t.Errorf("order %s, epoch %d, %v; want the first one's", after.Order.ID, after.Unit.Epoch, err)
	}
}

func TestClerkWhoTypesStrangersSerialsRunsIntoTheCap(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var units []lifecycle.Unit
	for range lifecycle.UnprovenPerClerk + 2 {
		units = append(units, b.Bound(t))
	}
	clerk := b.as(b.Clerk)
	for _, unit := range units[:lifecycle.UnprovenPerClerk] {
		b.takeBack(t, unit)
	}
	next, last := units[lifecycle.UnprovenPerClerk], units[lifecycle.UnprovenPerClerk+1]
	got := clerk.PostJSON("/v1/returns", body(next))
	if got.Status != http.StatusConflict || got.Problem().Reasons[0].Code != "return.cap" {
		t.Fatalf("the sixth stranger = %d %s, want the cap", got.Status, got.Body)
	}
	if after, err := b.Unit(t.Context(), next.ID); err != nil || after.State != lifecycle.StateBound || after.Epoch != next.Epoch {
		t.Errorf("unit = %s at %d, %v; want untouched", after.State, after.Epoch, err)
	}
	for name, c := range map[string]struct {
		email, secret string
		status        int
		code          string
	}{
		"a wrong password":        {"colleague@shop.example", "guess", http.StatusUnprocessableEntity, "desk.second-wrong"},
		"nobody":                  {"nobody@shop.example", desktest.Password, http.StatusUnprocessableEntity, "desk.second-wrong"},
		"somebody else's clerk":   {"stranger@warehouse.example", desktest.Password, http.StatusUnprocessableEntity, "desk.second-wrong"},
		"the clerk a second time": {"clerk@shop.example", desktest.Password, http.StatusConflict, "return.same-person"},
	} {
		got := clerk.PostJSON("/v1/returns", body(next, "second_email", c.email, "second_password", c.secret))
		if got.Status != c.status || !strings.Contains(got.Body, c.code) {
			t.Errorf("%s: %d %s, want %d %s", name, got.Status, got.Body, c.status, c.code)
		}
	}
	a := b.takeBack(t, next, "second_email", "colleague@shop.example", "second_password", desktest.Password)
	if !a.SecondPerson {
		t.Errorf("answer = %+v, want the second person on it", a)
	}
	snapshot, err := b.Snapshot(t.Context(), next.ID)
	if err != nil || snapshot.Return.Second != b.colleague.Person {
		t.Errorf("second = %s, %v", snapshot.Return.Second, err)
	}
	if a := b.takeBack(t, last, "receipt", storetest.Receipt); a.Authority != "sale-match" {
		t.Errorf("with a receipt there is no cap: %+v", a)
	}
	b.Clock.Add(time.Hour + time.Second)
	b.takeBack(t, b.Bound(t))
}

func TestTypedSerial(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	got := b.as(b.Clerk).PostJSON("/v1/returns", body(unit, "typed", "SN-000009"))
	if got.Status != http.StatusUnprocessableEntity || got.Problem().Reasons[0].Field != "typed" || got.Problem().Reasons[0].Code != "serial.typed-apart" {
		t.Errorf("typed apart = %d %s", got.Status, got.Body)
	}
	if after, err := b.Unit(t.Context(), unit.ID); err != nil || after.State != lifecycle.StateBound {
		t.Errorf("unit = %s, %v; want untouched", after.State, err)
	}
	b.takeBack(t, unit, "typed", strings.ToLower(unit.Key.Serial))
}

func TestBadShapes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	for name, c := range map[string]struct {
		body   map[string]any
		status int
		fields string
	}{
		"nothing":               {map[string]any{}, http.StatusUnprocessableEntity, "brand condition reason serial"},
		"4 kB":                  {body(unit, "serial", strings.Repeat("A", 4096)), http.StatusUnprocessableEntity, "serial"},
		"control characters":    {body(unit, "serial", "SN\x00\x1b"), http.StatusUnprocessableEntity, "serial"},
		"not ASCII":             {body(unit, "serial", "ＳＮ-1"), http.StatusUnprocessableEntity, "serial"},
		"no such condition":     {body(unit, "condition", "lost", "reason", "theft"), http.StatusUnprocessableEntity, "condition reason"},
		"a long receipt":        {body(unit, "receipt", strings.Repeat("9", 65)), http.StatusUnprocessableEntity, "receipt"},
		"another type":          {body(unit, "customer_present", "yes"), http.StatusUnprocessableEntity, "customer_present"},
		"hostile and of nobody": {body(unit, "serial", `'"<>;^~%2F`), http.StatusNotFound, ""},
		"of nobody":             {body(unit, "serial", "SN-404404"), http.StatusNotFound, ""},
	} {
		got := b.as(b.Clerk).PostJSON("/v1/returns", c.body)
		if got.Status != c.status {
			t.Errorf("%s: %d %s, want %d", name, got.Status, got.Body, c.status)
			continue
		}
		var fields []string
		for _, reason := range got.Problem().Reasons {
			fields = append(fields, reason.Field)
		}
		if strings.Join(fields, " ") != c.fields {
			t.Errorf("%s: mistakes in %v, want %s", name, fields, c.fields)
		}
	}
}

func TestQueuedReturn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	waited, overtaken, old := b.Bound(t), b.Sold(t), b.Bound(t)
	b.Clock.Add(time.Hour)
	scanned := b.Clock.Now().Add(-30 * time.Minute).Format(time.RFC3339)
	b.takeBack(t, waited, "scanned_at", scanned)
	b.Bind(t, overtaken, b.Neighbour)
	for name, c := range map[string]struct {
		unit lifecycle.Unit
		at   string
		want string
	}{
		"bound since":   {overtaken, scanned, "return.overtaken"},
		"too long ago":  {old, b.Clock.Now().Add(-lifecycle.QueuedFor - time.Minute).Format(time.RFC3339), "return.queued-too-long"},
		"in the future": {old, b.Clock.Now().Add(time.Hour).Format(time.RFC3339), "return.queued-clock"},
	} {
		got := b.as(b.Clerk).PostJSON("/v1/returns", body(c.unit, "scanned_at", c.at))
		if got.Status != http.StatusConflict || !strings.Contains(got.Body, c.want) {
			t.Errorf("%s: %d %s, want %s", name, got.Status, got.Body, c.want)
		}
	}
}

func TestWhoMayTakeBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	if got := b.as(b.Owner).PostJSON("/v1/returns", body(unit)); got.Status != http.StatusForbidden {
		t.Errorf("an owner = %d", got.Status)
	}
	if got := b.pos().PostJSON("/v1/returns", body(unit)); got.Status != http.StatusCreated {
		t.Errorf("a POS = %d %s", got.Status, got.Body)
	}
	stock := b.Registered(t)
	got := b.as(b.Clerk).PostJSON("/v1/returns", body(stock))
	if got.Status != http.StatusConflict || got.Problem().Reasons[0].Code != "return.not-sold" {
		t.Errorf("a clerk and unsold stock = %d %s", got.Status, got.Body)
	}
}

func TestAdmit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	key := lifecycle.UnitKey{Brand: storetest.Brand, Serial: "OLD-7"}
	unknown := lifecycle.Unit{Key: key}
	client := b.as(b.Clerk).WithKey("admit-000001")
	in := body(unknown, "model", string(b.Model.ID), "receipt", "R-3")
	first, again := client.PostJSON("/v1/returns", in), client.PostJSON("/v1/returns", in)
	if first.Status != http.StatusCreated || first.Body != again.Body {
		t.Fatalf("admit = %d %s, again %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	snapshot, err := b.SnapshotByKey(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	if !snapshot.Unit.Unconfirmed || snapshot.Unit.State != lifecycle.StateReturned || snapshot.Return.Authority != lifecycle.AuthorityNone {
		t.Errorf("unit = %+v, want returned and unconfirmed", snapshot.Unit)
	}
	var a answer
	first.Decode(&a)
	if got := b.as(b.warehouseClerk()).Get("/v1/returns/" + a.ID); got.Status != http.StatusNotFound {
		t.Errorf("another organisation reads it: %d", got.Status)
	}
	for name, c := range map[string]struct {
		in   map[string]any
		want int
	}{
		"another brand's model": {body(lifecycle.Unit{Key: lifecycle.UnitKey{Brand: "bolt", Serial: "1"}}, "model", string(b.Model.ID)), http.StatusConflict},
		"no such model":         {body(lifecycle.Unit{Key: lifecycle.UnitKey{Brand: "acme", Serial: "OLD-8"}}, "model", "mdl_none"), http.StatusNotFound},
		"a setup code":          {body(lifecycle.Unit{Key: lifecycle.UnitKey{Brand: "acme", Serial: "518-08-582"}}, "model", string(b.Model.ID)), http.StatusUnprocessableEntity},
	} {
		if got := b.as(b.Clerk).PostJSON("/v1/returns", c.in); got.Status != c.want {
			t.Errorf("%s: %d %s, want %d", name, got.Status, got.Body, c.want)
		}
	}
	// Somebody registered it between the scan and the form: a return like any other.
	known := b.Bound(t)
	if a := b.takeBack(t, known, "model", string(b.Model.ID)); a.State != "returned" {
		t.Errorf("answer = %+v", a)
	}
}

func TestTwoDesksReturnOneUnitAtTheSameInstant(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Bound(t)
	statuses := make(chan int, 8)
	for i := range 8 {
		client := b.as(b.Clerk).WithKey(fmt.Sprintf("race-key-%d", i))
		go func() { statuses <- client.PostJSON("/v1/returns", body(unit)).Status }()
	}
	won := 0
	for range 8 {
		switch status := <-statuses; status {
		case http.StatusCreated:
			won++
		case http.StatusConflict:
		default:
			t.Errorf("status = %d", status)
		}
	}
	after, err := b.Unit(t.Context(), unit.ID)
	if err != nil || won != 1 || after.Epoch != unit.Epoch+1 {
		t.Errorf("%d won, epoch %d, %v; want one return and one epoch", won, after.Epoch, err)
	}
}
