package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

func TestCancelNeedsTheUnitScannedAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit, other := b.Bound(t), b.Bound(t)
	a := b.takeBack(t, unit)
	path := "/v1/returns/" + a.ID + "/cancel"
	for name, c := range map[string]struct {
		payload, reason string
	}{
		"nothing":         {"", "cancel.unit-absent"},
		"another unit":    {other.Key.Serial, "desk.cancel-other-unit"},
		"another model":   {"https://id.gs1.org/01/04006381333931/21/" + unit.Key.Serial, "desk.cancel-other-unit"},
		"a product":       {"4012345678901", "desk.cancel-other-unit"},
		"a setup code":    {"MT:Y.K9042C00KA0648G00", "desk.cancel-other-unit"},
		"nobody's label":  {"label 0000", "desk.cancel-other-unit"},
		"another's label": {"label " + b.Label(t, other), "desk.cancel-other-unit"},
	} {
		got := b.as(b.Clerk).PostJSON(path, map[string]any{"payload": c.payload})
		if got.Status != http.StatusConflict || got.Problem().Reasons[0].Code != c.reason {
			t.Errorf("%s: %d %s, want %s", name, got.Status, got.Body, c.reason)
		}
	}
	if got := b.as(b.warehouseClerk()).PostJSON(path, map[string]any{"payload": unit.Key.Serial}); got.Status != http.StatusNotFound {
		t.Errorf("a stranger cancels: %d", got.Status)
	}
	got := b.as(b.Clerk).PostJSON(path, map[string]any{"payload": "https://id.gs1.org/01/04012345678901/21/" + unit.Key.Serial})
	var now answer
	if got.Status != http.StatusOK {
		t.Fatalf("cancel = %d %s", got.Status, got.Body)
	}
	got.Decode(&now)
	after, err := b.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, owned := after.Owner(); owned || after.Unit.State != lifecycle.StateSold || after.Unit.Custody != "" || now.CancelledAt == nil {
		t.Errorf("unit = %+v, answer %s; want sold, with its customer, and nothing old alive", after.Unit, got.Body)
	}
}

func TestCancelByItsSerialAndByItsLabel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	typed, labelled := b.Bound(t), b.Bound(t)
	for unit, payload := range map[lifecycle.UnitID]string{
		typed.ID: strings.ToLower(typed.Key.Serial) + "\r\n", labelled.ID: "label " + b.Label(t, labelled),
	} {
		known, err := b.Unit(t.Context(), unit)
		if err != nil {
			t.Fatal(err)
		}
		a := b.takeBack(t, known)
		if got := b.as(b.Clerk).PostJSON("/v1/returns/"+a.ID+"/cancel", map[string]any{"payload": payload}); got.Status != http.StatusOK {
			t.Errorf("by %q = %d %s", payload, got.Status, got.Body)
		}
	}
}

func TestVouch(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.takeBack(t, b.Bound(t))
	path := "/v1/returns/" + a.ID + "/vouch"
	if got := b.as(b.Clerk).PostJSON(path, map[string]any{"receipt": "R-9"}); got.Status != http.StatusConflict || got.Problem().Reasons[0].Code != "vouch.no-match" {
		t.Errorf("another receipt = %d %s", got.Status, got.Body)
	}
	if got := b.as(b.Clerk).PostJSON(path, map[string]any{"receipt": ""}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("no receipt = %d", got.Status)
	}
	if got := b.as(b.warehouseClerk()).PostJSON(path, map[string]any{"receipt": storetest.Receipt}); got.Status != http.StatusNotFound {
		t.Errorf("a stranger vouches: %d", got.Status)
	}
	got := b.as(b.Clerk).PostJSON(path, map[string]any{"receipt": storetest.Receipt})
	var now answer
	if got.Status != http.StatusOK {
		t.Fatalf("vouch = %d %s", got.Status, got.Body)
	}
	got.Decode(&now)
	if now.Authority != "sale-match" {
		t.Errorf("answer = %s", got.Body)
	}
	if got := b.as(b.Clerk).PostJSON(path, map[string]any{"receipt": storetest.Receipt}); got.Status != http.StatusConflict {
		t.Errorf("a second time = %d", got.Status)
	}
	if got := b.as(b.Clerk).PostJSON("/v1/returns/ret_nobody/vouch", map[string]any{"receipt": "1"}); got.Status != http.StatusNotFound {
		t.Errorf("of no return = %d", got.Status)
	}
}

func TestSealedReturn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit, used := b.Sold(t), b.Bound(t)
	in := map[string]any{"brand": "acme", "serial": unit.Key.Serial}
	if got := b.as(b.Clerk).PostJSON("/v1/returns/sealed", in); got.Status != http.StatusConflict || got.Problem().Reasons[0].Code != "return-sealed.seal" {
		t.Errorf("nobody looked at the seal = %d %s", got.Status, got.Body)
	}
	in["seal_attested"] = true
	got := b.as(b.Clerk).PostJSON("/v1/returns/sealed", in)
	if got.Status != http.StatusOK || !strings.Contains(got.Body, `"state":"stock"`) {
		t.Errorf("sealed = %d %s", got.Status, got.Body)
	}
	after, err := b.Snapshot(t.Context(), unit.ID)
	if err != nil || after.Return != nil || after.Unit.Custody != b.Retailer.ID {
		t.Errorf("unit = %+v, return %v, %v; want the shop's stock and no return", after.Unit, after.Return, err)
	}
	in["serial"] = used.Key.Serial
	if got := b.as(b.Clerk).PostJSON("/v1/returns/sealed", in); got.Status != http.StatusConflict || len(got.Problem().Reasons) < 2 {
		t.Errorf("a unit in use = %d %s", got.Status, got.Body)
	}
	in["serial"] = "SN-404404"
	if got := b.as(b.Clerk).PostJSON("/v1/returns/sealed", in); got.Status != http.StatusNotFound {
		t.Errorf("a unit of nobody = %d", got.Status)
	}
}
