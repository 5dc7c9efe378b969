package photo

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
)

// Markers of ITU-T T.81 table B.1.
const (
	markerSOF0 = 0xc0 // baseline
	markerSOF1 = 0xc1 // extended sequential
	markerSOF2 = 0xc2 // progressive
	markerRST0 = 0xd0
	markerRST7 = 0xd7
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerAPP1 = 0xe1 // Exif 2.32, 4.5.5
)

// jpegHeader reads what stands before the picture's data. It walks the markers
// as the decoder does, so that nothing can show one header to us and another
// to the decoder; what it does not find it takes for the dearest.
func jpegHeader(file []byte) (header, error) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return header{}, err
	}
	const dearest = 4 * (1 + 4 + 1) * 16 // four components, their coefficients, and a copy
	h := header{width: config.Width, height: config.Height, perPixel: dearest, turn: upright}
	for rest := file[2:]; ; {
		marker, body, after := nextSegment(rest)
		switch marker {
		case 0, markerEOI, markerSOS:
			return h, nil
		case markerSOF0, markerSOF1, markerSOF2:
			h.perPixel = jpegMemory(body, marker == markerSOF2)
			return h.withLaterExif(after), nil
		case markerAPP1:
			h.turn = h.turn.or(exifOrientation(body))
		}
		rest = after
	}
}

// withLaterExif looks for the orientation behind the frame header too: the
// order of the segments is free.
func (h header) withLaterExif(rest []byte) header {
	for h.turn == upright {
		marker, body, after := nextSegment(rest)
		if marker == 0 || marker == markerEOI || marker == markerSOS {
			break
		}
		if marker == markerAPP1 {
			h.turn = h.turn.or(exifOrientation(body))
		}
		rest = after
	}
	return h
}

// nextSegment finds the next marker, the bytes that belong to it, and what
// follows; marker 0 at the end.
func nextSegment(data []byte) (marker byte, body, after []byte) {
	for {
		at := bytes.IndexByte(data, 0xff)
		if at < 0 {
			return 0, nil, nil
		}
		data = data[at:]
		for len(data) > 0 && data[0] == 0xff { // fill bytes, B.1.1.2
			data = data[1:]
		}
		if len(data) == 0 {
			return 0, nil, nil
		}
		marker, data = data[0], data[1:]
		if marker == 0 || marker >= markerRST0 && marker <= markerRST7 {
			continue // stuffing, restart: nothing belongs to them
		}
		if marker == markerEOI {
			return marker, nil, nil
		}
		if len(data) < 2 {
			return 0, nil, nil
		}
		length := int(binary.BigEndian.Uint16(data))
		if length < 2 || length > len(data) {
			return 0, nil, nil
		}
		return marker, data[2:length], data[length:]
	}
}

// jpegMemory is what the decoder needs for a pixel, in sixteenths of a byte: a
// byte for each sample, and four more for its coefficient in a progressive
// picture, which is kept to the end. Colour samples may be fewer than pixels
// (T.81 A.1.1).
func jpegMemory(frame []byte, progressive bool) int {
	const dearest = 4 * (1 + 4 + 1) * 16
	if len(frame) < 6 || len(frame) < 6+3*int(frame[5]) {
		return dearest
	}
	components := int(frame[5])
	sum, most := 0, 0
	for i := range components {
		factors := frame[6+3*i+1]
		samples := int(factors>>4) * int(factors&15)
		sum, most = sum+samples, max(most, samples)
	}
	if most == 0 {
		return dearest
	}
	bytesEach := 1
	if progressive {
		bytesEach += 4
	}
	memory := 16 * sum * bytesEach / most
	if components == 4 {
		memory += 4 * 16 // converted into a CMYK image
	}
	return memory
}
