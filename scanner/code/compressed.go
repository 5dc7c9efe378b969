package code

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// minCompressed is the length of the shortest compressed link, a GTIN alone:
// 8 bits of identifier and 47 of value in base 64.
const minCompressed = 10

const base64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" // RFC 4648 section 5

// isCompressed recognises a compressed Digital Link (GS1 Digital Link
// Compression 1.0) of a product: its last segment is base 64, and its first
// bits are a GTIN with a right check digit. Any long word is base 64; the GTIN
// is what tells. We do not expand them: no scanner but GS1's own toolkit does,
// and a box that carries one carries another code as well.
func isCompressed(path string) bool {
	last := path[strings.LastIndexByte(path, '/')+1:]
	if len(last) < minCompressed || strings.Trim(last, base64URL) != "" {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(last[:minCompressed])
	if err != nil || !opensWithGTIN(raw[0]) {
		return false
	}
	value := uint64(0)
	for _, b := range raw[1:7] {
		value = value<<8 | uint64(b)
	}
	gtin := fmt.Sprintf("%014d", value>>1) // 47 of the 48 bits
	return len(gtin) == 14 && mod10(gtin)
}

// opensWithGTIN lists the first bytes of the compression standard's table that
// a GTIN follows: the identifier 01 itself, and its pairs with another one.
func opensWithGTIN(b byte) bool {
	high, low := b>>4, b&0x0f
	return b == 0x01 || (high <= 3 && low >= 0xa) || (high == 0xa && low <= 9)
}
