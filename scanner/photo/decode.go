package photo

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/common"
	datamatrix "github.com/makiuchi-d/gozxing/datamatrix/decoder"
	matrixfinder "github.com/makiuchi-d/gozxing/datamatrix/detector"
	manyqr "github.com/makiuchi-d/gozxing/multi/qrcode/detector"
	qrcode "github.com/makiuchi-d/gozxing/qrcode/decoder"
	qrfinder "github.com/makiuchi-d/gozxing/qrcode/detector"
)

// sighting is one code as one pass read it.
type sighting struct {
	payload string
	// weak: the code has so few words of error correction that noise may pass
	// for it, once in a million tries. Then two passes must agree.
	weak bool
}

// decodeQR reads the QR codes of a picture in black and white: the one that
// stands out, and every one that there may be.
func decodeQR(matrix *gozxing.BitMatrix) []sighting {
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	var grids []*common.DetectorResult
	if one, err := qrfinder.NewDetector(matrix).Detect(hints); err == nil {
		grids = append(grids, one)
	}
	if many, err := manyqr.NewMultiDetector(matrix).DetectMulti(hints); err == nil {
		grids = append(grids, many...)
	}
	var seen []sighting
	decoder := qrcode.NewDecoder()
	for _, grid := range grids {
		if result, err := decoder.Decode(grid.GetBits(), hints); err == nil {
			seen = appendSighting(seen, 'Q', result, weakQR(result))
		}
	}
	return seen
}

// decodeMatrix reads the DataMatrix code around the middle of the picture.
func decodeMatrix(matrix *gozxing.BitMatrix) []sighting {
	finder, err := matrixfinder.NewDetector(matrix)
	if err != nil {
		return nil
	}
	grid, err := finder.Detect()
	if err != nil {
		return nil
	}
	result, err := datamatrix.NewDecoder().Decode(grid.GetBits())
	if err != nil {
		return nil
	}
	return appendSighting(nil, 'd', result, weakMatrix(result))
}

// weakQR: versions 1-L, 2-L and 1-M have at most ten words of error correction
// (ISO/IEC 18004 table 9).
func weakQR(result *common.DecoderResult) bool {
	data := len(result.GetRawBytes())
	return result.GetECLevel() == "L" && data <= 34 || result.GetECLevel() == "M" && data <= 16
}

// weakMatrix: up to 12 × 12 and 8 × 18 there are at most seven (ISO/IEC 16022
// table 7).
func weakMatrix(result *common.DecoderResult) bool { return len(result.GetRawBytes()) <= 5 }

// appendSighting keeps what can be the text of a code: not a part of a longer
// text that stands in several codes, nothing that is no text. It writes the
// symbology in front as a scanner does (ISO/IEC 15424).
func appendSighting(seen []sighting, symbology byte, result *common.DecoderResult, weak bool) []sighting {
	text := result.GetText()
	if result.HasStructuredAppend() || text == "" || !isText(text) {
		return seen
	}
	prefix := "]" + string(symbology) + strconv.Itoa(result.GetSymbologyModifier())
	return append(seen, sighting{prefix + text, weak})
}

// isText lets letters through, the line ends that some labels have, and the
// separators of ISO/IEC 15434.
func isText(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(c rune) bool {
		return c == utf8.RuneError || c == 0x7f || c < ' ' && !strings.ContainsRune("\t\r\n\x04\x1d\x1e", c)
	})
}
