package code_test

import (
	"encoding/json"
	"os"
	"testing"

	"quitclaim/scanner/code"
)

func TestOnlyTheSiteOfAnAddressIsShown(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]string{
		"https://www.example.com/reset?token=hunter2": "https://example.com/… (43)",
		"HTTP://Support.Example.COM/":                 "https://example.com/… (27)",
		"https://hunter2.cameras.example.com":         "https://example.com/… (35)",
		"https://20202021.com/":                       "… (21)",
		"https://192.168.1.64/doc/page/login.asp":     "… (39)",
		"https://hunter/":                             "… (15)",
		"https://.com/":                               "… (13)",
		"https://example./":                           "… (17)",
		"518085":                                      "… (6)",
	} {
		got := code.Parse(payload, code.Rules{})
		if got.Kind != code.KindUnknown || got.Redacted != want {
			t.Errorf("Parse(%q) = %s, redacted %q, want unknown, %q", payload, got.Kind, got.Redacted, want)
		}
	}
}

func TestUnknownAddressNamesItsSite(t *testing.T) {
	t.Parallel()
	got := code.Parse("https://www.example.com/x", code.Rules{})
	if len(got.Reasons) != 1 || got.Reasons[0].Code != "code.unknown-link" || got.Reasons[0].Args["site"] != "example.com" {
		t.Errorf("reasons = %v, want code.unknown-link of example.com", got.Reasons)
	}
}

// An offline queue keeps what Redacted says and sends it in later: it must
// still name the same unit.
func TestRedactedReadsBack(t *testing.T) {
	t.Parallel()
	rules := site(t)
	for _, payload := range []string{
		"]Q3010950600013435221SN00A1",
		"https://a/gtin/9506000134352/ser/SN00A1",
		"(01)09520123456788(21)A+B/(21%",
		"https://qc.example/u/" + labelCode,
		code.FormatLabelCode(labelCode),
		"SN00A1",
		"9506000134352",
	} {
		first := code.Parse(payload, rules)
		again := code.Parse(first.Redacted, rules)
		if first.Key != again.Key || first.GTIN != again.GTIN || first.Serial != again.Serial || first.Label != again.Label {
			t.Errorf("%q, redacted to %q, reads back as %+v, want %+v", payload, first.Redacted, again, first)
		}
	}
}

// vector is one row of the table that the scan page's own redaction is tested
// by too.
type vector struct {
	Payload  string `json:"payload"`
	Redacted string `json:"redacted"`
	Secrets  int    `json:"secrets"`
}

func TestRedact(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("testdata/redact.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []vector
	if err := json.Unmarshal(table, &vectors); err != nil {
		t.Fatal(err)
	}
	if len(vectors) < 50 {
		t.Errorf("only %d vectors", len(vectors))
	}
	for _, v := range vectors {
		got, secrets := code.Redact(v.Payload)
		if got != v.Redacted || secrets != v.Secrets {
			t.Errorf("Redact(%q) = %q, %d; want %q, %d", v.Payload, got, secrets, v.Redacted, v.Secrets)
		}
		redactedReadsTheSame(t, v.Payload, code.Parse(v.Payload, site(t)), site(t))
	}
}
