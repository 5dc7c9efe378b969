package code

import (
	"slices"

	"quitclaim/service/lifecycle"
)

// readSerial reads a bare serial by the brands' patterns: a serial alone says
// nothing of whose it is. Two brands that both could have made it are two
// readings.
func readSerial(in input, rules Rules) finding {
	return finding{readings: serialReadings(in.text, rules)}
}

func serialReadings(text string, rules Rules) []Reading {
	var readings []Reading
	var brands []string
	for _, p := range rules.Serials {
		if slices.Contains(brands, p.brand) || !p.pattern.MatchString(text) {
			continue
		}
		key, err := lifecycle.ParseUnitKey(p.brand, text)
		if err != nil {
			continue // a loose pattern matched what no serial can be
		}
		brands = append(brands, p.brand)
		readings = append(readings, Reading{Kind: KindSerial, Key: key, Serial: key.Serial, Redacted: key.Serial})
	}
	return readings
}
