package label

import (
	"fmt"
	"strings"

	qrcode "github.com/skip2/go-qrcode"
)

const (
	// quietZone is the margin that a QR code needs around it, in modules
	// (ISO/IEC 18004:2015 clause 9.1, figure 32).
	quietZone = 4
	// minModuleDots: at 2 dots to a module, codes that are blurred or scaled
	// stop reading; at 3 they still do.
	minModuleDots = 3
	// minModuleMM is what cheap scanners resolve.
	minModuleMM = 0.25
)

// symbol is a QR code without its quiet zone: symbol[y][x] is a dark module.
type symbol [][]bool

// levels are tried in turn: 25 % of the code may be scratched off (ISO level
// Q, which the library calls High), or else 15 % (M). Below that we do not go.
func levels() []qrcode.RecoveryLevel {
	return []qrcode.RecoveryLevel{qrcode.High, qrcode.Medium}
}

// encode draws the symbol in the size that the plainest encoder needs, one that
// takes the text as a whole. Label printers draw the code themselves; who saves
// modules by changing modes within the text would draw a smaller one than they
// do, and the text beside it would be printed over.
func encode(code string, level qrcode.RecoveryLevel) (symbol, error) {
	plain := "a"
	if alphanumeric(code) {
		plain = "A"
	}
	like, err := qrcode.New(strings.Repeat(plain, len(code)), level)
	if err != nil {
		return nil, fmt.Errorf("QR code of %d bytes: %w", len(code), ErrTooSmall)
	}
	qr, err := qrcode.NewWithForcedVersion(code, like.VersionNumber, level)
	if err != nil {
		return nil, fmt.Errorf("QR code of %d bytes: %w", len(code), ErrTooSmall)
	}
	qr.DisableBorder = true // we draw the quiet zone
	return qr.Bitmap(), nil
}

// alphanumeric: the code needs no more than the 45 characters of that mode
// (ISO/IEC 18004:2015, table 5).
func alphanumeric(code string) bool {
	return strings.Trim(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:") == ""
}

// side is the width of the symbol with its quiet zone, in modules.
func (s symbol) side() int { return len(s) + 2*quietZone }
