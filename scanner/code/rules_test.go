package code_test

import (
	"errors"
	"strings"
	"testing"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
)

func TestNewSerialPatternRefuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, brand, pattern, example, want string }{
		{"brand", "No Brand", `[0-9]+`, "1", "brand.shape"},
		{"no example", "acme", `.*`, "", "serial.shape"},
		{"example that does not fit", "acme", `[0-9]+`, "A1", "pattern.example"},
		{"example that fits in part", "acme", `[0-9]+`, "1A", "pattern.example"},
		{"syntax", "acme", `[0-9`, "1", "pattern.syntax"},
		{"look-ahead is no RE2", "acme", `(?=1)1`, "1", "pattern.syntax"},
		{"closing what it did not open", "acme", `1)|(?:.*`, "1", "pattern.syntax"},
		{"essay", "acme", strings.Repeat("1", 201), "1", "pattern.too-long"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, err := code.NewSerialPattern(row.brand, row.pattern, row.example)
			var invalid *lifecycle.Invalid
			if !errors.As(err, &invalid) || !lifecycle.HasReason(invalid.Reasons, row.want) {
				t.Errorf("NewSerialPattern(%q, %q, %q) = %v, want invalid by %s", row.brand, row.pattern, row.example, err, row.want)
			}
		})
	}
}

// A pattern looser than any serial must not make keys that cannot be.
func TestLoosePattern(t *testing.T) {
	t.Parallel()
	rules := code.Rules{Serials: []code.SerialPattern{pattern(t, "loose", `(?s).*`, "1")}}
	for _, payload := range []string{strings.Repeat("A", 65), "A\x1dB", "MT:Y.K9042C00KA0648G00"} {
		if got := code.Parse(payload, rules); got.Unit() {
			t.Errorf("Parse(%q) names the unit %v", payload, got.Key)
		}
	}
	if got := code.Parse(strings.Repeat("A", 64), rules); got.Kind != code.KindSerial {
		t.Errorf("64 characters: %s, want a serial", got.Kind)
	}
}

// A brand that is no brand must not become half a key.
func TestBrokenBrandFunction(t *testing.T) {
	t.Parallel()
	rules := code.Rules{Brand: func(string) (string, bool) { return "Not A Brand!", true }}
	got := code.Parse("(01)09506000134352(21)SN00A1", rules)
	if got.Key != (lifecycle.UnitKey{}) || !lifecycle.HasReason(got.Reasons, "code.brand-unknown") {
		t.Errorf("key %v, reasons %v, want none and code.brand-unknown", got.Key, got.Reasons)
	}
}
