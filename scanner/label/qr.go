package label

import (
	"fmt"

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

func encode(code string, level qrcode.RecoveryLevel) (symbol, error) {
	qr, err := qrcode.New(code, level)
	if err != nil {
		return nil, fmt.Errorf("QR code of %d bytes: %w", len(code), ErrTooSmall)
	}
	qr.DisableBorder = true // we draw the quiet zone
	return qr.Bitmap(), nil
}

// side is the width of the symbol with its quiet zone, in modules.
func (s symbol) side() int { return len(s) + 2*quietZone }
