package code_test

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"HTTPS://QC.EXAMPLE/R/" + receiptCode, code.FormatLabelCode(receiptCode), "https://qc.example/R/X",
		"https://qc.example/u/" + labelCode, code.FormatLabelCode(labelCode), "https://qc.example/c/X",
		"https://id.gs1.org/01/09506000134352/21/SN00A1?17=271231", "https://a/gtin/9506000134352/ser/A%2FB",
		"https://example.org/DBFKk4XBoMyRumgGo", "]Q3010950600013435210LOT7\x1d21SN00A1", "010950600013435210LOT721SN00A1",
		"(01)09506000134352(21)SN00A1", "]C121SN00A1", "9506000134352", "]E402345673", "SN00A1", "5G043D4PAJ361D8",
		"MT:Y.K9042C00KA0648G00", "X-HM://007JNU5AE7OSX", "34970112332", "518-08-582", "HA&&é", "\xff", "",
		"{SN:5G043D4PAJ361D8,DT:IPC-G22P,SC:L2A262CB,NC:015}", `'"<>;^~%2F`, "Ezviz\nABC123XYZ001\nC001\nC6CN",
		"SN:5G043D4PAJ361D8DT:IPC-G22PSC:L2A262CBNC:015", "2M047C9PAN00005:DHI-ARD1611-W:PJ0V46", "DH-IPC-C35P,4K002C6PAJA49A7",
		"http://www.hsview.com/?sn=5G043D4PAJ361D8", "0820181021CCWR123456789WCVU", "WIFI:T:WPA;S:home;P:hunter2;;", "… (11)", "MT:…",
		"{sn：5G043D4PAJ361D8；rd：1}", "{GS}0109506000134352", "SC:1", "rtsp://a:b@c/",
	} {
		f.Add(seed)
	}
	rules := site(f)
	f.Fuzz(func(t *testing.T, payload string) {
		r := code.Parse(payload, rules)
		wholesome(t, payload, r)
		for _, candidate := range r.Candidates {
			if candidate.Kind == code.KindAmbiguous {
				t.Errorf("Parse(%q) has an ambiguous candidate", payload)
			}
			wholesome(t, payload, candidate)
		}
		readsBack(t, r, rules)
		redactedReadsTheSame(t, payload, r, rules)
	})
}

// redactedReadsTheSame asserts that a page may redact a payload before it sends
// it: the unit is the same, and no more secrets are left to find.
func redactedReadsTheSame(t *testing.T, payload string, r code.Reading, rules code.Rules) {
	t.Helper()
	redacted, secrets := code.Redact(payload)
	if again, _ := code.Redact(redacted); again != redacted {
		t.Errorf("Redact(%q) = %q, and that %q", payload, redacted, again)
	}
	if r.SecretsRedacted && secrets == 0 {
		t.Errorf("Redact(%q) found no secret, Parse did", payload)
	}
	again := code.Parse(redacted, rules)
	if again.Key != r.Key || again.GTIN != r.GTIN || again.Serial != r.Serial || again.Label != r.Label || again.Receipt != r.Receipt || len(again.Candidates) != len(r.Candidates) {
		t.Errorf("Parse(%q) = %+v, but redacted to %q %+v", payload, r, redacted, again)
	}
}

// secretForm is all that may be shown of what is a secret or may be one.
var secretForm = regexp.MustCompile(`^((https://[a-z.-]+/)?… \(\d+\)|MT:…|X-HM://…)$`)

