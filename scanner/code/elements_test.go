package code_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/scanner/code"
)

func TestElementStrings(t *testing.T) {
	t.Parallel()
	plain := acme(t, code.KindElements, "")
	check(t, site(t), []row{
		{"GS1 QR", "]Q3010950600013435221SN00A1", acme(t, code.KindElements, "Q3")},
		{"GS1 DataMatrix with a lot", "]d2010950600013435210LOT7\x1d21SN00A1", acme(t, code.KindElements, "d2")},
		{"GS1-128, the serial first", "]C121SN00A1\x1d0109506000134352", acme(t, code.KindElements, "C1")},
		{"DataBar", "]e0010950600013435221SN00A1", acme(t, code.KindElements, "e0")},
		{"DotCode", "]J1010950600013435221SN00A1", acme(t, code.KindElements, "J1")},
		{"byte order mark and line end", "\ufeff]Q3010950600013435221SN00A1\r\n", acme(t, code.KindElements, "Q3")},
		{"tab as suffix", "010950600013435221SN00A1\t", plain},
		{"no identifier", "010950600013435221SN00A1", plain},
		{"leading separator", "\x1d010950600013435221SN00A1", plain},
		{"trailing separator", "010950600013435221SN00A1\x1d", plain},
		{"dates and measures", "0109506000134352" + "11271130" + "17271231" + "3103000195" + "2001" + "21SN00A1", plain},
		{"bracketed", "(01)09506000134352(21)SN00A1", plain},
		{"bracketed, typed", "(01) 09506000134352 (10) LOT7 (21) SN00A1", plain},
		{"the product twice", "]Q30109506000134352" + "0109506000134352" + "21SN00A1", acme(t, code.KindElements, "Q3")},
		{"no serial", "]C10109506000134352", model(gtin, "C1")},
		{"a lot is no serial", "(01)09506000134352(10)LOT7", model(gtin, "")},
		{"a parcel", "]C100095201234567891235", code.Reading{
			Kind: code.KindUnknown, Symbology: "C1", Redacted: "… (23)", Reasons: reason("code.not-a-product"),
		}},
		{"the serial's own bar code", "]C121SN00A1", code.Reading{
			Kind: code.KindSerial, Key: key(t, "acme", "SN00A1"), Serial: "SN00A1", Redacted: "SN00A1", Symbology: "C1",
		}},
		{"a serial of no known brand", "]C121?", code.Reading{
			Kind: code.KindUnknown, Symbology: "C1", Redacted: "… (6)", Reasons: reason("code.serial-only"),
		}},
	})
}

func TestSeparatorSpellings(t *testing.T) {
	t.Parallel()
	rules := site(t)
	rules.Separators = []string{"#", "~"}
	for _, separator := range []string{
		"\x1d", "{GS}", "<GS>", "\u241d", "^]", "Alt029", "Alt+029", "Alt+0+2+9", "#", "~",
	} {
		payload := fmt.Sprintf("010950600013435210LOT7%s21SN00A1", separator)
		got := code.Parse(payload, rules)
		if got.Kind != code.KindElements || got.Serial != "SN00A1" {
			t.Errorf("Parse(%q) = %s, serial %q, want SN00A1", payload, got.Kind, got.Serial)
		}
	}
}

func TestElementFaults(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]string{
		"]Q3010950600013435321SN00A1":                     "code.check-digit",
		"010950600013435321SN00A1":                        "code.check-digit",
		"(01)09506000134353(21)SN00A1":                    "code.check-digit",
		"]Q301095060001343":                               "code.malformed",
		"]Q3010950600013435221":                           "code.malformed",
		"]Q3010950600013435221\x1d10LOT":                  "code.malformed",
		"]Q3010950600013435221SN 00":                      "code.malformed",
		"]Q3010950600013435221" + strings.Repeat("Z", 21): "code.malformed",
		"]Q30109506000134352" + "21A\x1d21B":              "code.malformed", // two serials
		"]Q30109506000134352" + "0124012345678905":        "code.malformed", // two products
		"(01)09506000134352(21)A(21)B":                    "code.malformed",
		"]Q3" + "0109506000134352" + "17271331":           "code.malformed", // month 13
		"]Q3010950600013435289SN00A1":                     "code.unknown-ai",
		"(01)09506000134352(7240)X":                       "code.unknown-ai",
		"(77)09506000134352":                              "code.unknown-ai",
		"]Q3" + strings.Repeat("0109506000134352", 10):    "code.malformed", // too long for a product
	} {
		got := code.Parse(payload, site(t))
		if got.Kind != code.KindUnknown || len(got.Reasons) != 1 || got.Reasons[0].Code != want {
			t.Errorf("Parse(%q) = %s %v, want unknown by %s", payload, got.Kind, got.Reasons, want)
		}
	}
}

