package code

import (
	"strings"

	"quitclaim/service/lifecycle"
)

// Compare reports whether the code on the box and the code on the unit name
// the same unit, and every way in which they do not. Boxes get swapped, by
// fraud or by haste. What cannot be compared does not agree.
func Compare(box, device Reading) (agree bool, reasons []lifecycle.Reason) {
	if box.Kind == KindLabel && device.Kind == KindLabel {
		if box.Label != device.Label {
			return false, because("code.mismatch")
		}
		return true, nil
	}
	if box.Serial == "" || device.Serial == "" || !box.Unit() || !device.Unit() {
		return false, because("code.cannot-compare")
	}
	if !strings.EqualFold(box.Serial, device.Serial) {
		reasons = append(reasons, because("code.mismatch")...)
	}
	if differ(box.GTIN, device.GTIN) {
		reasons = append(reasons, because("code.mismatch-model")...)
	}
	if differ(box.Key.Brand, device.Key.Brand) {
		reasons = append(reasons, because("code.mismatch-brand")...)
	}
	return len(reasons) == 0, reasons
}

// differ reports whether both sides say something, and not the same.
func differ(a, b string) bool { return a != "" && b != "" && a != b }