// wholesome asserts what must hold of every reading.
func wholesome(t *testing.T, payload string, r code.Reading) {
	t.Helper()
	if r.Redacted == "" || !utf8.ValidString(r.Redacted) || strings.ContainsFunc(r.Redacted, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		t.Errorf("Parse(%q): redacted %q is no text", payload, r.Redacted)
	}
	if r.GTIN != "" {
		if same, ok := code.ParseGTIN(r.GTIN); !ok || same != r.GTIN {
			t.Errorf("Parse(%q): GTIN %q is none", payload, r.GTIN)
		}
	}
	keyed := r.Key != lifecycle.UnitKey{}
	if keyed {
		if _, err := lifecycle.ParseUnitKey(r.Key.Brand, r.Key.Serial); err != nil || r.Key.Serial != r.Serial {
			t.Errorf("Parse(%q): key %v, serial %q: %v", payload, r.Key, r.Serial, err)
		}
	}
	identified := r.GTIN != "" || r.Serial != "" || r.Label != "" || r.Receipt != "" || keyed
	var fits bool
	switch r.Kind {
	case code.KindLabel:
		again, ok := code.ParseLabelCode(r.Label)
		fits = ok && again == r.Label && r.Serial == "" && r.GTIN == ""
	case code.KindReceipt:
		again, ok := code.ParseReceiptCode(r.Receipt)
		fits = ok && again == r.Receipt && r.Serial == "" && r.Label == "" && !keyed && !r.Unit()
	case code.KindDigitalLink, code.KindElements:
		fits = r.GTIN != "" && r.Serial != ""
	case code.KindSerial:
		fits = keyed
	case code.KindVendor:
		fits = r.Serial != "" && r.GTIN == ""
	case code.KindModel:
		fits = r.GTIN != "" && r.Serial == "" && !keyed
	case code.KindAmbiguous:
		fits = len(r.Candidates) > 1 && !identified
	case code.KindSecret:
		fits = !identified && r.SecretsRedacted && secretForm.MatchString(r.Redacted)
	case code.KindUnknown:
		fits = !identified && len(r.Reasons) > 0 && secretForm.MatchString(r.Redacted)
	}
	if !fits {
		t.Errorf("Parse(%q) = %+v: kind and content do not fit", payload, r)
	}
}

// readsBack asserts that what is kept of a unit still names it. A serial that
// only its bar code vouched for is the exception: without it, it may be a
// pairing code.
func readsBack(t *testing.T, r code.Reading, rules code.Rules) {
	t.Helper()
	if !r.Unit() || (r.Kind == code.KindSerial && r.Symbology != "") {
		return
	}
	again := code.Parse(r.Redacted, rules)
	if !again.Unit() || again.Key != r.Key || again.GTIN != r.GTIN || again.Serial != r.Serial || again.Label != r.Label {
		t.Errorf("%q reads back as %+v, want %+v", r.Redacted, again, r)
	}
}

