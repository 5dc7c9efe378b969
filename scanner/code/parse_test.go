package code_test

import (
	"strings"
	"testing"

	"quitclaim/scanner/code"
)

func TestModels(t *testing.T) {
	t.Parallel()
	check(t, site(t), []row{
		{"EAN-13", "9506000134352", model(gtin, "")},
		{"EAN-13 from a scanner with AIM identifiers", "]E09506000134352\r", model(gtin, "E0")},
		{"EAN-13 typed as printed", "9 506000 134352", model(gtin, "")},
		{"GTIN-14", "09506000134352", model(gtin, "")},
		{"UPC-A", "416000336108", model("00416000336108", "")},
		{"UPC-A as EAN-13", "]E00416000336108", model("00416000336108", "E0")},
		{"EAN-8", "]E402345673", model("00000002345673", "E4")},
		{"EAN-8 that nothing vouches for may be a setup code", "02345673", code.Reading{
			Kind: code.KindModel, GTIN: "00000002345673", Redacted: "… (8)", Reasons: reason("code.gtin-only"),
		}},
		{"wrong check digit", "9506000134353", code.Reading{
			Kind: code.KindSerial, Key: key(t, "numeric", "9506000134353"), Serial: "9506000134353", Redacted: "9506000134353",
		}},
		{"wrong check digit, and an EAN for sure", "]E09506000134353", code.Reading{
			Kind: code.KindUnknown, Symbology: "E0", Redacted: "… (16)", Reasons: reason("code.check-digit"),
		}},
		{"wrong check digit, no brand's serial", "24012345678909", unknown("… (14)", "code.check-digit")},
		{"zeros", "00000000", unknown("… (8)", "code.check-digit")},
	})
}

func TestSerials(t *testing.T) {
	t.Parallel()
	serial := func(brand, s string) code.Reading {
		k := key(t, brand, s)
		return code.Reading{Kind: code.KindSerial, Key: k, Serial: s, Redacted: s}
	}
	dahua, imou := serial("dahua", "5G043D4PAJ361D8"), serial("imou", "5G043D4PAJ361D8")
	check(t, site(t), []row{
		{"one brand", "SN00A1", serial("acme", "SN00A1")},
		{"in lower case", "sn00a1", serial("acme", "sn00a1")},
		{"wedge end", "SN00A1\r\n", serial("acme", "SN00A1")},
		{"two brands", "5G043D4PAJ361D8", code.Reading{
			Kind: code.KindAmbiguous, Candidates: []code.Reading{dahua, imou},
			Redacted: "5G043D4PAJ361D8", Reasons: reason("code.ambiguous"),
		}},
		{"no brand", "SN00A1X", unread(7)},
		{"a part of a pattern is not enough", "XSN00A1", unread(7)},
		{"a serial that passes for an EAN", "2112345678900", code.Reading{
			Kind: code.KindAmbiguous, Candidates: []code.Reading{model("02112345678900", ""), serial("numeric", "2112345678900")},
			Redacted: "… (13)", Reasons: reason("code.ambiguous"),
		}},
	})
}

func TestFaults(t *testing.T) {
	t.Parallel()
	check(t, site(t), []row{
		{"nothing", "", unknown("… (0)", "code.empty")},
		{"only line ends", "\ufeff\r\n", unknown("… (3)", "code.empty")},
		{"only an identifier", "]Q1", code.Reading{
			Kind: code.KindUnknown, Symbology: "Q1", Redacted: "… (3)", Reasons: reason("code.empty"),
		}},
		{"AZERTY", "HA&&é", unknown("… (5)", "code.keyboard-layout")},
		{"not UTF-8", "SN\xff00A1", unknown("… (7)", "code.not-text")},
		{"control character", "SN\x0000A1", unknown("… (7)", "code.not-text")},
		{"several lines", "SN00A1\nSN00A2", unknown("… (13)", "code.not-text")},
		{"4 kB", strings.Repeat("9", 4097), unknown("… (4097)", "code.too-long")},
		{"nearly 4 kB", strings.Repeat("9", 4096), unread(4096)},
		{"hostile", `'"<>;^~%2F`, unread(10)},
	})
}
