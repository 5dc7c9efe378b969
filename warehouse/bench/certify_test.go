package bench_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/warehouse/certificate"
)

// item is what the API says of one unit of a list.
type item struct {
	Brand, Serial string
	Done          bool
	State         lifecycle.State
	Certificate   *struct {
		Code  lifecycle.CertificateCode
		Text  string
		Bytes []byte
	}
	Problem *web.Problem
}

type items struct {
	ID    lifecycle.ShipmentID
	Items []item
}

func (k *kit) certify(actor lifecycle.Actor, units ...lifecycle.Unit) *certifyAnswer {
	k.t.Helper()
	got := k.as(actor).PostJSON("/v1/certificates", map[string]any{"units": refs(units...)})
	answer := &certifyAnswer{Status: got.Status, Body: got.Body}
	if got.Status == http.StatusConflict {
		answer.Problem = got.Problem()
	} else if got.Status < 300 {
		got.Decode(&answer.items)
	}
	return answer
}

type certifyAnswer struct {
	Status  int
	Body    string
	Problem web.Problem
	items   items
}

type refusalCase struct {
	name   string
	unit   func(k *kit) lifecycle.Unit
	by     func(k *kit) lifecycle.Actor // nil: the validator
	reason string
	shown  string
}

// refusalsOfUnits is what can be wrong with a unit and its proofs.
func refusalsOfUnits() []refusalCase {
	return []refusalCase{
		{name: "no authority", reason: "certify.authority", shown: "Nobody has shown the right",
			unit: func(k *kit) lifecycle.Unit { return k.work(k.unproven()) }},
		{name: "contest window", reason: "certify.contest-window", shown: "can object until 16 Mar 2026",
			unit: func(k *kit) lifecycle.Unit {
				unit := k.unproven()
				k.askPresence(unit)
				return k.work(unit)
			}},
		{name: "grade", reason: "certify.grade", shown: "too weak", unit: func(k *kit) lifecycle.Unit {
			unit := k.returned()
			k.attest(k.Technician, unit, "factory-reset")
			k.attest(k.Technician2, unit, "unit.factory-reset")
			return k.finish(unit)
		}},
		{name: "firmware", reason: "certify.firmware", shown: "at least 2.1 is needed", unit: func(k *kit) lifecycle.Unit {
			unit := k.returned()
			k.report(unit, "2.0.9", "")
			return k.finish(unit)
		}},
		{name: "check not passed", reason: "certify.check", shown: "Wipe the lens", unit: func(k *kit) lifecycle.Unit {
			unit := k.reset()
			k.Clock.Add(time.Second)
			k.as(k.Technician).PostForm(page(unit)+"/checks", form("check", "lens", "pass", "false"))
			return unit
		}},
		{name: "media not checked", reason: "certify.check", shown: "memory card", unit: func(k *kit) lifecycle.Unit {
			unit := k.reset()
			k.Clock.Add(time.Second)
			k.as(k.Technician).PostForm(page(unit)+"/checks", form("check", "media", "note", "not-checked", "pass", "true"))
			return unit
		}},
		{name: "hold", reason: "hold.legal", shown: "must be kept as it is", unit: func(k *kit) lifecycle.Unit {
			unit := k.reset()
			k.as(k.Officer1).PostForm(page(unit)+"/holds", form("kind", "legal"))
			return unit
		}},
	}
}

// refusalsOfPeople is what can be wrong with who certifies.
func refusalsOfPeople() []refusalCase {
	return []refusalCase{
		{name: "the operator", reason: "certify.validator-operated", shown: "You worked on its reset yourself",
			unit: func(k *kit) lifecycle.Unit { return k.reset() },
			by: func(k *kit) lifecycle.Actor {
				both := k.Technician
				both.Roles = []lifecycle.Role{lifecycle.RoleTechnician, lifecycle.RoleValidator}
				return both
			}},
		{name: "the clerk", reason: "certify.validator-took-it-back", shown: "You took it back yourself",
			unit: func(k *kit) lifecycle.Unit { return k.reset() },
			by: func(k *kit) lifecycle.Actor {
				moved := k.Validator
				moved.Person = k.Clerk.Person
				return moved
			}},
		{name: "not accredited", reason: "certify.not-accredited", shown: "may not certify this model",
			unit: func(k *kit) lifecycle.Unit {
				unit := k.reset()
				if err := k.EndAccreditation(k.t.Context(), k.Model.ID, k.Warehouse.ID); err != nil {
					k.t.Fatal(err)
				}
				return unit
			}},
		{name: "self-custody", reason: "certify.self-custody", shown: "Another one must certify it",
			unit: func(k *kit) lifecycle.Unit { return k.work(k.ownReturn()) }},
		{name: "nobody worked on it", reason: "certify.no-operator", shown: "Nobody has worked on it",
			unit: func(k *kit) lifecycle.Unit {
				unit := k.returned()
				k.report(unit, "2.1", "")
				k.darken(unit)
				k.prove(unit)
				return unit
			}},
	}
}

