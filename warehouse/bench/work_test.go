package bench_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web/messages"
	"quitclaim/service/web/webtest"
	"quitclaim/warehouse/bench"
)

// scans is what a scanner sends from the page of a unit with a step open.
func (k *kit) scans(who lifecycle.Actor, unit lifecycle.Unit, step, payload string) *webtest.Response {
	k.t.Helper()
	return k.as(who).PostForm("/bench/scan", url.Values{"unit": {unit.Key.Brand + "/" + unit.Key.Serial}, "step": {step}, "payload": {payload}})
}

// went is where an answer leads.
func went(t *testing.T, what string, got *webtest.Response, want string) {
	t.Helper()
	if got.Status != http.StatusSeeOther || got.Header.Get("Location") != want {
		t.Errorf("%s: %d to %q, want %q: %s", what, got.Status, got.Header.Get("Location"), want, plain(got.Body))
	}
}

// benched is a unit at the bench, with nothing done.
func (k *kit) benched() lifecycle.Unit {
	k.t.Helper()
	return k.Move(k.t, k.TakenBack(k.t), k.Clerk, k.Technician)
}

func (k *kit) passed(unit lifecycle.Unit, check string) bool {
	k.t.Helper()
	s, err := k.Snapshot(k.t.Context(), unit.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	return lifecycle.Passed(s, check)
}

// From the first scan to the last step with nothing but a scanner.
func TestTheWholeSheetByScanner(t *testing.T) {
	t.Parallel()
	k := setup(t)
	k.demand(func(m *lifecycle.Model) {
		m.Checklist = []lifecycle.Check{{ID: "hinge", Text: "Hold the hinge", HoldSeconds: 10}, {ID: "lens", Text: "Wipe the lens"}}
	})
	unit := k.benched()
	home := page(unit)
	went(t, "the unit", k.as(k.Technician).PostForm("/bench/scan", form("payload", unit.Key.Serial)), home)
	sees(t, "the page", k.as(k.Technician).Get(home).Body, "Step 1 of 4", "Scan the code on the box", "data-wedge")
	went(t, "the box", k.scans(k.Technician, unit, "codes-agree", unit.Key.Serial), home+"?step=codes-agree")
	sees(t, "half way", k.as(k.Technician).Get(home+"?step=codes-agree").Body, "Now scan the code on the unit itself")
	if k.passed(unit, lifecycle.CheckCodesAgree) {
		t.Fatal("a box alone counts as compared")
	}
	went(t, "the unit's own", k.scans(k.Technician, unit, "codes-agree", unit.Key.Serial), home)
	went(t, "no card", k.scans(k.Technician, unit, "media", "QC:ONE"), home)
	sees(t, "the timer", k.as(k.Technician).Get(home).Body, "Hold the hinge", "Press start")
	went(t, "start", k.scans(k.Technician, unit, "hinge", "QC:START"), home+"?step=hinge")
	sees(t, "it runs", k.as(k.Technician).Get(home+"?step=hinge").Body, `data-left="10"`)
	k.Clock.Add(9 * time.Second)
	early := k.scans(k.Technician, unit, "hinge", "QC:PASS")
	if early.Status != http.StatusConflict || k.passed(unit, "hinge") {
		t.Errorf("let go too soon: %d", early.Status)
	}
	sees(t, "let go too soon", early.Body, "takes 10 seconds", `data-left="1"`)
	k.Clock.Add(time.Second)
	went(t, "held", k.scans(k.Technician, unit, "hinge", "p"), home)
	went(t, "next", k.scans(k.Technician, unit, "media", "QC:NEXT"), home+"?step=hinge")
	went(t, "back", k.scans(k.Technician, unit, "media", "b"), home+"?step=codes-agree")
	went(t, "at the end", k.scans(k.Technician, unit, "lens", "QC:NEXT"), home+"?step=lens")
	went(t, "not in order", k.scans(k.Technician, unit, "lens", "QC:FAIL"), home)
	sees(t, "it comes again", k.as(k.Technician).Get(home).Body, "found not to be in order", "Wipe the lens")
	went(t, "undo", k.scans(k.Technician, unit, "lens", "QC:UNDO"), home+"?step=lens&done=bench-undone")
	went(t, "done", k.scans(k.Technician, unit, "lens", "QC:PASS"), home)
	for _, check := range []string{"codes-agree", "media", "hinge", "lens"} {
		if !k.passed(unit, check) {
			t.Errorf("%s is not done", check)
		}
	}
	went(t, "the list", k.scans(k.Technician, unit, "lens", "QC:LIST"), "/bench")
}

func TestWhatAScannerCannotSay(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, other := k.benched(), k.benched()
	for name, c := range map[string]struct{ step, payload, says string }{
		"a word for two codes":    {"codes-agree", "QC:PASS", "Nobody’s word does instead"},
		"a word for three":        {"media", "QC:PASS", "one of the three answers"},
		"an answer for a word":    {"lens", "QC:TWO", "no answers to choose from"},
		"a step that takes none":  {"", "QC:PASS", "Nothing is left to do by hand"},
		"a newer sheet":           {"lens", "QC:DANCE", "do not know"},
		"what is no code of ours": {"lens", "hello world", "No unit"},
		"a stranger's":            {"lens", "SN-999999", "not here"},
	} {
		got := k.scans(k.Technician, unit, c.step, c.payload)
		if got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, got.Status)
		}
		if !strings.Contains(plain(got.Body), c.says) && name != "what is no code of ours" && name != "a stranger's" {
			t.Errorf("%s: does not say %q: %s", name, c.says, plain(got.Body))
		}
	}
	went(t, "the next unit", k.scans(k.Technician, unit, "lens", other.Key.Serial), page(other))
	if got := k.as(k.Technician).PostForm("/bench/scan", form("payload", "QC:PASS")); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a word without a unit: %d", got.Status)
	}
	went(t, "sign at the list", k.as(k.Validator).PostForm("/bench/scan", form("payload", "QC:CERTIFY")), "/bench/certify")
	// A validator's word is the signature, and no other.
	if got := k.scans(k.Validator, unit, "lens", "QC:PASS"); got.Status != http.StatusForbidden {
		t.Errorf("a validator's word for a step: %d", got.Status)
	}
	if got := k.scans(k.Technician, unit, "lens", "QC:CERTIFY"); got.Status != http.StatusForbidden {
		t.Errorf("a technician's signature: %d", got.Status)
	}
	if got := k.scans(k.Validator, unit, "", "QC:CERTIFY"); got.Status != http.StatusConflict {
		t.Errorf("a signature before anything is proven: %d", got.Status)
	}
}

