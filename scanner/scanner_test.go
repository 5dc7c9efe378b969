package scanner_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/scanner"
	"quitclaim/service/lifecycle"
)

// matter is the code of the Matter specification's own example.
const matter = "MT:Y.K9042C00KA0648G00"

func codes(reasons []lifecycle.Reason) []string {
	var list []string
	for _, reason := range reasons {
		list = append(list, reason.Code)
	}
	return list
}

func TestScanAnswersByTheTableOfVerdicts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	stock, sold, bound, back := b.Registered(t), b.Sold(t), b.Bound(t), b.TakenBack(t)
	cases := []struct {
		name    string
		unit    lifecycle.Unit
		purpose lifecycle.Purpose
		verdict lifecycle.Verdict
		reason  string
		next    lifecycle.NextAction
	}{
		{"stock for a return", stock, lifecycle.PurposeReturn, lifecycle.VerdictRefused, "scan.not-sold", lifecycle.NextSell},
		{"stock for a sale", stock, lifecycle.PurposeSale, lifecycle.VerdictClear, "scan.sellable", lifecycle.NextSell},
		{"sold for a return", sold, lifecycle.PurposeReturn, lifecycle.VerdictClear, "scan.nobody-bound", lifecycle.NextTakeBack},
		{"sold for a sale", sold, lifecycle.PurposeSale, lifecycle.VerdictRefused, "scan.already-sold", lifecycle.NextTakeBack},
		{"bound for a return", bound, lifecycle.PurposeReturn, lifecycle.VerdictBound, "scan.bound", lifecycle.NextTakeBack},
		{"returned for a return", back, lifecycle.PurposeReturn, lifecycle.VerdictRefused, "scan.already-returned", lifecycle.NextFollow},
		{"returned for the bench", back, lifecycle.PurposeBench, lifecycle.VerdictClear, "scan.in-reset", lifecycle.NextFollow},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := b.scanner.Scan(t.Context(), b.Clerk, scanner.Question{
				Payload: link(c.unit.GTIN, c.unit.Key.Serial), Purpose: c.purpose,
			})
			if err != nil {
				t.Fatalf("Scan: %v", err)
			}
			if got.Verdict != c.verdict || got.Reasons[0].Code != c.reason {
				t.Errorf("verdict = %s %v, want %s %s", got.Verdict, codes(got.Reasons), c.verdict, c.reason)
			}
			if len(got.Next) == 0 || got.Next[0] != c.next {
				t.Errorf("next = %v, want %s first", got.Next, c.next)
			}
			if got.Unit == nil || got.Unit.ID != c.unit.ID || got.Model != "Cam One" {
				t.Errorf("unit = %v %q, want the one on record", got.Unit, got.Model)
			}
		})
	}
}

func TestScanForSaleListsEveryReason(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.TakenBack(t)
	got, err := b.scanner.Scan(t.Context(), b.Clerk, scanner.Question{Key: unit.Key, Purpose: lifecycle.PurposeSale})
	if err != nil {
		t.Fatalf("Scan: %v", err)
	}
	if got.Verdict != lifecycle.VerdictRefused || len(got.Reasons) < 3 || got.Reasons[0].Code != "scan.not-certified" {
		t.Errorf("answer = %s %v, want refused with all that is missing", got.Verdict, codes(got.Reasons))
	}
}

