package code_test

import (
	"strings"
	"testing"

	"quitclaim/scanner/code"
)

func TestDigitalLink(t *testing.T) {
	t.Parallel()
	unit := acme(t, code.KindDigitalLink, "")
	qr := acme(t, code.KindDigitalLink, "Q1")
	check(t, site(t), []row{
		{"canonical", "https://id.gs1.org/01/09506000134352/21/SN00A1", unit},
		{"as a scanner with AIM identifiers sends it", "]Q1https://a/01/09506000134352/21/SN00A1\r", qr},
		{"http", "http://a/01/09506000134352/21/SN00A1", unit},
		{"upper-case scheme", "HTTPS://A/01/09506000134352/21/SN00A1", unit},
		{"mixed-case scheme is none", "HtTps://a/01/09506000134352/21/SN00A1", unread(37)},
		{"stem", "https://a/some/stem/01/09506000134352/21/SN00A1", unit},
		{"stem that looks like a key", "https://a/01/faux/01/09506000134352/21/SN00A1", unit},
		{"all aliases", "https://a/gtin/09506000134352/cpv/2A/lot/LOT7/ser/SN00A1", unit},
		{"all qualifiers", "https://a/01/09506000134352/22/2A/10/LOT7/21/SN00A1?17=271231", unit},
		{"aliases", "https://a/gtin/09506000134352/ser/SN00A1", unit},
		{"thirteen digits", "https://a/01/9506000134352/21/SN00A1", unit},
		{"percent-encoded", "https://a/01/09506000134352/21/SN%30%30A1", unit},
		{"fragment", "https://a/01/09506000134352/21/SN00A1#21=OTHER", unit},
		{"foreign parameters", "https://a/01/09506000134352/21/SN00A1?utm_source=box&&single&99=x", unit},
		{"no serial", "https://id.gs1.org/01/09506000134352", model(gtin, "")},
		{"a lot is no serial", "https://id.gs1.org/01/09506000134352/10/LOT7", model(gtin, "")},
		{"a third party's serial is not the maker's", "https://id.gs1.org/01/09506000134352/235/TPX", model(gtin, "")},
		{"twelve digits", "https://a/01/416000336108", model("00416000336108", "")},
		{"eight digits", "https://a/01/02345673", model("00000002345673", "")},
		{"unknown brand", "https://a/01/09520123456788/21/12345", code.Reading{
			Kind: code.KindDigitalLink, GTIN: "09520123456788", Serial: "12345",
			Redacted: "https://id.gs1.org/01/09520123456788/21/12345", Reasons: reason("code.brand-unknown"),
		}},
		{"serial that needs encoding", "https://a/01/09520123456788/21/a%2Fb%25+1", code.Reading{
			Kind: code.KindDigitalLink, GTIN: "09520123456788", Serial: "a/b%+1",
			Redacted: "https://id.gs1.org/01/09520123456788/21/a%2Fb%25+1", Reasons: reason("code.brand-unknown"),
		}},
	})
}

func TestDigitalLinkFaults(t *testing.T) {
	t.Parallel()
	rows := map[string]string{ // payload behind "https://a.example/", reason code
		"01/09506000134353/21/SN00A1":                     "code.check-digit",
		"01/0950600013435/21/SN00A1":                      "code.check-digit", // 13 digits, wrongly cut
		"01/95060001343/21/SN00A1":                        "code.malformed",
		"01/1231231231233%003":                            "code.malformed",
		"01/09506000134352/21/SN%00":                      "code.malformed",
		"01/09506000134352/21/" + strings.Repeat("A", 21): "code.malformed", // AI 21 is X..20
		"01/09506000134352/21/SN%2300":                    "code.malformed", // # is not in set 82
		"01/09506000134352/21/SN%2000":                    "code.malformed", // nor is a blank
		"01/09506000134352/21/":                           "code.malformed",
		"01/09506000134352/21/SN00A1/10/LOT7":             "code.malformed", // order
		"01/09506000134352/21/SN00A1/235/TPX":             "code.malformed",
		"01/09506000134352/21/A/21/B":                     "code.malformed",
		"01/09506000134352/99/ABC":                        "code.malformed",
		"01/09506000134352?21=SN00A1":                     "code.malformed", // belongs into the path
		"01/09506000134352?10=LOT7":                       "code.malformed",
		"01/09506000134352?99=":                           "code.malformed",
		"01/09506000134352?99=ABC%00DEF":                  "code.malformed",
		"01/09506000134352?98=A+B":                        "code.malformed", // a plus is a blank here
		"01/09506000134352?99=A&99=A":                     "code.malformed",
		"01/09506000134352/10/A?01=09506000134352":        "code.malformed",
		"01/09506000134352?17=271331":                     "code.malformed", // month 13
		"01/09506000134352?99=" + strings.Repeat("A", 91): "code.malformed",
		"01/09506000134352?999=faux":                      "code.unknown-ai",
		"01/09506000134352?89=ABC123":                     "code.unknown-ai",
		"00/952012345678912345":                           "code.not-a-product",
		"8004/9520614141234567?01=09506000134352":         "code.not-a-product",
		"8006/095060001343520102/21/SN00A1":               "code.not-a-product",
		"sscc/952012345678912345":                         "code.not-a-product",
		"gln/9520123456788/":                              "code.unknown-link",
		"gln/9520123456788":                               "code.not-a-product",
		"itip/095060001343520102":                         "code.not-a-product",
		"grai/09520123456788":                             "code.not-a-product",
		"giai/9520614141234567":                           "code.not-a-product",
		"01/00000000000000":                               "code.check-digit",
		"ARFKk4XBoA":                                      "code.compressed-link", // made by GS1's own toolkit
		"DBFKk4XBoMyRumgGo":                               "code.compressed-link",
		"GhFKk4XBoMhZyfaEb-zJG6aAag":                      "code.compressed-link",
		"stem/CxFKk4XBoMhZyfZCzJG6aAag":                   "code.compressed-link",
		"registration":                                    "code.unknown-link", // base 64 too, but no GTIN
		"AAAAAAAAAAAAAAA":                                 "code.unknown-link",
		"zzz/09506000134352":                              "code.unknown-link",
		"01/09506000134352/21/SN00A1/":                    "code.unknown-link", // ends in a slash
		"01//09506000134352":                              "code.unknown-link",
		"01/09506000134352/89/ABC":                        "code.unknown-link",
		"":                                                "code.unknown-link",
		"01":                                              "code.unknown-link",
		"%30%31/09506000134352":                           "code.unknown-link",
	}
	for rest, want := range rows {
		payload := "https://a.example/" + rest
		got := code.Parse(payload, site(t))
		if got.Kind != code.KindUnknown || len(got.Reasons) != 1 || got.Reasons[0].Code != want {
			t.Errorf("Parse(%q) = %s %v, want unknown by %s", payload, got.Kind, got.Reasons, want)
		}
	}
}