// Whatever stands in the way is said by the API, and shown to the validator
// before they press anything.
func TestEveryRefusalToCertify(t *testing.T) {
	t.Parallel()
	for _, c := range append(refusalsOfUnits(), refusalsOfPeople()...) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := setup(t)
			unit := c.unit(k)
			by := k.Validator
			if c.by != nil {
				by = c.by(k)
			}
			got := k.certify(by, unit)
			if got.Status != http.StatusConflict || !strings.Contains(reasonCodes(got.Problem), c.reason) {
				t.Errorf("certify = %d %s, want 409 with %s", got.Status, got.Body, c.reason)
			}
			sees(t, "the unit's page", k.as(by).Get(page(unit)).Body, c.shown)
			byForm := k.as(by).PostForm("/bench/certificates", form("unit", unit.Key.String()))
			if byForm.Status != http.StatusConflict {
				t.Errorf("by form: %d", byForm.Status)
			}
			if state := k.snapshot(unit).Unit.State; state != lifecycle.StateReset {
				t.Errorf("state = %s after a refusal", state)
			}
		})
	}
}

// work does everything by hand and lets the unit and its clouds do the rest.
func (k *kit) work(unit lifecycle.Unit) lifecycle.Unit {
	k.t.Helper()
	presence := ""
	if ret := k.snapshot(unit).Return; ret != nil {
		presence = ret.PresenceHash
	}
	k.report(unit, "2.1.0", presence)
	return k.finish(unit)
}

func (k *kit) finish(unit lifecycle.Unit) lifecycle.Unit {
	k.t.Helper()
	for _, check := range []string{"codes-agree", "media", "lens"} {
		k.attest(k.Technician, unit, check)
	}
	k.darken(unit)
	k.prove(unit)
	return k.snapshot(unit).Unit
}

func (k *kit) askPresence(unit lifecycle.Unit) {
	k.t.Helper()
	if got := k.as(k.Technician).PostForm(page(unit)+"/presence", form()); got.Status != http.StatusSeeOther {
		k.t.Fatalf("ask presence: %d %s", got.Status, got.Body)
	}
}

// ownReturn is a unit that the warehouse's own clerk took back.
func (k *kit) ownReturn() lifecycle.Unit {
	k.t.Helper()
	unit := k.Bound(k.t)
	k.Must(k.t, unit.ID, lifecycle.Release{
		Command: k.By(k.Owner), Order: lifecycle.OrderID(storetest.NewID("ord")),
	}.Decide)
	return k.Must(k.t, unit.ID, lifecycle.TakeBack{
		Command: k.By(k.Clerk2), Return: lifecycle.ReturnID(storetest.NewID("ret")),
		Order: lifecycle.OrderID(storetest.NewID("ord")), Condition: "used", Reason: "faulty",
	}.Decide).Change.Unit
}

func TestCertifyAListWithOneBadUnit(t *testing.T) {
	t.Parallel()
	k := setup(t)
	good, bad, fine := k.reset(), k.returned(), k.reset()
	validator := k.as(k.Validator).WithKey("one-key-for-the-list")
	body := map[string]any{"units": refs(good, bad, fine)}
	first := validator.PostJSON("/v1/certificates", body)
	var got items
	first.Decode(&got)
	if first.Status != http.StatusOK || len(got.Items) != 3 {
		t.Fatalf("certify = %d %s", first.Status, first.Body)
	}
	if !got.Items[0].Done || got.Items[1].Done || !got.Items[2].Done {
		t.Errorf("done = %v %v %v, want the middle one refused", got.Items[0].Done, got.Items[1].Done, got.Items[2].Done)
	}
	if got.Items[0].Certificate.Code == got.Items[2].Certificate.Code {
		t.Error("two units share a certificate")
	}
	if p := got.Items[1].Problem; p == nil || p.Status != http.StatusConflict || !strings.Contains(reasonCodes(*p), "certify.returned") {
		t.Errorf("the bad unit's problem = %+v", p)
	}
	for i, reason := range got.Items[1].Problem.Reasons {
		if reason.Detail == "" || reason.Detail == reason.Code {
			t.Errorf("reason %d has no sentence: %+v", i, reason)
		}
	}

	// The same request again finds the same certificates and makes no new ones.
	var again items
	second := validator.PostJSON("/v1/certificates", body)
	second.Decode(&again)
	if again.Items[0].Certificate.Code != got.Items[0].Certificate.Code {
		t.Errorf("a repeat made another certificate: %s", second.Body)
	}
	reused := validator.PostJSON("/v1/certificates", map[string]any{"units": refs(good)})
	if reused.Status != http.StatusUnprocessableEntity || reused.Problem().Code != "key-reused" {
		t.Errorf("the same key with another list = %d %s", reused.Status, reused.Body)
	}
	page := k.as(k.Validator).PostForm("/bench/certificates", form("unit", k.reset().Key.String(), "unit", bad.Key.String()))
	sees(t, "the result of a list", page.Body, "1 done, 1 left out", bad.Key.Serial, "Certificate and label")
}

