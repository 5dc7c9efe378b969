package bench_test

import (
	"net/http"
	"net/url"
	"testing"

	"quitclaim/service/lifecycle"
)

func TestRetireTakesTwoPeopleAndASecondScan(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		fields func(k *kit, unit, other lifecycle.Unit) url.Values
		status int
		shown  string
	}{
		{"both", func(k *kit, u, _ lifecycle.Unit) url.Values {
			return form("scan", u.Key.Serial, "second_email", mail(k.Validator2), "second_password", "pw")
		}, http.StatusSeeOther, ""},
		{"the same person", func(k *kit, u, _ lifecycle.Unit) url.Values {
			return form("scan", u.Key.Serial, "second_email", mail(k.Technician2), "second_password", "pw")
		}, http.StatusConflict, "two different people"},
		{"wrong password", func(k *kit, u, _ lifecycle.Unit) url.Values {
			return form("scan", u.Key.Serial, "second_email", mail(k.Validator2), "second_password", "guess")
		}, http.StatusUnprocessableEntity, "do not belong together"},
		{"another organisation", func(k *kit, u, _ lifecycle.Unit) url.Values {
			stranger := k.hire(k.Retailer, "Stranger", lifecycle.RoleTechnician)
			return form("scan", u.Key.Serial, "second_email", mail(stranger), "second_password", "pw")
		}, http.StatusUnprocessableEntity, "may not sign here"},
		{"a clerk", func(k *kit, u, _ lifecycle.Unit) url.Values {
			return form("scan", u.Key.Serial, "second_email", mail(k.Clerk2), "second_password", "pw")
		}, http.StatusUnprocessableEntity, "may not sign here"},
		{"another unit scanned", func(k *kit, _, other lifecycle.Unit) url.Values {
			return form("scan", other.Key.Serial, "second_email", mail(k.Validator2), "second_password", "pw")
		}, http.StatusConflict, "The second scan is not of this unit"},
		{"nothing scanned", func(k *kit, _, _ lifecycle.Unit) url.Values {
			return form("second_email", mail(k.Validator2), "second_password", "pw")
		}, http.StatusUnprocessableEntity, "This is needed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := setup(t)
			unit, other := k.returned(), k.returned()
			sees(t, "the form", k.as(k.Technician2).Get(page(unit)+"/retire").Body, "There is no way back")
			got := k.as(k.Technician2).PostForm(page(unit)+"/retire", c.fields(k, unit, other))
			if got.Status != c.status {
				t.Fatalf("retire = %d %s", got.Status, plain(got.Body))
			}
			sees(t, "the answer", got.Body, c.shown)
			retired := k.snapshot(unit).Unit.State == lifecycle.StateRetired
			if retired != (c.status == http.StatusSeeOther) {
				t.Errorf("retired = %v", retired)
			}
		})
	}
}

// The second person's password is in the body, and a digest of the body is
// kept for a week: it must not be one that gives the password away.
func TestARepeatOfARetirementNeedsNoSamePassword(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.returned()
	path := "/v1/units/acme/" + unit.Key.Serial + "/retire"
	body := map[string]string{"scan": unit.Key.Serial, "second_email": mail(k.Validator2), "second_password": "pw"}
	technician := k.as(k.Technician).WithKey("retire-once-and-for-all")
	if got := technician.PostJSON(path, body); got.Status != http.StatusOK {
		t.Fatalf("retire = %d %s", got.Status, got.Body)
	}
	if got := technician.PostJSON(path, body); got.Status != http.StatusOK {
		t.Errorf("the same again = %d %s", got.Status, got.Body)
	}
	body["scan"] = "acme/SN-999999"
	if got := technician.PostJSON(path, body); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("the same key with another scan = %d %s", got.Status, got.Body)
	}
}

func TestReopen(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.reset()
	path := "/v1/units/acme/" + unit.Key.Serial + "/reopen"
	if got := k.as(k.Technician).PostJSON(path, map[string]string{"cause": "doubt"}); got.Status != http.StatusForbidden {
		t.Errorf("a technician reopens: %d", got.Status)
	}
	if got := k.as(k.Validator).PostJSON(path, map[string]string{"cause": "because"}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown cause = %d", got.Status)
	}
	got := k.as(k.Validator).PostForm(page(unit)+"/reopen", form("cause", "doubt"))
	if got.Status != http.StatusSeeOther {
		t.Fatalf("reopen = %d %s", got.Status, plain(got.Body))
	}
	s := k.snapshot(unit)
	if s.Unit.State != lifecycle.StateReturned || s.Unit.Epoch != unit.Epoch+1 {
		t.Errorf("state %s epoch %d, was at %d", s.Unit.State, s.Unit.Epoch, unit.Epoch)
	}
	if again := k.as(k.Validator).PostJSON(path, map[string]string{"cause": "doubt"}); again.Status != http.StatusConflict {
		t.Errorf("reopen what is open = %d", again.Status)
	}
}

