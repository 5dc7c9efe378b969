package code_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
)

func secret(standard, redacted string) code.Reading {
	return code.Reading{
		Kind: code.KindSecret, Redacted: redacted, SecretsRedacted: true,
		Reasons: []lifecycle.Reason{{Code: "code.secret", Args: map[string]string{"standard": standard}}},
	}
}

func password(redacted string) code.Reading {
	return code.Reading{Kind: code.KindSecret, Redacted: redacted, SecretsRedacted: true, Reasons: reason("code.password")}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	matter, homekit := secret("Matter", "MT:…"), secret("HomeKit", "X-HM://…")
	withAIM := matter
	withAIM.Symbology = "Q1"
	check(t, site(t), []row{
		{"Matter", "MT:Y.K9042C00KA0648G00", matter}, // passcode 20202021
		{"Matter from a scanner", "]Q1MT:Y.K9042C00KA0648G00\r", withAIM},
		{"Matter, caps lock on", "mt:y.k9042c00ka0648g00", matter},
		{"Matter, cut short", "MT:Y.K90", matter},
		{"Matter, several units in one", "MT:Y.K9042C00KA0648G00*Y.K9042C00KA0648G01", matter},
		{"Matter inside a link", "https://pair.example/?c=MT:Y.K9042C00KA0648G00", matter},
		{"Matter encoded inside a link", "https://pair.example/?c=%4dT%3aY.K9042C00KA0648G00", matter},
		{"Matter behind a word that ends like it", "MMT:X;MT:Y.K9042C00KA0648G00", matter},
		{"HomeKit", "X-HM://007JNU5AE7OSX", homekit}, // setup code 51808582
		{"HomeKit as a GS1 serial", "(01)09506000134352(21)X-HM://007JNU5AE7OSX", homekit},
		{"HomeKit typed", "518-08-582", homekit},
		{"Matter typed", "34970112332", matter},
		{"Matter, redacted before", "MT:…", matter},
		{"HomeKit, redacted before", "X-HM://…", homekit},
		{"hidden before", "… (40)", password("… (40)")},
		{"a wireless network", "WIFI:T:WPA;S:home;P:hunter2;;", password("… (29)")},
		{"a wireless network with an umlaut", "WIFI:T:WPA;S:Müller;P:hunter2;;", password("… (31)")},
		{"one-time passwords", "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP", password("… (40)")},
		{"a user's name in a Digital Link", "https://u:p@a/01/09506000134352", password("… (31)")},
		{"a user's name in an address", "rtsp://admin:hunter2@192.168.1.64:554/live", password("… (42)")},
		{"Matter typed as printed", "3497-011-2332", matter},
	})
}

func TestMatterManualCodes(t *testing.T) {
	t.Parallel()
	for digits, want := range map[string]bool{
		"34970112332":           true,
		"34970112333":           false, // check digit
		"74970112339":           false, // 11 digits with the flag for 21
		"36553681919":           false, // 65536 does not fit 16 bits
		"02684354589":           false,
		"3497011233":            false,
		"349701123320":          false,
		"449701123345367145262": false,
	} {
		if got := code.Parse(digits, code.Rules{}).Kind == code.KindSecret; got != want {
			t.Errorf("Parse(%q) is a secret: %v, want %v", digits, got, want)
		}
	}
	// The 20 digits are connectedhomeip's (TestManualCode.cpp): passcode
	// 123456780, vendor 45367, product 14526. One check digit is theirs.
	secrets := 0
	for check := range 10 {
		if code.Parse("63610875354536714526"+string(rune('0'+check)), code.Rules{}).Kind == code.KindSecret {
			secrets++
		}
	}
	if secrets != 1 {
		t.Errorf("%d check digits make a manual code of 21 digits, want 1", secrets)
	}
}

// Pairing codes are printed as digits and never as bars, so what a scanner
// read from bars may be the serial that it looks like.
func TestElevenDigitSerialFromItsBarCode(t *testing.T) {
	t.Parallel()
	got := code.Parse("]C034970112332", site(t))
	want := code.Reading{
		Kind: code.KindSerial, Key: key(t, "numeric", "34970112332"), Serial: "34970112332",
		Redacted: "34970112332", Symbology: "C0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}
