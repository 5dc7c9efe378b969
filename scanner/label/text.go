package label

import (
	"math"
	"strings"
	"unicode"
)

// Proportions of the type, a fixed-width font: how wide a character and how
// high a row is, by the font size; and where in the row its base line is.
const (
	charWidth  = 0.6
	rowHeight  = 1.25
	baseline   = 0.95
	minTextMM  = 1.8 // 5 points
	textShare  = 8   // the largest text is this part of the label's shorter side
	textEdgeMM = 1.0 // left free at the label's edges, where printers miss
)

// box is a part of the label, in dots.
type box struct{ x, y, w, h int }

// row is one line of text as it stands on the label. Its base line starts at
// x, y; it is w dots long.
type row struct {
	text    string
	x, y, w int
}

// pitch is from one character to the next. It is whole dots, so that every form
// of a label has each character in the same place.
func pitch(size int) int { return int(math.Round(charWidth * float64(size))) }

// fit sets the lines into the box, as large as they go. It wraps long lines
// and never shortens any.
func fit(lines []string, in box, largest, smallest int) (rows []row, size int, ok bool) {
	for size = largest; size >= smallest; size-- {
		columns := in.w / max(1, pitch(size))
		height := rowHeight * float64(size)
		texts := wrapAll(lines, columns)
		if columns < 1 || int(float64(len(texts))*height) > in.h {
			continue
		}
		top := float64(in.y) + (float64(in.h)-float64(len(texts))*height)/2
		for i, text := range texts {
			rows = append(rows, row{
				text: text,
				x:    in.x,
				y:    int(top + float64(i)*height + baseline*float64(size)),
				w:    pitch(size) * len([]rune(text)),
			})
		}
		return rows, size, true
	}
	return nil, 0, false
}

func wrapAll(lines []string, columns int) []string {
	var texts []string
	for _, line := range lines {
		texts = append(texts, wrap(printable(line), columns)...)
	}
	return texts
}

// wrap breaks a line after blanks and dashes where it can, elsewhere where it
// must.
func wrap(line string, columns int) []string {
	var texts []string
	rest := []rune(line)
	for columns > 0 && len(rest) > columns {
		end := columns
		for i := columns; i > columns/2; i-- {
			if rest[i-1] == '-' || rest[i-1] == ' ' || rest[i] == ' ' {
				end = i
				break
			}
		}
		texts = append(texts, strings.Trim(string(rest[:end]), " "))
		rest = []rune(strings.TrimLeft(string(rest[end:]), " "))
	}
	if len(rest) > 0 {
		texts = append(texts, string(rest))
	}
	return texts
}

// printable replaces what has no look, and what XML 1.0 cannot hold even
// escaped, by the replacement character.
func printable(line string) string {
	return strings.Map(func(c rune) rune {
		if c != ' ' && !unicode.IsPrint(c) {
			return unicode.ReplacementChar
		}
		return c
	}, line)
}
