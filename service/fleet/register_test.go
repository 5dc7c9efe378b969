package fleet_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

func TestRegister(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	vendor := k.as(k.VendorAdmin)
	body := map[string]any{"brand": "acme", "serial": "AC 2291/7", "model": k.Model.ID, "device_key": deviceKey(t)}
	got := vendor.WithKey("line-7-0001").PostJSON("/v1/units", body)
	if got.Status != http.StatusCreated {
		t.Fatalf("register: %d %s", got.Status, got.Body)
	}
	hasAll(t, got.Body, `"view":"custodian"`, `"serial":"AC 2291/7"`, `"state":"stock"`, `"epoch":1`, `"custody":"Acme"`, `"signs":true`)

	again := vendor.WithKey("line-7-0001").PostJSON("/v1/units", body)
	if again.Status != http.StatusCreated || again.Body != got.Body {
		t.Errorf("the same request again: %d %s", again.Status, again.Body)
	}
	twice := vendor.PostJSON("/v1/units", body)
	if twice.Status != http.StatusConflict || !hasReason(twice.Problem().Reasons, "register.exists") {
		t.Errorf("a second unit of this serial: %d %s", twice.Status, twice.Body)
	}
	folded := map[string]any{"brand": "acme", "serial": "ac 2291/7", "model": k.Model.ID}
	if got := vendor.PostJSON("/v1/units", folded); got.Status != http.StatusConflict {
		t.Errorf("the same serial in small letters: %d", got.Status)
	}
	if got := vendor.Get("/v1/units/acme/AC%202291%2F7"); got.Status != http.StatusOK {
		t.Errorf("a serial with blank and slash: %d %s", got.Status, got.Body)
	}
}

func TestRegisterByGTIN(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	model := k.Model
	model.ID, model.Name, model.GTIN = lifecycle.ModelID(storetest.NewID("mdl")), "Cam Two", "00614141123452"
	if _, err := k.SaveModel(t.Context(), model); err != nil {
		t.Fatal(err)
	}
	machine := access.Principal{
		Kind: access.KindMachine, Machine: "tok_line", Org: k.Vendor.ID, OrgKind: lifecycle.OrgVendor,
		Scopes: []access.Scope{access.ScopeUnits}, OnBehalfOf: k.VendorAdmin.Person,
	}
	got := k.site.As(machine).PostJSON("/v1/units", map[string]any{"brand": "acme", "serial": "T-1", "gtin": "614141123452"})
	if got.Status != http.StatusCreated {
		t.Fatalf("register: %d %s", got.Status, got.Body)
	}
	hasAll(t, got.Body, `"model":"Cam Two"`, `"gtin":"00614141123452"`)
	machine.OnBehalfOf = ""
	if got := k.site.As(machine).PostJSON("/v1/units", map[string]any{"brand": "acme", "serial": "T-2", "gtin": "614141123452"}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a machine for nobody: %d", got.Status)
	}
	machine.Scopes = []access.Scope{access.ScopeSales, access.ScopeScans}
	if got := k.site.As(machine).PostJSON("/v1/units", map[string]any{"brand": "acme", "serial": "T-2", "gtin": "614141123452"}); got.Status != http.StatusForbidden {
		t.Errorf("a machine without the scope: %d", got.Status)
	}
}

