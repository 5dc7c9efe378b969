package code_test

import (
	"testing"

	"quitclaim/scanner/code"
)

func TestHikvisionLabels(t *testing.T) {
	t.Parallel()
	label := func(brand, serial string) code.Reading {
		return code.Reading{
			Kind: code.KindVendor, Key: key(t, brand, serial), Serial: serial,
			Redacted: brand + " " + serial + " *", SecretsRedacted: true,
		}
	}
	ezviz := label("ezviz", "ABC123XYZ001")
	again := ezviz
	again.SecretsRedacted = false
	check(t, code.Rules{}, []row{
		{"four lines", "Ezviz\nABC123XYZ001\nC001\nC6CN", ezviz},
		{"a wedge's line ends", "Ezviz\r\nABC123XYZ001\r\nABCDEF\r\nC6CN\r\n", ezviz},
		{"carriage returns alone, no model", "EZVIZ\rABC123XYZ001\rABCDEF", ezviz},
		{"a model of two words", "Ezviz\nABC123XYZ001\nABCDEF\nC6CN 1080p", ezviz},
		{"a scanner that types blanks", "ezviz ABC123XYZ001 ABCDEF C6CN", ezviz},
		{"redacted before", "ezviz ABC123XYZ001 *", again},
		{"nine digits", "Hikvision\n123456789\nABCDEF\nDS-2CD2042WD-I", label("hikvision", "123456789")},

		{"no serial where it should be", "Ezviz\nC6CN\nABCDEF", password("… (17)")},
		{"words", "Ezviz smart camera", password("… (18)")},
		{"another maker's lines", "Acme\nABC123XYZ001\nC001\nC6CN", unknown("… (27)", "code.not-text")},
		{"two fields", "Ezviz C6CN", unread(10)},
	})
}

func TestLongSerials(t *testing.T) {
	t.Parallel()
	const ezviz, hikvision = "0820181021CCWR123456789WCVU", "DS-2CD2042WD-I20160725AAWR123456789"
	nine := pattern(t, "ezviz", `[0-9]{9}`, "123456789")
	known := vendor("123456789", ezviz, false)
	known.Key, known.Reasons = key(t, "ezviz", "123456789"), nil
	check(t, code.Rules{}, []row{
		{"EZVIZ", ezviz, vendor("123456789", ezviz, false)},
		{"Hikvision", hikvision, vendor("123456789", hikvision, false)},
		{"in lower case", "ds-2cd2042wd-i20160725aawr123456789", vendor("123456789", "ds-2cd2042wd-i20160725aawr123456789", false)},
		{"no such month", "0820181321CCWR123456789WCVU", unread(27)},
		{"eight digits", "0820181021CCWR12345678WCVU", unread(26)},
		{"ten digits", "0820181021CCWR1234567890WCVU", unread(28)},
	})
	check(t, code.Rules{Serials: []code.SerialPattern{nine}}, []row{{"of a known brand", ezviz, known}})
	// A site that files units under the long serial is asked which it means.
	long := pattern(t, "hikvision", `.{20,40}`, ezviz)
	got := code.Parse(ezviz, code.Rules{Serials: []code.SerialPattern{nine, long}})
	if got.Kind != code.KindAmbiguous || len(got.Candidates) != 2 || got.Serial != "" {
		t.Errorf("Parse = %+v, want two candidates", got)
	}
}
