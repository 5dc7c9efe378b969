package label_test

import (
	"errors"
	"strings"
	"testing"

	"quitclaim/scanner/label"
	"quitclaim/service/lifecycle"
)

const (
	unitURL   = "https://qc.example/u/7K3MQ9XR2TVBHD4C8EJN0PSW5ZX"
	unitCode  = "7K3M-Q9XR-2TVB-HD4C-8EJN-0PSW-5ZX"
	hostile   = `'"<>;^~%2F`
	markup    = `</text><script>alert(1)</script>`
	certLabel = "HTTPS://QC.EXAMPLE/C/"
)

// certificateURL has the length of a real one: 181 bytes in base 32.
func certificateURL() string { return certLabel + strings.Repeat("ABCDEFGHIJ234567", 19)[:290] }

// labels are what the tests draw: name and label.
func labels() map[string]label.Label {
	key := lifecycle.UnitKey{Brand: "acme", Serial: "SN00A1"}
	long := lifecycle.UnitKey{Brand: strings.Repeat("b", 32), Serial: strings.Repeat("W", 64)}
	big := label.Unit(unitURL, unitCode, key)
	big.WidthMM, big.HeightMM, big.DPI = 100, 50, 300
	narrow := label.Unit(unitURL, unitCode, key)
	narrow.WidthMM, narrow.HeightMM, narrow.DPI = 25, 50, 300
	fine := label.Unit(unitURL, unitCode, key)
	fine.DPI = 600
	return map[string]label.Label{
		"unit":           label.Unit(unitURL, unitCode, key),
		"unit-100x50":    big,
		"unit-25x50":     narrow,
		"unit-600dpi":    fine,
		"longest-serial": label.Unit(unitURL, unitCode, long),
		"hostile":        label.Unit("https://qc.example/?q="+hostile, markup, lifecycle.UnitKey{Brand: "acme", Serial: hostile}),
		"certificate":    {Code: certificateURL(), Lines: []string{"ACME Cam 2", "SN00A1", "Reset proven 2026-11-20", "Grade: device-signed", "Epoch 7"}},
		"no-text":        {Code: unitURL, WidthMM: 25, HeightMM: 25},
	}
}

func TestLabelRefuses(t *testing.T) {
	t.Parallel()
	nan := 0.0
	nan /= nan
	for name, l := range map[string]label.Label{
		"no code":              {Lines: []string{"a"}},
		"code beyond any QR":   {Code: strings.Repeat("a", 5000)},
		"code beyond a label":  {Code: strings.Repeat("a", 600)},
		"text beyond a label":  {Code: unitURL, Lines: []string{strings.Repeat("W", 1000)}},
		"text and a tiny side": {Code: unitURL, Lines: []string{"SN00A1"}, WidthMM: 12, HeightMM: 12},
		"too narrow":           {Code: unitURL, WidthMM: 5},
		"too wide":             {Code: unitURL, WidthMM: 1e9},
		"negative":             {Code: unitURL, HeightMM: -25},
		"no number":            {Code: unitURL, HeightMM: nan},
		"coarse":               {Code: unitURL, DPI: 72},
		"fine beyond memory":   {Code: unitURL, DPI: 1 << 30},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, l)
		})
	}
}

func isInvalid(err error) bool { return errors.Is(err, lifecycle.ErrInvalid) }