// TestRegisterMistakes: every mistake at once, and another vendor's model is
// no model at all.
func TestRegisterMistakes(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	other := access.Organisation{ID: lifecycle.OrgID(storetest.NewID("org")), Kind: lifecycle.OrgVendor, Name: "Rival", Brands: []string{"rival"}, CreatedAt: k.Clock.Now()}
	if _, err := k.SaveOrganisation(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	theirs := lifecycle.Model{
		ID: lifecycle.ModelID(storetest.NewID("mdl")), Vendor: other.ID, Brand: "rival", Name: "Eye", GTIN: "04006381333931",
		ResetPolicy: lifecycle.ResetLocks, RequiredGrade: lifecycle.GradeProbed, Clouds: []string{},
	}
	if _, err := k.SaveModel(t.Context(), theirs); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		body map[string]any
		want map[string]string // field -> code
	}{
		{"nothing", map[string]any{}, map[string]string{"brand": "field.required", "serial": "field.required", "model": "field.required"}},
		{"all wrong", map[string]any{"brand": "AC_ME", "serial": "tab\there", "model": "mdl_nobody", "device_key": "<key>"},
			map[string]string{"brand": "brand.shape", "serial": "serial.shape", "model": "unit.model", "device_key": "unit.device-key"}},
		{"no model", map[string]any{"brand": "acme", "serial": "S-1"}, map[string]string{"model": "field.required"}},
		{"another vendor's model", map[string]any{"brand": "rival", "serial": "S-1", "model": theirs.ID}, map[string]string{"model": "unit.model"}},
		{"another vendor's number", map[string]any{"brand": "rival", "serial": "S-1", "gtin": theirs.GTIN}, map[string]string{"gtin": "unit.model"}},
		{"wrong check digit", map[string]any{"brand": "acme", "serial": "S-1", "gtin": "4006381333930"}, map[string]string{"gtin": "field.gtin"}},
		{"another brand", map[string]any{"brand": "rival", "serial": "S-1", "model": k.Model.ID}, map[string]string{"brand": "unit.brand"}},
		{"key of zeros", map[string]any{"brand": "acme", "serial": "S-1", "model": k.Model.ID, "device_key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
			map[string]string{"device_key": "unit.device-key"}},
		{"half a key", map[string]any{"brand": "acme", "serial": "S-1", "model": k.Model.ID, "device_key": "AAAA"}, map[string]string{"device_key": "unit.device-key"}},
		{"state cannot be given", map[string]any{"brand": "acme", "serial": "S-1", "model": k.Model.ID, "state": "sold"}, map[string]string{"state": "field.unknown"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := k.as(k.VendorAdmin).PostJSON("/v1/units", tt.body)
			if got.Status != http.StatusUnprocessableEntity {
				t.Fatalf("register: %d %s", got.Status, got.Body)
			}
			found := map[string]string{}
			for _, reason := range got.Problem().Reasons {
				found[reason.Field] = reason.Code
			}
			if diff := cmp.Diff(tt.want, found); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
	if list, _, err := k.Units(t.Context(), lifecycle.UnitFilter{}, lifecycle.Page{}); err != nil || len(list) != 0 {
		t.Errorf("after mistakes alone there are %d units, %v", len(list), err)
	}
}

func TestOnlyVendorsRegister(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	body := map[string]any{"brand": "acme", "serial": "S-1", "model": k.Model.ID}
	for name, actor := range map[string]lifecycle.Actor{"clerk": k.Clerk, "officer of the vendor": k.Officer, "owner": k.Owner} {
		if got := k.as(actor).PostJSON("/v1/units", body); got.Status != http.StatusForbidden {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	if got := k.as(k.Clerk, lifecycle.RoleAdmin).PostJSON("/v1/units", body); got.Status != http.StatusForbidden {
		t.Errorf("admin of a retailer: %d", got.Status)
	}
	if got := k.site.As(access.Anonymous()).PostJSON("/v1/units", body); got.Status != http.StatusUnauthorized {
		t.Errorf("anonymous: %d", got.Status)
	}
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.admitted(t, "X-77")
	vendor := k.as(k.VendorAdmin)
	got := vendor.Get(path(unit))
	hasAll(t, got.Body, `"view":"vendor"`, `"unconfirmed":true`, `"state":"returned"`, `"custody":"Corner Shop"`)

	for name, client := range map[string]struct{ status int }{"/v1/units/acme/X-78/confirm": {404}, "/v1/units/rival/X-77/confirm": {404}} {
		if got := vendor.PostJSON(name, map[string]any{}); got.Status != client.status {
			t.Errorf("confirm %s: %d, want %d", name, got.Status, client.status)
		}
	}
	wrong := vendor.PostJSON(path(unit)+"/confirm", map[string]any{"device_key": "AAAA"})
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Errorf("confirm with half a key: %d", wrong.Status)
	}
	done := vendor.PostJSON(path(unit)+"/confirm", map[string]any{"device_key": deviceKey(t)})
	if done.Status != http.StatusOK {
		t.Fatalf("confirm: %d %s", done.Status, done.Body)
	}
	hasAll(t, done.Body, `"signs":true`)
	hasNone(t, done.Body, `"unconfirmed"`)
	again := vendor.PostJSON(path(unit)+"/confirm", map[string]any{})
	if again.Status != http.StatusConflict || !hasReason(again.Problem().Reasons, "confirm.already") {
		t.Errorf("confirm twice: %d %s", again.Status, again.Body)
	}
}

func TestRegisterForm(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	vendor := k.as(k.VendorAdmin)
	hasAll(t, vendor.Get("/units/new").Body, `name="device_key"`, `name="idempotency_key"`)
	wrong := vendor.PostForm("/units", url.Values{"brand": {"acme"}, "serial": {""}, "gtin": {"123"}, "device_key": {"x"}})
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Fatalf("form with mistakes: %d", wrong.Status)
	}
	hasAll(t, wrong.Body, "serial-mistake", "device_key-mistake", `value="acme"`, `value="123"`)

	model := k.Model
	model.GTIN = "00614141123452"
	if _, err := k.SaveModel(t.Context(), model); err != nil {
		t.Fatal(err)
	}
	got := vendor.PostForm("/units", url.Values{"brand": {"acme"}, "serial": {"F/1"}, "gtin": {"614141123452"}})
	if want := "/units/acme/F%2F1?done=registered"; got.Status != http.StatusSeeOther || got.Header.Get("Location") != want {
		t.Fatalf("form: %d to %q, want %q; %s", got.Status, got.Header.Get("Location"), want, got.Body)
	}
	hasAll(t, vendor.Get("/units/acme/F%2F1?done=registered").Body, "F/1", "The unit is on record.", "In stock")
}
