package photo

import (
	"context"
	"slices"
)

// How large pictures are looked at: a code of a few hundred pixels is read
// best, whether the telephone took it with a thousand or with six thousand.
const (
	largest    = 2400
	wholeScale = 1280
	partScale  = 480
)

// pass is one way to look at a picture: how it is prepared, how dark is told
// from light.
type pass struct {
	prepare func(gray) gray
	split   binarise
	outline bool // looks for codes by their outline too, which does not depend on split
}

func asIs(g gray) gray { return g }

func sharp(radius int, times float64) func(gray) gray {
	return func(g gray) gray { return g.sharpened(radius, times).stretched() }
}

func smooth(g gray) gray { return g.mean(1).stretched() }

// passes are tried in rounds; a round that reads something is the last. The
// cheap ones come first, and the ones for hard pictures at the end.
func passes() [][]pass {
	return [][]pass{
		{{asIs, hybrid, true}, {asIs, global, false}},
		{{gray.stretched, local(8), false}, {smooth, hybrid, true}, {gray.inverted, hybrid, true}},
		{{sharp(3, 1.5), hybrid, false}, {sharp(3, 1.5), local(10), false}, {smooth, local(6), false}, {smooth, global, false}},
		{{sharp(6, 2), local(8), true}, {sharp(6, 2), global, false}, {gray.inverted, local(8), false}, {sharp(10, 3), local(12), false}},
	}
}

// Codes reads the QR and DataMatrix codes in a picture, each as a scanner that
// names the symbology sends it, in no particular order. None is no error: then
// there is nothing in the picture that can be read for certain. It ends with
// what it has when ctx does.
func Codes(ctx context.Context, picture Picture) []string {
	whole := picture.brightness(largest)
	views := viewsOf(whole)
	found := tally{}
	for _, round := range passes() {
		for _, view := range views {
			for _, p := range round {
				if ctx.Err() != nil {
					return found.certain()
				}
				found.add(view.look(p))
			}
		}
		if codes := found.certain(); len(codes) > 0 {
			return codes
		}
	}
	return nil
}

// view is the picture, or a part of it, at a size at which it is looked at.
type view struct {
	gray gray
	part bool // a part is looked at for a DataMatrix code too, whose finder begins in the middle
}

func viewsOf(whole gray) []view {
	views := []view{{whole.atMost(wholeScale), false}}
	for _, region := range whole.regions() {
		part := whole.crop(region)
		if part.w < 16 || part.h < 16 {
			continue
		}
		views = append(views, view{part.scaled(partScale), true})
	}
	if len(views) == 1 {
		views = append(views, view{whole.atMost(partScale), true})
	}
	if max(whole.w, whole.h) > wholeScale {
		views = append(views, view{whole, false})
	}
	return views
}

// atMost makes the picture smaller where it is larger.
func (g gray) atMost(longest int) gray {
	if max(g.w, g.h) <= longest {
		return g
	}
	return g.scaled(longest)
}

// look makes one pass. The decoders are others' work and read hostile input:
// where one fails, this pass has seen nothing.
func (v view) look(p pass) (seen []sighting) {
	defer func() {
		if recover() != nil {
			seen = nil
		}
	}()
	prepared := p.prepare(v.gray)
	matrix, err := p.split(prepared)
	if err != nil {
		return nil
	}
	seen = decodeQR(matrix)
	if v.part {
		seen = append(seen, decodeMatrix(matrix)...)
	}
	if v.part && p.outline {
		seen = append(seen, prepared.outlined()...)
	}
	return seen
}

// tally counts in how many passes each payload was read.
type tally map[string]struct {
	passes int
	weak   bool
}

func (t tally) add(seen []sighting) {
	var counted []string
	for _, s := range seen {
		if slices.Contains(counted, s.payload) {
			continue // the same pass, the same pixels
		}
		counted = append(counted, s.payload)
		entry := t[s.payload]
		entry.passes++
		entry.weak = s.weak
		t[s.payload] = entry
	}
}

// certain is what may be believed.
func (t tally) certain() []string {
	var payloads []string
	for payload, entry := range t {
		if !entry.weak || entry.passes > 1 {
			payloads = append(payloads, payload)
		}
	}
	slices.Sort(payloads)
	return payloads
}
