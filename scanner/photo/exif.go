package photo

import (
	"bytes"
	"encoding/binary"
)

// orientation is how the stored rows and columns lie (TIFF 6.0, tag 274):
// 1 upright, 2 mirrored, 3 upside down, 4 to 8 the other ways.
type orientation int

const upright orientation = 1

// or prefers what is known already.
func (o orientation) or(found orientation) orientation {
	if o != upright {
		return o
	}
	return found
}

// swaps reports whether the stored rows are columns.
func (o orientation) swaps() bool { return o >= 5 }

// source is where the pixel at (x, y) of the upright picture stands in the
// stored one, which is w × h.
func (o orientation) source(x, y, w, h int) (int, int) {
	switch o {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	default:
		return x, y
	}
}

// exifOrientation reads the orientation out of an APP1 segment, upright where
// it says nothing sensible.
func exifOrientation(segment []byte) orientation {
	tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")) // Exif 2.32, 4.7.2
	if !ok {
		return upright
	}
	return tiffOrientation(tiff)
}

// tiffOrientation looks through the first directory of a TIFF structure (TIFF
// 6.0 section 2): a byte order, the directory's place, its 12-byte entries.
func tiffOrientation(tiff []byte) orientation {
	const (
		tagOrientation = 0x0112
		typeShort      = 3
		entrySize      = 12
	)
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(tiff, []byte("II*\x00")) {
		order = binary.LittleEndian
	} else if !bytes.HasPrefix(tiff, []byte("MM\x00*")) {
		return upright
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return upright
	}
	directory := tiff[at:]
	entries := int(order.Uint16(directory))
	for directory = directory[2:]; entries > 0 && len(directory) >= entrySize; entries-- {
		if order.Uint16(directory) == tagOrientation && order.Uint16(directory[2:]) == typeShort {
			if found := orientation(order.Uint16(directory[8:])); found >= 1 && found <= 8 {
				return found
			}
			return upright
		}
		directory = directory[entrySize:]
	}
	return upright
}

// pngOrientation reads the eXIf chunk (PNG, third edition, 11.3.4.3) of a file
// that has passed the decoder's look at its header.
func pngOrientation(file []byte) orientation {
	const around = 12 // length, name, checksum
	for rest := file[8:]; len(rest) >= around; {
		length := int64(binary.BigEndian.Uint32(rest))
		if length > int64(len(rest)-around) {
			break
		}
		if string(rest[4:8]) == "eXIf" {
			return tiffOrientation(rest[8 : 8+length])
		}
		rest = rest[around+length:]
	}
	return upright
}
