package rows

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// ErrEncoding: the text is in an encoding that is not read: UTF-32.
var ErrEncoding = errors.New("an encoding that is not read")

// sniffed is how much of a file says what its encoding is.
const sniffed = 4096

// Text reads UTF-8 without a byte order mark, whatever the file is written in:
// UTF-8, or UTF-16 of either order, known by its mark or by the zero bytes of
// its plain characters (Unicode 16.0, section 23.8). What is no character
// becomes U+FFFD: of UTF-16 here; a byte that is no UTF-8 is left for whoever
// looks at the field that it is in.
func Text(r io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	head, err := in.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE, 0, 0}), bytes.HasPrefix(head, []byte{0, 0, 0xFE, 0xFF}):
		return nil, ErrEncoding
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		_, err := in.Discard(3)
		return in, err
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		_, err := in.Discard(2)
		return &wide{in: in, high: 1}, err
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		_, err := in.Discard(2)
		return &wide{in: in, high: 0}, err
	}
	if high, ok := widthOf(head); ok {
		return &wide{in: in, high: high}, nil
	}
	return in, nil
}

// widthOf tells UTF-16 without a mark: nearly every second byte of it is zero,
// and none of the others.
func widthOf(head []byte) (high int, ok bool) {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	pairs := len(head) / 2
	for high := range zeros {
		if pairs > 1 && zeros[high]*10 > pairs*9 && zeros[1-high] == 0 {
			return high, true
		}
	}
	return 0, false
}

// wide makes UTF-8 of UTF-16.
type wide struct {
	in      *bufio.Reader
	high    int  // which byte of two is the high one
	pending rune // half of a pair that came alone, and the next unit is not its other half; 0: none
	out     []byte
	err     error
}

// Read implements io.Reader.
func (w *wide) Read(p []byte) (int, error) {
	for len(w.out) == 0 && w.err == nil {
		w.out = w.out[:0]
		for len(w.out) < 32<<10 && w.err == nil {
			w.one()
		}
	}
	if len(w.out) == 0 {
		return 0, w.err
	}
	n := copy(p, w.out)
	w.out = w.out[n:]
	return n, nil
}

// one converts one character. A file that ends in the middle of a unit was cut.
func (w *wide) one() {
	r := w.pending
	w.pending = 0
	if r == 0 {
		if r, w.err = w.unit(); w.err != nil {
			return
		}
	}
	if utf16.IsSurrogate(r) {
		second, err := w.unit()
		whole := utf16.DecodeRune(r, second)
		if err == nil && whole == utf8.RuneError && second != 0 {
			w.pending = second
		}
		w.err, r = err, whole
		if err != nil {
			r = utf8.RuneError
		}
	}
	w.out = utf8.AppendRune(w.out, r)
}

func (w *wide) unit() (rune, error) {
	var two [2]byte
	n, err := io.ReadFull(w.in, two[:])
	if errors.Is(err, io.ErrUnexpectedEOF) && n == 1 {
		return utf8.RuneError, nil
	}
	return rune(two[w.high])<<8 | rune(two[1-w.high]), err
}