func TestWaiveADeadCloud(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.returned()
	path := page(unit) + "/waive"
	sees(t, "the officer's page", k.as(k.Officer1).Get(page(unit)).Body, "builtin was shut down for good?")
	sees(t, "the form", k.as(k.Officer1).Get(path+"?cloud=builtin").Body, "builtin", "the certificate says so")
	if got := k.as(k.Technician).Get(path); got.Status != http.StatusForbidden {
		t.Errorf("a technician waives: %d", got.Status)
	}
	alone := k.as(k.Officer1).PostForm(path, form("cloud", "builtin", "second_email", mail(k.Officer1), "second_password", "pw"))
	if alone.Status != http.StatusConflict {
		t.Errorf("one officer alone = %d", alone.Status)
	}
	other := k.as(k.Officer1).PostForm(path, form("cloud", "elsewhere", "second_email", mail(k.Officer2), "second_password", "pw"))
	if other.Status != http.StatusConflict {
		t.Errorf("another cloud = %d", other.Status)
	}
	got := k.as(k.Officer1).PostForm(path, form("cloud", "builtin", "second_email", mail(k.Officer2), "second_password", "pw"))
	if got.Status != http.StatusSeeOther {
		t.Fatalf("waive = %d %s", got.Status, plain(got.Body))
	}
	k.report(unit, "2.1", "")
	for _, check := range []string{"codes-agree", "media", "lens"} {
		k.attest(k.Technician, unit, check)
	}
	k.prove(unit)
	made := k.certify(k.Validator, unit).items.Items[0].Certificate
	sees(t, "the certificate", k.as(k.Validator).Get("/bench/certificates/"+string(made.Code)).Body, "builtin, by two people")
	sees(t, "the label", k.as(k.Validator).Get("/v1/certificates/"+string(made.Code)+"/label.svg").Body, "− builtin")
}

func TestHoldsAreLiftedByTwo(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.reset()
	got := k.as(k.Officer1).PostJSON("/v1/holds", map[string]string{"brand": "acme", "serial": unit.Key.Serial, "kind": "legal"})
	var hold struct{ ID, Kind string }
	got.Decode(&hold)
	if got.Status != http.StatusCreated || hold.Kind != "legal" {
		t.Fatalf("hold = %d %s", got.Status, got.Body)
	}
	sees(t, "the technician's page", k.as(k.Technician).Get(page(unit)).Body, "On hold", "must be kept as it is")
	path := "/v1/holds/" + hold.ID + "/lift"
	if got := k.as(k.Technician).PostJSON(path, map[string]any{}); got.Status != http.StatusForbidden {
		t.Errorf("a technician lifts: %d", got.Status)
	}
	k.as(k.Officer1).PostJSON(path, map[string]any{})
	if again := k.as(k.Officer1).PostJSON(path, map[string]any{}); again.Status != http.StatusConflict {
		t.Errorf("the same officer twice = %d %s", again.Status, again.Body)
	}
	sees(t, "the first officer's page", k.as(k.Officer1).Get(page(unit)).Body, "A second officer must lift it")
	lifted := k.as(k.Officer2).PostForm(page(unit)+"/lift", form("hold", hold.ID))
	if lifted.Status != http.StatusSeeOther || lifted.Header.Get("Location") != page(unit)+"?done=bench-lifted" {
		t.Errorf("the second officer = %d %s", lifted.Status, lifted.Header.Get("Location"))
	}
	if holds := k.snapshot(unit).StandingHolds(); len(holds) != 0 {
		t.Errorf("holds = %+v", holds)
	}
	shop := k.hire(k.Retailer, "Shop Officer", lifecycle.RoleSecurityOfficer)
	elsewhere := k.as(shop).PostJSON("/v1/holds", map[string]string{"brand": "acme", "serial": unit.Key.Serial, "kind": "legal"})
	if elsewhere.Status != http.StatusNotFound {
		t.Errorf("another organisation's hold = %d", elsewhere.Status)
	}
}