// Where a scanner swallowed the separators, a value may end wherever another
// element could begin. Then the reading asks.
func TestLostSeparators(t *testing.T) {
	t.Parallel()
	const product, other = "0109506000134352", "0109520123456788" // the brand of the other is not known
	for _, row := range []struct {
		name, payload string
		want          []string // serials of the candidates; "-" for none
	}{
		{"nothing to doubt", product + "21SN00A1", []string{"SN00A1"}},
		{"lot before serial", product + "10LOT721SN00A1", []string{"-", "SN00A1"}},
		{"lot too long to be one value", product + "10LOT-OF-THE-WEEK-721SN00A1", []string{"SN00A1"}},
		{"serial with a 10 in it", other + "21SN10042", []string{"SN10042", "SN"}},
		{"the brand's pattern settles it", product + "21SN1004", []string{"SN1004"}},
		{"an outdated pattern does not", product + "21SX10042", []string{"SX10042", "SX"}},
		{"the last digits are no whole element", other + "21SN0010", []string{"SN0010"}},
		{"three ways", other + "21A10B91C", []string{"A10B91C", "A10B", "A"}},
		{"fixed lengths need no separator", product + "1127113021SN00A1", []string{"SN00A1"}},
		{"a date inside that is none", other + "21A11777777", []string{"A11777777"}},
		{"a separator at the end shows it too", other + "21SN10042\x1d", []string{"SN10042"}},
		{"one separator shows that none is lost", other + "21SN10042\x1d11271130", []string{"SN10042"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := code.Parse(row.payload, site(t))
			readings := got.Candidates
			if got.Kind != code.KindAmbiguous {
				readings = []code.Reading{got}
			}
			var serials []string
			for _, r := range readings {
				if r.Serial == "" {
					r.Serial = "-"
				}
				serials = append(serials, r.Serial)
			}
			if len(serials) != len(row.want) || !sameSet(serials, row.want) {
				t.Errorf("Parse(%q) reads the serials %q, want %q", row.payload, serials, row.want)
			}
		})
	}
}

func sameSet(a, b []string) bool {
	in := make(map[string]int)
	for _, s := range a {
		in[s]++
	}
	for _, s := range b {
		in[s]--
	}
	for _, n := range in {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestLostSeparatorsAreTold(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]code.Reading{
		// A lot, or a lot and a serial: neither names a product.
		"]C110LOT121SN00A1": {
			Kind: code.KindUnknown, Symbology: "C1", Redacted: "… (17)", Reasons: reason("code.separators-lost"),
		},
		// A serial that ends in a product, or one long serial of no product.
		"]C121A0109506000134352": {
			Kind: code.KindUnknown, Symbology: "C1", Redacted: "… (22)", Reasons: reason("code.separators-lost"),
		},
	} {
		if diff := cmp.Diff(want, code.Parse(payload, site(t))); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", payload, diff)
		}
	}
	got := code.Parse("010952012345678821SN10042", site(t))
	if diff := cmp.Diff(reason("code.ambiguous", "code.separators-lost"), got.Reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

// Texts made so that the search for splits finds no end must end all the same.
func TestLostSeparatorsSearchIsBounded(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"21", "30", "91", "3021", "10", "37213010"} {
		for _, tail := range []string{"", "#", "01", "\\"} {
			payload := "]C10109506000134352" + strings.Repeat(unit, 110/len(unit)) + tail
			if got := code.Parse(payload, code.Rules{}); got.Unit() {
				t.Errorf("Parse(%q) = %s %q, want no unit", payload, got.Kind, got.Serial)
			}
		}
	}
}