// FuzzSecrets hides real setup codes in all sorts of surroundings and looks
// for them in the reading.
func FuzzSecrets(f *testing.F) {
	f.Add(uint32(20202021), uint16(3840), "", "")
	f.Add(uint32(51808582), uint16(1), "https://a/?q=", "&b")
	f.Add(uint32(1), uint16(0), "]Q1", "\r\n")
	f.Add(uint32(99999998), uint16(4095), "(01)09506000134352(21)", "")
	rules := site(f)
	f.Fuzz(func(t *testing.T, passcode uint32, discriminator uint16, before, after string) {
		passcode %= 1 << 27
		discriminator %= 1 << 12
		if len(before)+len(after) > 3000 {
			return
		}
		matter, homekit := matterQR(passcode, discriminator), homekitQR(passcode)
		for _, setup := range []string{matter, homekit} {
			r := code.Parse(before+setup+after, rules)
			if r.Kind != code.KindSecret && r.Kind != code.KindUnknown {
				t.Errorf("Parse(%q) = %s, want secret or unknown", before+setup+after, r.Kind)
			}
			wholesome(t, before+setup+after, r)
		}
		found := 0
		for check := range 10 {
			r := code.Parse(fmt.Sprintf("%s%d", matterDigits(passcode, discriminator), check), rules)
			if r.Kind == code.KindSecret {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%d check digits make %q a manual code, want 1", found, matterDigits(passcode, discriminator))
		}
	})
}

// The encoders of this test make the published vectors.
func TestSetupCodeVectors(t *testing.T) {
	t.Parallel()
	if got, want := matterQR(20202021, 3840), "MT:Y.K9042C00KA0648G00"; got != want {
		t.Errorf("matterQR = %q, want %q", got, want)
	}
	if got, want := matterDigits(20202021, 3840), "3497011233"; got != want {
		t.Errorf("matterDigits = %q, want %q", got, want)
	}
	if got, want := homekitQR(51808582), "X-HM://007JNU5AE7OSX"; got != want {
		t.Errorf("homekitQR = %q, want %q", got, want)
	}
}

// matterQR encodes a payload of vendor 65521, product 32768 (Matter Core
// Specification 5.1.3: bits packed from the low end, three bytes to five
// characters of base 38).
func matterQR(passcode uint32, discriminator uint16) string {
	bits := new(big.Int)
	offset := uint(0)
	put := func(value uint64, width uint) {
		bits.Or(bits, new(big.Int).Lsh(new(big.Int).SetUint64(value), offset))
		offset += width
	}
	put(0, 3)      // version
	put(65521, 16) // vendor
	put(32768, 16) // product
	put(0, 2)      // commissioning flow
	put(2, 8)      // discovery: Bluetooth
	put(uint64(discriminator), 12)
	put(uint64(passcode), 27)
	raw := bits.FillBytes(make([]byte, 11))
	text := "MT:"
	for end := len(raw); end > 0; end -= 3 {
		group := raw[max(0, end-3):end]
		value := 0
		for _, b := range group {
			value = value<<8 | int(b)
		}
		for range []int{0, 2, 4, 5}[len(group)] {
			text += string("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-."[value%38])
			value /= 38
		}
	}
	return text
}

// matterDigits is the manual pairing code without its check digit.
func matterDigits(passcode uint32, discriminator uint16) string {
	short := uint32(discriminator) >> 8
	return fmt.Sprintf("%d%05d%04d", short>>2, short&3<<14|passcode&0x3fff, passcode>>14)
}

// homekitQR encodes a setup code: 9 characters of base 36, its low 27 bits the
// code, and a setup id.
func homekitQR(setup uint32) string {
	value := big.NewInt(int64(setup) | 10<<27 | 7<<31) // flags and category of the vector
	digits := strings.ToUpper(value.Text(36))
	return "X-HM://" + strings.Repeat("0", 9-len(digits)) + digits + "7OSX"
}

// FuzzPasswords hides a unit's first password on labels of all sorts and looks
// for it in what may be kept.
func FuzzPasswords(f *testing.F) {
	f.Add("{SN:5G043D4PAJ361D8,DT:IPC-G22P,SC:", "hunter2", ",NC:015}")
	f.Add("2M047C9PAN00005:DHI-ARD1611-W:", "hunter2", "")
	f.Add("Ezviz\nABC123XYZ001\n", "hunter2", "\nC6CN")
	f.Add("SN:5G043D4PAJ361D8RC:", "hunter2", "")
	f.Add("{SN:5G043D4PAJ361D8;pw：", "hunter2", "}")
	f.Add("WIFI:T:WPA;S:home;P:", "hunter2", ";;")
	rules := site(f)
	f.Fuzz(func(t *testing.T, before, password, after string) {
		payload := before + password + after
		if len(password) < 6 || strings.Contains(before+after, password) {
			return
		}
		r := code.Parse(payload, rules)
		if !r.SecretsRedacted {
			return // it was no label with a password, and the rest is FuzzParse's
		}
		redacted, secrets := code.Redact(payload)
		if secrets == 0 {
			t.Errorf("Redact(%q) kept it whole", payload)
		}
		// The serial itself may contain what the fuzzer calls a password.
		for _, kept := range []string{r.Redacted, redacted} {
			if r.Serial == "" && len(r.Candidates) == 0 && !secretForm.MatchString(kept) {
				t.Errorf("%q is kept as %q", payload, kept)
			}
			if r.Serial != "" && kept != "{SN:"+r.Serial+"}" && !strings.HasSuffix(kept, " "+r.Serial+" *") {
				t.Errorf("%q is kept as %q", payload, kept)
			}
		}
	})
}
