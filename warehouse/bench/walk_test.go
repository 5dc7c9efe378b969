package bench_test

import (
	"net/http"
	"strings"
	"testing"

	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

// The whole way of one unit, by the pages that people use.
func TestWalkFromReturnedToCertified(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.TakenBack(t)
	k.send(unit)
	technician, validator := k.as(k.Technician), k.as(k.Validator)

	list := technician.Get("/bench")
	sees(t, "the bench", list.Body, "On its way to you", unit.Key.Serial, "Corner Shop")
	arriving := technician.Get(page(unit))
	sees(t, "a unit on the road", arriving.Body, "still in the sender&#39;s custody")

	if got := technician.PostForm("/shipments/receive", form("payload", unit.Key.Serial)); got.Status != http.StatusSeeOther {
		t.Fatalf("receive: %d %s", got.Status, plain(got.Body))
	}
	if custody := k.snapshot(unit).Unit.Custody; custody != k.Warehouse.ID {
		t.Fatalf("custody = %s after receiving", custody)
	}
	sees(t, "a unit to work on", technician.Get(page(unit)).Body, "Compare box and unit", "Wipe the lens", "Memory card")

	post := func(path string, pairs ...string) {
		t.Helper()
		k.Clock.Add(1e9)
		if got := technician.PostForm(page(unit)+path, form(pairs...)); got.Status != http.StatusSeeOther {
			t.Fatalf("POST %s: %d %s", path, got.Status, plain(got.Body))
		}
	}
	post("/codes", "box", unit.Key.Serial, "device", strings.ToLower(unit.Key.Serial))
	post("/checks", "check", "media", "note", "none-inside", "pass", "true")
	post("/checks", "check", "lens", "pass", "true")
	sees(t, "the next step", technician.Get(page(unit)).Body, "hold the unit&#39;s reset button")

	k.report(unit, "2.1.0", "")
	sees(t, "what the unit said", technician.Get(page(unit)+"?fragment=progress").Body, "The unit signed it itself", "It runs 2.1.0")
	k.darken(unit)
	k.prove(unit)

	sees(t, "the technician's answer", technician.Get(page(unit)).Body, "A validator can certify it now")
	sees(t, "the validator's list", validator.Get("/bench").Body, unit.Key.Serial, `value="`+unit.Key.String()+`"`)
	sees(t, "the validator's answer", validator.Get(page(unit)).Body, "You can certify it", "Certify it")
	got := validator.PostForm("/bench/certificates", form("unit", unit.Key.String()))
	if got.Status != http.StatusSeeOther {
		t.Fatalf("certify: %d %s", got.Status, plain(got.Body))
	}
	made := validator.Get(got.Header.Get("Location"))
	sees(t, "the certificate", made.Body, "Certified. It may be sold.", "Second Life", "Signed by the unit itself", "Acme", "<svg")

	s := k.snapshot(unit)
	if s.Unit.State != lifecycle.StateCertified || s.Certificate.Operator != k.Technician.Person || s.Certificate.Validator != k.Validator.Person {
		t.Errorf("state %s, certificate %+v", s.Unit.State, s.Certificate)
	}
	stated, err := certificate.Verify(s.Certificate.Bytes, k.pinned())
	if err != nil {
		t.Fatal(err)
	}
	if stated.Unit != unit.Key || stated.Epoch != s.Unit.Epoch || stated.Issuer != "Second Life" || stated.Accreditation != "Acme" {
		t.Errorf("the bytes say %+v", stated)
	}
	if sees := technician.Get(page(unit)); sees.Status != http.StatusOK {
		t.Errorf("a certified unit's page: %d", sees.Status)
	}
}