// A box of another unit stops; two codes of another unit are that unit's.
func TestBoxAndUnitByScanner(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit, other := k.benched(), k.benched()
	went(t, "another's box", k.scans(k.Technician, unit, "codes-agree", other.Key.Serial), page(unit)+"?step=codes-agree")
	went(t, "this unit", k.scans(k.Technician, unit, "codes-agree", unit.Key.Serial), page(unit))
	sees(t, "the page", k.as(k.Technician).Get(page(unit)).Body, "mismatch")
	s, _ := k.Snapshot(t.Context(), unit.ID)
	if word := lifecycle.NewestWord(s, lifecycle.CheckCodesAgree); word.Pass || !word.Said() {
		t.Errorf("%+v, want a mismatch", word)
	}
	if got := k.scans(k.Technician, unit, "codes-agree", "QC:UNDO"); got.Status != http.StatusConflict {
		t.Errorf("a mismatch taken back: %d", got.Status)
	}
	third := k.benched()
	k.scans(k.Technician, third, "codes-agree", other.Key.Serial)
	if got := k.scans(k.Technician, third, "codes-agree", other.Key.String()); got.Status >= 500 {
		t.Errorf("both of another: %d", got.Status)
	}
	if s, _ := k.Snapshot(t.Context(), third.ID); lifecycle.NewestWord(s, lifecycle.CheckCodesAgree).Said() {
		t.Error("two codes of another unit are a word about this one")
	}
	// A box that was read before the break is read again after it.
	fourth := k.benched()
	k.scans(k.Technician, fourth, "codes-agree", fourth.Key.Serial)
	k.Clock.Add(11 * time.Minute)
	k.scans(k.Technician, fourth, "codes-agree", fourth.Key.Serial)
	if k.passed(fourth, lifecycle.CheckCodesAgree) {
		t.Error("a box of eleven minutes ago counts")
	}
}

func TestUndoByButton(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.benched()
	undo := page(unit) + "/undo"
	if got := k.as(k.Technician).PostForm(undo, form()); got.Status != http.StatusConflict {
		t.Errorf("nothing said: %d", got.Status)
	}
	k.as(k.Technician).PostForm(page(unit)+"/checks", form("check", "lens", "pass", "true"))
	if got := k.as(k.Technician2).PostForm(undo, form()); got.Status != http.StatusConflict {
		t.Errorf("another's word: %d", got.Status)
	}
	went(t, "undo", k.as(k.Technician).PostForm(undo, form()), page(unit)+"?step=lens&done=bench-undone")
	if k.passed(unit, "lens") {
		t.Error("it still counts as done")
	}
	order := k.orderOf(unit)
	if got := k.as(k.Technician).PostJSON("/v1/orders/"+order+"/undo", nil); got.Status != http.StatusConflict {
		t.Errorf("by the API, nothing left: %d", got.Status)
	}
}

func (k *kit) orderOf(unit lifecycle.Unit) string {
	k.t.Helper()
	s, err := k.Snapshot(k.t.Context(), unit.ID)
	if err != nil || s.Order == nil {
		k.t.Fatalf("order: %v", err)
	}
	return string(s.Order.ID)
}