func TestCertifyShapes(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.reset()
	twice := k.as(k.Validator).PostJSON("/v1/certificates", map[string]any{"units": refs(unit, unit)})
	if twice.Status != http.StatusUnprocessableEntity {
		t.Errorf("a unit twice = %d %s", twice.Status, twice.Body)
	}
	for name, body := range map[string]any{
		"none": map[string]any{"units": []string{}}, "no list": map[string]any{},
		"many":  map[string]any{"units": slices.Repeat(refs(unit), 101)},
		"shape": map[string]any{"units": []map[string]string{{"brand": "A B", "serial": strings.Repeat("x", 4096)}}},
	} {
		if got := k.as(k.Validator).PostJSON("/v1/certificates", body); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s = %d %s", name, got.Status, got.Body)
		}
	}
	unknown := k.as(k.Validator).PostJSON("/v1/certificates", map[string]any{
		"units": []map[string]string{{"brand": "acme", "serial": "NOBODY"}},
	})
	if unknown.Status != http.StatusNotFound {
		t.Errorf("an unknown unit = %d", unknown.Status)
	}
	for name, actor := range map[string]lifecycle.Actor{"technician": k.Technician, "clerk": k.Clerk2, "officer": k.Officer1} {
		if got := k.certify(actor, unit); got.Status != http.StatusForbidden {
			t.Errorf("a %s certifies: %d", name, got.Status)
		}
	}
	machine := access.Principal{
		Kind: access.KindMachine, Machine: "tok_1", Org: k.Warehouse.ID, OrgKind: lifecycle.OrgWarehouse,
		Scopes: access.Scopes(), OnBehalfOf: k.Validator.Person, Roles: []lifecycle.Role{lifecycle.RoleValidator},
	}
	got := k.site.As(machine).PostJSON("/v1/certificates", map[string]any{"units": refs(unit)})
	if got.Status != http.StatusForbidden {
		t.Errorf("a machine certifies: %d %s", got.Status, got.Body)
	}
}

// Its page says of a unit under a hold what its box says, not that it may be sold.
func TestCertificateOfAUnitUnderAHold(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.reset()
	made := k.certify(k.Validator, unit).items.Items[0].Certificate
	path := "/bench/certificates/" + string(made.Code)
	sees(t, "before", k.as(k.Validator).Get(path).Body, "It may be sold")
	k.Must(t, unit.ID, lifecycle.PlaceHold{Command: k.By(k.Validator), ID: lifecycle.HoldID(storetest.NewID("hld")), Kind: lifecycle.HoldRecall}.Decide)
	held := k.as(k.Validator).Get(path).Body
	sees(t, "under a hold", held, "On hold", "Somebody is looking into it")
	if strings.Contains(held, "It may be sold") {
		t.Error("a unit under a hold may be sold, says its certificate's page")
	}
}

// A certificate stays readable for whoever issued it, wherever the unit went.
func TestCertificateAfterTheUnitMovedOn(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.reset()
	made := k.certify(k.Validator, unit).items.Items[0].Certificate
	path := "/v1/certificates/" + string(made.Code)
	var facts struct {
		Current bool
		Grade   lifecycle.Grade
		Page    string
		Text    string
	}
	k.as(k.Technician).Get(path).Decode(&facts)
	if !facts.Current || facts.Grade != lifecycle.GradeDeviceSigned || facts.Page != "/C/"+string(made.Code) {
		t.Errorf("certificate = %+v", facts)
	}
	if data, err := certificate.FromText(facts.Text); err != nil || string(data) != string(made.Bytes) {
		t.Errorf("the text holds %v %v", data, err)
	}
	for name, reader := range map[string]lifecycle.Actor{"vendor": k.VendorAdmin, "shop": k.Clerk} {
		if got := k.as(reader).Get(path); got.Status != http.StatusNotFound {
			t.Errorf("the %s reads the warehouse's certificate: %d", name, got.Status)
		}
	}
	k.as(k.Validator).PostJSON("/v1/units/acme/"+unit.Key.Serial+"/reopen", map[string]string{"cause": "doubt"})
	k.as(k.Technician).Get(path).Decode(&facts)
	if facts.Current {
		t.Error("the certificate is current after the unit was reopened")
	}
	sees(t, "the old certificate", k.as(k.Validator).Get("/bench/certificates/"+string(made.Code)).Body, "This certificate is history")
	k.Clock.Add(time.Minute)
	k.work(k.snapshot(unit).Unit)
	k.certify(k.Validator, unit)
	if old := k.as(k.Technician).Get(path); old.Status != http.StatusOK {
		t.Errorf("the certificate before the present one = %d", old.Status)
	}
	if got := k.as(k.Technician).Get("/v1/certificates/UNKNOWN"); got.Status != http.StatusNotFound {
		t.Errorf("an unknown certificate = %d", got.Status)
	}
}
