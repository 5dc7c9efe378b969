package lifecycle

import (
	"slices"
	"strings"
)

// ParseBrands reads a list of brands as people write it, with commas or blanks
// between. Every mistake is one of the field "brands".
func ParseBrands(text string) ([]string, error) {
	list := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\r' || r == '\t' })
	return CheckBrands(list)
}

// CheckBrands holds a list against what a brand is, and writes each as it is
// kept: once, in small letters.
func CheckBrands(list []string) ([]string, error) {
	var brands []string
	var invalid Invalid
	for _, text := range list {
		key, err := ParseUnitKey(text, "0") // the one place that knows what a brand is
		if err != nil {
			invalid.Reasons = append(invalid.Reasons, Reason{
				Field: "brands", Code: "brands.shape", Args: map[string]string{"brand": clip(text)},
			})
			continue
		}
		brands = append(brands, key.Brand)
	}
	if len(list) == 0 {
		invalid.Add("brands", "brands.none")
	}
	slices.Sort(brands)
	return slices.Compact(brands), invalid.Err()
}

// clip keeps an answer from growing with its question.
func clip(text string) string {
	const longest = 40
	if runes := []rune(text); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return text
}
