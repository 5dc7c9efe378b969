package code_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"

	"quitclaim/scanner/code"
)

func newLabelCode(tb testing.TB) string {
	tb.Helper()
	c, err := code.NewLabelCode(rand.Reader)
	if err != nil {
		tb.Fatalf("NewLabelCode: %v", err)
	}
	return c
}

func TestNewLabelCodeReadsBack(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for range 2000 {
		c := newLabelCode(t)
		if seen[c] {
			t.Fatalf("NewLabelCode drew %q twice", c)
		}
		seen[c] = true
		if strings.ContainsAny(c, "ILOU") {
			t.Errorf("NewLabelCode() = %q, with a letter that people misread", c)
		}
		got, ok := code.ParseLabelCode(c)
		if !ok || got != c {
			t.Errorf("ParseLabelCode(%q) = %q, %v", c, got, ok)
		}
	}
}

// A reader that repeats one byte must neither hang nor end in a bad code.
func TestNewLabelCodeWithPoorRandom(t *testing.T) {
	t.Parallel()
	for b := range 256 {
		c, err := code.NewLabelCode(bytes.NewReader(bytes.Repeat([]byte{byte(b)}, 26)))
		if err != nil {
			t.Fatalf("NewLabelCode of bytes %d: %v", b, err)
		}
		if _, ok := code.ParseLabelCode(c); !ok {
			t.Errorf("NewLabelCode of bytes %d = %q, which does not read back", b, c)
		}
	}
}

func TestNewLabelCodeWithoutRandom(t *testing.T) {
	t.Parallel()
	c, err := code.NewLabelCode(strings.NewReader("too short"))
	if !errors.Is(err, io.ErrUnexpectedEOF) || c != "" {
		t.Errorf("NewLabelCode = %q, %v, want an unexpected end", c, err)
	}
}

func TestParseLabelCodeForgivesFingers(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		labelCode,
		code.FormatLabelCode(labelCode),
		strings.ToLower(labelCode),
		strings.ReplaceAll(code.FormatLabelCode(labelCode), "-", " "),
		strings.ReplaceAll(labelCode, "0", "o"),
	} {
		got, ok := code.ParseLabelCode(typed)
		if !ok || got != labelCode {
			t.Errorf("ParseLabelCode(%q) = %q, %v, want %q", typed, got, ok, labelCode)
		}
	}
	ones := "1111111111111111111111111" // 25 ones, a twenty-sixth and its check follow
	for last := range strings.SplitSeq("0123456789ABCDEFGHJKMNPQRSTVWXYZ", "") {
		for check := range strings.SplitSeq("0123456789ABCDEFGHJKMNPQRSTVWXYZ", "") {
			want, ok := code.ParseLabelCode(ones + last + check)
			if !ok {
				continue
			}
			got, ok := code.ParseLabelCode(strings.Repeat("Il", 12) + "L" + last + check)
			if !ok || got != want {
				t.Errorf("letters for ones: %q, %v, want %q", got, ok, want)
			}
		}
	}
}

func TestParseLabelCodeFailsClosed(t *testing.T) {
	t.Parallel()
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	for i := range len(labelCode) {
		for _, c := range alphabet {
			wrong := labelCode[:i] + string(c) + labelCode[i+1:]
			if _, ok := code.ParseLabelCode(wrong); ok && wrong != labelCode {
				t.Errorf("ParseLabelCode(%q) is ok, one character off %q", wrong, labelCode)
			}
		}
	}
	for _, wrong := range []string{"", labelCode[:26], labelCode + "0", "U" + labelCode[1:], "é" + labelCode[2:]} {
		if got, ok := code.ParseLabelCode(wrong); ok || got != "" {
			t.Errorf("ParseLabelCode(%q) = %q, %v, want nothing", wrong, got, ok)
		}
	}
}

func TestFormatLabelCode(t *testing.T) {
	t.Parallel()
	if got, want := code.FormatLabelCode("ABCDEFGHIJ"), "ABCD-EFGH-IJ"; got != want {
		t.Errorf("FormatLabelCode = %q, want %q", got, want)
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	label := func(redacted string) code.Reading {
		return code.Reading{Kind: code.KindLabel, Label: labelCode, Redacted: redacted}
	}
	link := label("https://qc.example/u/" + labelCode)
	plain := label(code.FormatLabelCode(labelCode))
	wrong := "8" + labelCode[1:]
	check(t, site(t), []row{
		{"from its QR code", code.LabelURL("https://qc.example", labelCode), link},
		{"upper case, as a smaller QR code", strings.ToUpper(code.LabelURL("https://qc.example", labelCode)), link},
		{"plain http", "http://qc.example/u/" + labelCode, link},
		{"with what a browser adds", "https://qc.example/u/" + labelCode + "?utm=1#top", link},
		{"host with a port", "http://localhost:8080/u/" + labelCode, label("https://localhost:8080/u/" + labelCode)},
		{"wedge end", "https://qc.example/u/" + labelCode + "\r\n", link},
		{"typed", plain.Redacted, plain},
		{"typed in lower case with blanks", " " + strings.ToLower(labelCode[:10]) + " " + labelCode[10:], plain},
		{"typed wrongly", wrong, unknown("… (27)", "code.label-check")},
		{"link with a wrong check", "https://qc.example/u/" + wrong, unknown("https://qc.example/… (48)", "code.label-check")},
		{"link without a code", "https://qc.example/u/", unknown("https://qc.example/… (21)", "code.label-check")},
		{"our certificate", "HTTPS://QC.EXAMPLE/C/ABCDEF", unknown("https://qc.example/… (27)", "code.certificate")},
	})
}

// Anybody can print a label with our path: only the host makes it ours.
func TestForeignLabels(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"evil.example", "qc.example.evil.example", "qc.example:8443",
		"evil.example?qc.example", "evil.example#qc.example", "qc.example.", "xqc.example", "qc%2eexample", `qc.example\`,
	} {
		payload := "https://" + host + "/u/" + labelCode
		if got := code.Parse(payload, site(t)); got.Kind != code.KindUnknown || got.Label != "" {
			t.Errorf("Parse(%q) = %s with label %q, want unknown", payload, got.Kind, got.Label)
		}
	}
	// A user's name, and perhaps a password.
	if got := code.Parse("https://qc.example@evil.example/u/"+labelCode, site(t)); got.Kind != code.KindSecret || got.Label != "" {
		t.Errorf("our host as a user's name = %s with label %q, want secret", got.Kind, got.Label)
	}
	if got := code.Parse("https://qc.example/u/"+labelCode, code.Rules{}); got.Kind != code.KindUnknown {
		t.Errorf("with no hosts of our own: %s, want unknown", got.Kind)
	}
}

// A brand whose serials look like our codes makes a typed code ambiguous; the
// QR code of the same label stays certain.
func TestLabelCodeThatMayBeASerial(t *testing.T) {
	t.Parallel()
	rules := site(t)
	rules.Serials = append(rules.Serials, pattern(t, "long", `[0-9A-Z]{27}`, labelCode))
	got := code.Parse(labelCode, rules)
	if got.Kind != code.KindAmbiguous || len(got.Candidates) != 2 || got.Label != "" {
		t.Errorf("typed: %s with %d candidates, want ambiguous with 2", got.Kind, len(got.Candidates))
	}
	if got := code.Parse("https://qc.example/u/"+labelCode, rules); got.Kind != code.KindLabel {
		t.Errorf("from its QR code: %s, want %s", got.Kind, code.KindLabel)
	}
}