func TestScanOfWhatNamesNoUnit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	cases := []struct {
		name, payload string
		want          []string
		redacted      bool
		next          []lifecycle.NextAction
	}{
		{"a product number", "4012345678901", []string{"code.gtin-only"}, false, nil},
		{"a wrong check digit", "4012345678902", []string{"code.check-digit"}, false, nil},
		{"a setup code", matter, []string{"code.secret"}, true, nil},
		{"a label of nobody", origin + "/u/" + strangersLabel(t), []string{"scan.unknown"}, false, nil},
		{"a serial of nobody", "SN-777777", []string{"scan.unknown"}, false, []lifecycle.NextAction{scanner.NextAdmit}},
		{"a number of an unknown model", link("04006381333931", "A1"), []string{"code.brand-unknown"}, false, nil},
		{"two brands", "SN-900001", []string{"code.ambiguous"}, false, nil},
		{"nothing", " ", []string{"code.empty"}, false, nil},
		{"somebody's page", "https://shop.example/x?token=1", []string{"code.unknown-link"}, false, nil},
	}
	for _, c := range cases {
		for _, purpose := range lifecycle.Purposes() {
			t.Run(c.name+" for a "+string(purpose), func(t *testing.T) {
				t.Parallel()
				got, err := b.scanner.Scan(t.Context(), b.Clerk, scanner.Question{Payload: c.payload, Purpose: purpose})
				if err != nil {
					t.Fatalf("Scan: %v", err)
				}
				if got.Verdict != lifecycle.VerdictUnknown || got.Unit != nil {
					t.Errorf("verdict = %s, unit %v; want unknown: unknown is never clear", got.Verdict, got.Unit)
				}
				if diff := cmp.Diff(c.want, codes(got.Reasons)); diff != "" {
					t.Errorf("reasons (-want +got):\n%s", diff)
				}
				if got.SecretsRedacted != c.redacted {
					t.Errorf("secrets redacted = %t, want %t", got.SecretsRedacted, c.redacted)
				}
				want := c.next
				if purpose != lifecycle.PurposeReturn {
					want = nil
				}
				if diff := cmp.Diff(want, got.Next); diff != "" {
					t.Errorf("next (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestScanOfOtherStockIsRefusedAndFlagged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Registered(t) // in the retailer's stock
	for range 2 {
		got, err := b.scanner.Scan(t.Context(), b.Technician, scanner.Question{Key: unit.Key, Purpose: lifecycle.PurposeBench})
		if err != nil {
			t.Fatalf("Scan: %v", err)
		}
		if got.Verdict != lifecycle.VerdictRefused || got.Reasons[0].Code != "scan.other-stock" {
			t.Errorf("verdict = %s %v, want refused: other-stock", got.Verdict, codes(got.Reasons))
		}
		if got.Unit != nil || got.Model != "" || got.Next != nil {
			t.Errorf("answer tells %v %q %v of a unit in other hands", got.Unit, got.Model, got.Next)
		}
	}
	flags, _, err := b.Flags(t.Context(), lifecycle.FlagFilter{Unit: unit.ID}, lifecycle.Page{})
	if err != nil || len(flags) != 1 {
		t.Fatalf("flags = %v, %v; want one for both scans", flags, err)
	}
	if flags[0].Kind != lifecycle.FlagOtherStock || flags[0].Org != b.Retailer.ID {
		t.Errorf("flag = %+v, want other-stock for the custodian", flags[0])
	}
	after, err := b.Unit(t.Context(), unit.ID)
	if err != nil || after.Version != unit.Version {
		t.Errorf("version = %d, %v; want %d: a scan changes nothing", after.Version, err, unit.Version)
	}
}

func TestTwoCodes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit, other := b.Bound(t), b.Bound(t)
	label, err := b.record.LabelOf(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	box := link(unit.GTIN, unit.Key.Serial)
	cases := []struct {
		name, second string
		want         lifecycle.Verdict
		reason       string
	}{
		{"the same unit", unit.Key.Serial, lifecycle.VerdictBound, "scan.bound"},
		{"its own label", origin + "/u/" + label, lifecycle.VerdictBound, "scan.bound"},
		{"another unit", other.Key.Serial, lifecycle.VerdictMismatch, "code.mismatch"},
		{"another brand", link("04006381333931", unit.Key.Serial), lifecycle.VerdictMismatch, "code.mismatch-model"},
		{"a product number alone", "4012345678901", lifecycle.VerdictUnknown, "code.cannot-compare"},
		{"a setup code", matter, lifecycle.VerdictUnknown, "code.cannot-compare"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := b.scanner.Scan(t.Context(), b.Clerk, scanner.Question{
				Payload: box, Second: c.second, Purpose: lifecycle.PurposeReturn,
			})
			if err != nil {
				t.Fatalf("Scan: %v", err)
			}
			if got.Verdict != c.want || got.Reasons[0].Code != c.reason {
				t.Errorf("verdict = %s %v, want %s %s", got.Verdict, codes(got.Reasons), c.want, c.reason)
			}
			if got.SecretsRedacted != (c.second == matter) {
				t.Errorf("secrets redacted = %t", got.SecretsRedacted)
			}
		})
	}
}

func TestAnotherProductNumberIsAnotherUnit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	unit := b.Sold(t)
	twin := b.Model
	twin.ID, twin.Name, twin.GTIN = "mdl_twin", "Cam Two", "04006381333931"
	if _, err := b.SaveModel(t.Context(), twin); err != nil {
		t.Fatalf("save model: %v", err)
	}
	got, err := b.scanner.Scan(t.Context(), b.Clerk, scanner.Question{
		Payload: link(twin.GTIN, unit.Key.Serial), Purpose: lifecycle.PurposeReturn,
	})
	if err != nil {
		t.Fatalf("Scan: %v", err)
	}
	if got.Verdict != lifecycle.VerdictMismatch || got.Reasons[0].Code != "scanner.other-model" {
		t.Errorf("verdict = %s %v, want mismatch", got.Verdict, codes(got.Reasons))
	}
}

func TestATypedSetupCodeIsNotRepeated(t *testing.T) {
	t.Parallel()
	b := setup(t)
	got, err := b.scanner.Scan(t.Context(), b.Clerk, scanner.Question{
		Key: lifecycle.UnitKey{Brand: "acme", Serial: "518-08-582"}, Purpose: lifecycle.PurposeReturn,
	})
	if err != nil {
		t.Fatalf("Scan: %v", err)
	}
	if !got.SecretsRedacted || got.Verdict != lifecycle.VerdictUnknown || got.Read.Serial != "" || got.Next != nil {
		t.Errorf("answer = %+v, want the code hidden and nothing to do with it", got)
	}
}
