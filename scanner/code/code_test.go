package code_test

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
)

const (
	gtin      = "09506000134352"
	labelCode = "7K3MQ9XR2TVBHD4C8EJN0PSW5ZX"
)

// site is an installation with a label host, three brands and one known model.
// Two brands make serials of the same shape, as Dahua and its resellers do.
func site(tb testing.TB) code.Rules {
	tb.Helper()
	return code.Rules{
		Hosts: []string{"qc.example", "localhost:8080"},
		Serials: []code.SerialPattern{
			pattern(tb, "acme", `SN[0-9A-F]{4}`, "SN00A1"),
			pattern(tb, "dahua", `[0-9A-Z]{15}`, "5G043D4PAJ361D8"),
			pattern(tb, "imou", `[0-9A-Z]{15}`, "5G043D4PAJ361D8"),
			pattern(tb, "numeric", `[0-9]{11}|[0-9]{13}`, "12345678901"),
		},
		Brand: func(known string) (string, bool) { return "acme", known == gtin },
	}
}

func pattern(tb testing.TB, brand, re, example string) code.SerialPattern {
	tb.Helper()
	p, err := code.NewSerialPattern(brand, re, example)
	if err != nil {
		tb.Fatalf("NewSerialPattern(%q, %q, %q): %v", brand, re, example, err)
	}
	return p
}

func key(tb testing.TB, brand, serial string) lifecycle.UnitKey {
	tb.Helper()
	k, err := lifecycle.ParseUnitKey(brand, serial)
	if err != nil {
		tb.Fatalf("ParseUnitKey(%q, %q): %v", brand, serial, err)
	}
	return k
}

// row is one payload and what it must say.
type row struct {
	name    string
	payload string
	want    code.Reading
}

func check(t *testing.T, rules code.Rules, rows []row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			got := code.Parse(r.payload, rules)
			if diff := cmp.Diff(r.want, got); diff != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", r.payload, diff)
			}
		})
	}
}

func reason(codes ...string) []lifecycle.Reason {
	var reasons []lifecycle.Reason
	for _, c := range codes {
		reasons = append(reasons, lifecycle.Reason{Code: c})
	}
	return reasons
}

func acme(tb testing.TB, kind code.Kind, symbology string) code.Reading {
	tb.Helper()
	return code.Reading{
		Kind: kind, Key: key(tb, "acme", "SN00A1"), GTIN: gtin, Serial: "SN00A1",
		Redacted: "https://id.gs1.org/01/" + gtin + "/21/SN00A1", Symbology: symbology,
	}
}

func model(gtin, symbology string) code.Reading {
	return code.Reading{
		Kind: code.KindModel, GTIN: gtin, Redacted: "https://id.gs1.org/01/" + gtin,
		Symbology: symbology, Reasons: reason("code.gtin-only"),
	}
}

func unknown(redacted string, codes ...string) code.Reading {
	return code.Reading{Kind: code.KindUnknown, Redacted: redacted, Reasons: reason(codes...)}
}

// unread is the reading of a payload of which only the length is told.
func unread(length int) code.Reading {
	n := strconv.Itoa(length)
	return code.Reading{
		Kind: code.KindUnknown, Redacted: "… (" + n + ")",
		Reasons: []lifecycle.Reason{{Code: "code.unknown", Args: map[string]string{"n": n}}},
	}
}