// Two people, one screen: the second signs with their own password, and the
// third certifies.
func TestTwoAtOneScreen(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.benched()
	path := page(unit) + "/silent"
	sees(t, "the form", k.as(k.Technician).Get(path).Body, "A third person does", "We both saw it reset")
	for name, second := range map[string]struct {
		who    lifecycle.Actor
		word   string
		status int
	}{
		"oneself":        {k.Technician, "pw", http.StatusUnprocessableEntity},
		"a wrong word":   {k.Technician2, "no", http.StatusUnprocessableEntity},
		"who may not":    {k.Validator2, "pw", http.StatusUnprocessableEntity},
		"somebody of us": {k.Technician2, "pw", http.StatusSeeOther},
	} {
		got := k.as(k.Technician).PostForm(path, form("second_email", mail(second.who), "second_password", second.word))
		if got.Status != second.status && !(name == "oneself" && got.Status == http.StatusConflict) {
			t.Errorf("%s: %d, want %d: %s", name, got.Status, second.status, plain(got.Body))
		}
		if strings.Contains(got.Body, `value="`+second.word+`"`) {
			t.Errorf("%s: the password is on the page", name)
		}
	}
	s, _ := k.Snapshot(t.Context(), unit.ID)
	if task, _ := s.Order.Task("unit.factory-reset"); task.Grade != lifecycle.GradeAttested || task.Proof != "two-people" {
		t.Errorf("task %+v", task)
	}
	again := k.benched()
	got := k.as(k.Technician).PostJSON("/v1/orders/"+k.orderOf(again)+"/silent",
		map[string]any{"second_email": mail(k.Technician2), "second_password": "pw"})
	if got.Status != http.StatusOK || !strings.Contains(got.Body, `"proof":"two-people"`) {
		t.Errorf("by the API: %d %s", got.Status, got.Body)
	}
}

// One signature, one certificate each, what fails is listed.
func TestOneSignatureForAll(t *testing.T) {
	t.Parallel()
	k := setup(t)
	k.demand(func(m *lifecycle.Model) {
		m.MinFirmware, m.RemovableMedia, m.Checklist, m.RequiredGrade = "", false, nil, lifecycle.GradeAttested
	})
	one, two, late := k.Reset(t), k.Reset(t), k.benched()
	confirm := k.as(k.Validator).Get("/bench/certify")
	sees(t, "what is signed for", confirm.Body, "2 units are fully proven", "Sign 2 certificates", one.Key.String(), two.Key.String())
	if strings.Contains(confirm.Body, late.Key.Serial) {
		t.Error("a unit that is not proven is among them")
	}
	ticked := k.as(k.Validator).Get("/bench/certify?" + form("unit", one.Key.String(), "unit", late.Key.String(), "unit", "acme/SN-NOBODY").Encode())
	sees(t, "the ticked", ticked.Body, "One unit is fully proven", "Left out")
	units := []string{"unit", one.Key.String(), "unit", two.Key.String(), "unit", late.Key.String()}
	went(t, "another scan", k.as(k.Validator).PostForm("/bench/certificates", form(append(units, "payload", "QC:LIST")...)), "/bench")
	signed := k.as(k.Validator).PostForm("/bench/certificates", form(append(units, "payload", "QC:CERTIFY")...))
	if signed.Status != http.StatusOK {
		t.Fatalf("signed: %d %s", signed.Status, plain(signed.Body))
	}
	sees(t, "what became of them", signed.Body, one.Key.Serial, two.Key.Serial, late.Key.Serial, "/bench/certificates/")
	for unit, want := range map[lifecycle.UnitID]lifecycle.State{
		one.ID: lifecycle.StateCertified, two.ID: lifecycle.StateCertified, late.ID: lifecycle.StateReturned,
	} {
		if s, _ := k.Snapshot(t.Context(), unit); s.Unit.State != want {
			t.Errorf("%s is %s, want %s", s.Unit.Key, s.Unit.State, want)
		}
	}
	sees(t, "none left", k.as(k.Validator).Get("/bench/certify").Body, "Nothing here waits")
}

func TestTheSheetOfCommands(t *testing.T) {
	t.Parallel()
	k := setup(t)
	sees(t, "the sheet", k.as(k.Technician).Get("/bench/commands").Body, "QC:NEXT", "QC:UNDO", "<svg", "Take back")
}

func TestWhyItCameBack(t *testing.T) {
	t.Parallel()
	k := setup(t)
	k.demand(func(m *lifecycle.Model) { m.Checklist, m.RemovableMedia, m.MinFirmware = nil, false, "" })
	unit := k.Reset(t)
	k.as(k.Validator).PostForm(page(unit)+"/reopen", form("cause", "damage"))
	sees(t, "the technician's page", k.as(k.Technician).Get(page(unit)).Body, "Sent back by a validator: it is damaged")
	var codes []string
	for _, cause := range append(bench.ReopenCauses(), "hard-reset", "binding") {
		codes = append(codes, "bench.came-back."+cause)
	}
	missing, err := messages.Missing(codes...)
	if err != nil || len(missing) > 0 {
		t.Errorf("causes without words: %q, %v", slices.Sorted(slices.Values(missing)), err)
	}

}
