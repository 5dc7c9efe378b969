package code

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"quitclaim/service/lifecycle"
)

// maxPatternLength bounds a serial pattern. RE2 runs in linear time whatever
// the pattern; this only keeps a pasted essay out of the configuration.
const maxPatternLength = 200

// Rules holds what differs from one installation to the next. The zero value
// reads every standard code, and no bare serial.
type Rules struct {
	// Hosts are those of our own labels, with the port where it is not the
	// scheme's own. A label of any other host is not ours.
	Hosts []string
	// Serials are the brands' patterns for serials printed bare.
	Serials []SerialPattern
	// Brand names the brand of a GTIN (14 digits) that is known here.
	Brand func(gtin string) (brand string, ok bool)
	// Separators are further characters or words that this site's scanners
	// type instead of GS, for example "#", "|" or "~".
	Separators []string
}

// SerialPattern tells one brand's serials by their looks.
type SerialPattern struct {
	brand   string
	pattern *regexp.Regexp
}

// NewSerialPattern compiles a pattern (RE2; it must match the whole serial, in
// any letter case, as keys are case-folded). The example must fit it: whoever
// configures a pattern proves on the spot that it does what they mean.
func NewSerialPattern(brand, pattern, example string) (SerialPattern, error) {
	key, err := lifecycle.ParseUnitKey(brand, example)
	if err != nil {
		return SerialPattern{}, fmt.Errorf("serial pattern of brand %q: %w", brand, err)
	}
	if len(pattern) > maxPatternLength {
		return SerialPattern{}, invalidPattern("pattern.too-long")
	}
	if _, err := regexp.Compile(pattern); err != nil { // alone, or "1)|(?:.*" would break out of the anchors
		return SerialPattern{}, invalidPattern("pattern.syntax")
	}
	compiled, err := regexp.Compile(`(?i)\A(?:` + pattern + `)\z`)
	if err != nil {
		return SerialPattern{}, invalidPattern("pattern.syntax")
	}
	if !compiled.MatchString(key.Serial) {
		return SerialPattern{}, invalidPattern("pattern.example")
	}
	return SerialPattern{brand: key.Brand, pattern: compiled}, nil
}

func invalidPattern(code string) error {
	var invalid lifecycle.Invalid
	invalid.Add("pattern", code)
	return invalid.Err()
}

func (r Rules) brand(gtin string) string {
	if r.Brand == nil || gtin == "" {
		return ""
	}
	brand, ok := r.Brand(gtin)
	if !ok {
		return ""
	}
	return brand
}

// contradicts reports whether the brand has patterns and the serial fits none.
func (r Rules) contradicts(brand, serial string) bool {
	known := false
	for _, p := range r.Serials {
		if p.brand != strings.ToLower(brand) {
			continue
		}
		if p.pattern.MatchString(serial) {
			return false
		}
		known = true
	}
	return known
}

func (r Rules) ours(host string) bool {
	return slices.ContainsFunc(r.Hosts, func(own string) bool { return strings.EqualFold(own, host) })
}
