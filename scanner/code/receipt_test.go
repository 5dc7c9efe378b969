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

const receiptCode = "7K3MQ9XR2TVBHD4C8EJN0PSW5Y"

func TestNewReceiptCodeReadsBack(t *testing.T) {
	t.Parallel()
	for range 1000 {
		c, err := code.NewReceiptCode(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, typed := range []string{c, strings.ToLower(c), code.FormatLabelCode(c), strings.ReplaceAll(c, "0", "o")} {
			if got, ok := code.ParseReceiptCode(typed); !ok || got != c {
				t.Errorf("ParseReceiptCode(%q) = %q, %v, want %q", typed, got, ok, c)
			}
		}
		if got, ok := code.ParseLabelCode(c); ok {
			t.Errorf("a receipt's code is the label %q", got)
		}
	}
	if c, err := code.NewReceiptCode(strings.NewReader("too short")); !errors.Is(err, io.ErrUnexpectedEOF) || c != "" {
		t.Errorf("without randomness: %q, %v", c, err)
	}
	seeded := func() string {
		c, err := code.NewReceiptCode(bytes.NewReader(bytes.Repeat([]byte{7}, 32)))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if first, second := seeded(), seeded(); first != second {
		t.Error("the same bytes make two codes")
	}
}

// One wrong character is never another receipt, and never silently none.
func TestReceiptCodeFailsClosed(t *testing.T) {
	t.Parallel()
	for i := range len(receiptCode) {
		for _, c := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
			wrong := receiptCode[:i] + string(c) + receiptCode[i+1:]
			if _, ok := code.ParseReceiptCode(wrong); ok && wrong != receiptCode {
				t.Errorf("ParseReceiptCode(%q) is ok, one character off", wrong)
			}
		}
	}
	for _, wrong := range []string{"", receiptCode[:25], receiptCode + "0", labelCode, "U" + receiptCode[1:]} {
		if got, ok := code.ParseReceiptCode(wrong); ok || got != "" {
			t.Errorf("ParseReceiptCode(%q) = %q, %v, want nothing", wrong, got, ok)
		}
	}
}

func TestReceipts(t *testing.T) {
	t.Parallel()
	receipt := func(redacted string) code.Reading {
		return code.Reading{Kind: code.KindReceipt, Receipt: receiptCode, Redacted: redacted, Reasons: reason("code.receipt")}
	}
	link := receipt("https://qc.example/R/" + receiptCode)
	plain := receipt(code.FormatLabelCode(receiptCode))
	wrong := "8" + receiptCode[1:]
	check(t, site(t), []row{
		{"from its QR code", code.ReceiptURL("https://qc.example", receiptCode), link},
		{"as its page is called", "https://qc.example/R/" + receiptCode, link},
		{"in lower case", "https://qc.example/r/" + strings.ToLower(receiptCode), link},
		{"wedge end", code.ReceiptURL("https://qc.example/", receiptCode) + "\r\n", link},
		{"with what a browser adds", "https://qc.example/R/" + receiptCode + "?done=mine-released", link},
		{"typed", plain.Redacted, plain},
		{"typed wrongly", wrong, unknown("… (26)", "code.receipt-check")},
		{"link with a wrong check", "https://qc.example/R/" + wrong, unknown("https://qc.example/… (47)", "code.receipt-check")},
		{"link without a code", "https://qc.example/R/", unknown("https://qc.example/… (21)", "code.receipt-check")},
	})
}

// A receipt names no unit by itself, and anybody can print one with our path.
func TestAReceiptIsNoUnit(t *testing.T) {
	t.Parallel()
	reading := code.Parse(receiptCode, site(t))
	if reading.Unit() {
		t.Error("a receipt passes for a unit")
	}
	if agree, _ := code.Compare(reading, reading); agree {
		t.Error("two receipts agree as units")
	}
	if got := code.Parse("https://evil.example/R/"+receiptCode, site(t)); got.Kind == code.KindReceipt {
		t.Errorf("another host's receipt is %s", got.Kind)
	}
	for _, payload := range []string{"https://qc.example/R/" + receiptCode, code.FormatLabelCode(receiptCode)} {
		if again := code.Parse(code.Parse(payload, site(t)).Redacted, site(t)); again.Receipt != receiptCode {
			t.Errorf("%q, redacted, reads back as %+v", payload, again)
		}
	}
}