// The characters and hosts that make a text no web address at all.
func TestNoLink(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{
		"ftp://a/01/09506000134352", "https://", "https:///01/09506000134352", "https:a/01/09506000134352",
		"https://$a/01/09506000134352", "https://a b/01/09506000134352", "https://[fe80::1%25lo]/01/09506000134352",
		"https://a/01/09506000134352<bad", "https://a/01/09506000134352{bad", `https://a/01/09506000134352\bad`,
		"https://a/01/09506000134352^bad", "https://a/01/09506000134352\x1dbad",
	} {
		if got := code.Parse(payload, site(t)); got.Kind != code.KindUnknown || got.GTIN != "" {
			t.Errorf("Parse(%q) = %s with GTIN %q, want unknown", payload, got.Kind, got.GTIN)
		}
	}
}

// Vectors of gs1-syntax-engine (Apache-2.0), dl.c, test_dl_parseDLuri: links
// with a product key that its reader accepts, and the serial it reads.
func TestGS1Vectors(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string][2]string{
		"https://a/01/12312312312333":                                          {"12312312312333", ""},
		"https://xn--fsq.xn--0zwm56d/01/12312312312333":                        {"12312312312333", ""},
		"https://a./01/12312312312333":                                         {"12312312312333", ""},
		"https://a:65535/01/12312312312333":                                    {"12312312312333", ""},
		"https://192.0.2.1/01/12312312312333":                                  {"12312312312333", ""},
		"https://[2001:db8::1]/01/12312312312333":                              {"12312312312333", ""},
		"https://a/gtin/12312312312333/ser/ABC123":                             {"12312312312333", "ABC123"},
		"https://a/01/12312312312333/22/TEST/10/ABC/21/XYZ":                    {"12312312312333", "XYZ"},
		"https://a/01/12312312312333/235/TEST":                                 {"12312312312333", ""},
		"https://a/01/12312312312333?&&&99=ABC&&&&&&98=XYZ&&&":                 {"12312312312333", ""},
		"https://a/01/12312312312333?singleton&99=ABC&98=XYZ":                  {"12312312312333", ""},
		"https://a/01/12312312312333/22/ABC%2d123?99=ABC&98=XYZ%2f987":         {"12312312312333", ""},
		"https://a/01/12312312312333/22/ABC+123?99=ABC&98=XYZ%2f987":           {"12312312312333", ""},
		"https://a/01/12312312312333/22/test/10/abc/21/xyz#fragment":           {"12312312312333", "xyz"},
		"https://brand.example.com/some-extra/pathinfo/01/9520123456788":       {"09520123456788", ""},
		"https://id.gs1.org/01/09520123456788/10/ABC1/21/12345?17=180426":      {"09520123456788", "12345"},
		"https://example.com/01/9520123456788?3103=000195&3922=0299&17=201225": {"09520123456788", ""},
		"https://id.gs1.org/01/09520123456788/235/XYZ?10=ABC123":               {"09520123456788", ""},
	} {
		got := code.Parse(payload, code.Rules{})
		if got.GTIN != want[0] || got.Serial != want[1] {
			t.Errorf("Parse(%q) = %s, GTIN %q, serial %q, want %q", payload, got.Kind, got.GTIN, got.Serial, want)
		}
	}
}
