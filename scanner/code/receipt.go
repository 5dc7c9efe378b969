package code

import (
	"fmt"
	"io"
	"strings"
)

// receiptLength is 25 random characters of base 32 (125 bits, so that no code can
// be found by trying) and a check character: one less than a unit label's, so
// that neither is ever taken for the other.
const receiptLength = 26

// NewReceiptCode makes the code of a release receipt out of 25 bytes.
func NewReceiptCode(random io.Reader) (string, error) {
	code, err := newCode(random, receiptLength)
	if err != nil {
		return "", fmt.Errorf("draw a receipt code: %w", err)
	}
	return code, nil
}

// ParseReceiptCode reads the code of a release receipt as it was printed or
// typed: any case, with blanks and dashes, O for 0, I or L for 1. What does not
// fit its check character is no code.
func ParseReceiptCode(typed string) (code string, ok bool) {
	code = foldLabelCode(typed)
	last := len(code) - 1
	if !isReceiptShaped(code) || mod3736(code[:last]) != code[last] {
		return "", false
	}
	return code, true
}

func isReceiptShaped(code string) bool {
	return len(code) == receiptLength && strings.Trim(code, crockford) == ""
}

// ReceiptURL is what the QR code of a release receipt says: upper case, as a
// smaller QR code. The origin is a scheme and a host, such as
// "https://qc.example".
func ReceiptURL(origin, code string) string {
	return strings.ToUpper(strings.TrimSuffix(origin, "/")) + "/R/" + code
}

// readTypedReceipt reads a receipt's code typed by hand. Its length and check
// character all but prove it; still, a serial can look like that.
func readTypedReceipt(in input, _ Rules) finding {
	if !isReceiptShaped(foldLabelCode(in.text)) {
		return finding{}
	}
	code, ok := ParseReceiptCode(in.text)
	if !ok {
		return finding{reasons: because("code.receipt-check")}
	}
	return finding{readings: []Reading{receiptReading(code, FormatLabelCode(code))}}
}

func receiptReading(code, redacted string) Reading {
	return Reading{Kind: KindReceipt, Receipt: code, Redacted: redacted, Reasons: because("code.receipt")}
}
