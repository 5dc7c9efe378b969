package bench_test

import (
	"net/http"
	"strings"
	"testing"

	"quitclaim/service/lifecycle"
)

func TestCompareCodes(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name        string
		box, device func(own, other string) string
		status      int
		passed      bool
		attested    bool
		shown       string
	}{
		{name: "agree", box: own, device: own, status: http.StatusSeeOther, passed: true, attested: true},
		{name: "letter case", box: own, device: func(o, _ string) string { return strings.ToLower(o) },
			status: http.StatusSeeOther, passed: true, attested: true},
		{name: "another box", box: other, device: own, status: http.StatusSeeOther, attested: true},
		{name: "another unit in the box", box: own, device: other, status: http.StatusSeeOther, attested: true},
		{name: "a third unit", box: other, device: other, status: http.StatusUnprocessableEntity, shown: "Open the unit that you have in your hands"},
		{name: "unreadable", box: own, device: text("~~~"), status: http.StatusUnprocessableEntity, shown: "id=\"device-mistake\""},
		{name: "product number", box: text("4006381333931"), device: own, status: http.StatusUnprocessableEntity, shown: "Scan the serial"},
		{name: "setup code", box: text("MT:Y.K9042C00KA0648G00"), device: own, status: http.StatusUnprocessableEntity, shown: "setup code"},
		{name: "nothing", box: text(""), device: own, status: http.StatusUnprocessableEntity, shown: "This is needed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := setup(t)
			unit, another := k.returned(), k.returned()
			box, device := c.box(unit.Key.Serial, another.Key.Serial), c.device(unit.Key.Serial, another.Key.Serial)
			got := k.as(k.Technician).PostForm(page(unit)+"/codes", form("box", box, "device", device))
			if got.Status != c.status {
				t.Fatalf("compare = %d %s", got.Status, plain(got.Body))
			}
			if c.shown != "" {
				sees(t, "the form", got.Body, c.shown)
			}
			if strings.Contains(got.Body, "Y.K9042C00KA0648G00") {
				t.Error("a setup code is shown again")
			}
			s := k.snapshot(unit)
			if attested := len(s.Attestations) > 0; attested != c.attested {
				t.Fatalf("attested = %v, want %v", attested, c.attested)
			}
			if c.attested && s.Attestations[0].Pass != c.passed {
				t.Errorf("pass = %v, want %v", s.Attestations[0].Pass, c.passed)
			}
			flags, _, err := k.Flags(t.Context(), lifecycle.FlagFilter{Unit: unit.ID, Kind: lifecycle.FlagCodesDisagree}, lifecycle.Page{})
			if err != nil {
				t.Fatal(err)
			}
			if raised := len(flags) > 0; raised != (c.attested && !c.passed) {
				t.Errorf("flag raised = %v", raised)
			}
			if s.Unit.State != lifecycle.StateReturned || s.Unit.Custody != k.Warehouse.ID {
				t.Errorf("the unit went to %s at %s", s.Unit.State, s.Unit.Custody)
			}
			if c.attested && !c.passed {
				sees(t, "the unit's page", k.as(k.Technician).Get(page(unit)).Body, "Codes disagree")
			}
		})
	}
}

func own(unit, _ string) string      { return unit }
func other(_, another string) string { return another }

func text(s string) func(string, string) string { return func(string, string) string { return s } }
