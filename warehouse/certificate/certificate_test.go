package certificate_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

// signingKey is the same key in every run.
func signingKey(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func pinned(keys ...ed25519.PrivateKey) certificate.Keys {
	all := certificate.Keys{}
	for _, key := range keys {
		public := key.Public().(ed25519.PublicKey)
		all[certificate.KeyIDOf(public)] = public
	}
	return all
}

// realistic has a serial of 20 characters and a model of 12.
func realistic() certificate.Certificate {
	return certificate.Certificate{
		Code:     certificate.NewCode([16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}),
		Issuer:   "Brightline",
		Unit:     lifecycle.UnitKey{Brand: "nimbus", Serial: "NB24X-0007-AB12-9931"},
		Model:    "NB-CAM-2K-PR",
		Device:   certificate.Fingerprint(bytes.Repeat([]byte{9}, 32)),
		Epoch:    4,
		At:       time.Unix(1_795_255_384, 0).UTC(),
		Method:   lifecycle.ResetHard,
		Firmware: "4.2.11",
		Grade:    lifecycle.GradeDeviceSigned, Accreditation: "NB-117",
	}
}

// goldenCertificates are format 1. Their bytes in testdata were made by
// another program with another library's Ed25519, and nothing here can make
// them again: if this test fails, the format was broken.
func goldenCertificates() map[string]certificate.Certificate {
	self := realistic()
	self.Code = certificate.NewCode([16]byte{15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0})
	self.Unit.Serial, self.Model, self.Epoch = "x", "M", 24
	self.Grade, self.Accreditation, self.SelfCustody = lifecycle.GradeProbed, "", true
	return map[string]certificate.Certificate{
		"realistic":    realistic(),
		"self-custody": self,
		"waived":       largest(2),
	}
}

// largest has every text at its bound, and this many waived clouds.
func largest(waived int) certificate.Certificate {
	long := func(s string) string { return strings.Repeat(s, 32) }
	c := certificate.Certificate{
		Code:   certificate.NewCode([16]byte(bytes.Repeat([]byte{255}, 16))),
		Issuer: long("I"), Unit: lifecycle.UnitKey{Brand: long("b"), Serial: long("SS")}, Model: long("m"),
		Epoch: 1 << 40, At: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), Method: "a-0123456789-zzz",
		Grade: lifecycle.GradeAttested, Accreditation: long("A"), SelfCustody: true,
		Waived: []string{"acme"},
	}
	for len(c.Waived) < waived {
		c.Waived = append(c.Waived, long("c"))
	}
	return c
}

func goldenBytes(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "cert1-"+name+".hex"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := hex.DecodeString(strings.ReplaceAll(string(text), "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestFormat1(t *testing.T) {
	t.Parallel()
	for name, want := range goldenCertificates() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := goldenBytes(t, name)
			signed, err := certificate.Sign(want, signingKey(7))
			if err != nil || !bytes.Equal(signed, data) {
				t.Errorf("Sign() = %x, %v, want %x", signed, err, data)
			}
			got, err := certificate.Verify(data, pinned(signingKey(7)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Verify() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	data := goldenBytes(t, "realistic")
	if _, err := certificate.Verify(data, pinned(signingKey(8))); !errors.Is(err, certificate.ErrUnknownKey) {
		t.Errorf("another key: %v, want ErrUnknownKey", err)
	}
	if _, err := certificate.Verify(data, nil); !errors.Is(err, certificate.ErrUnknownKey) {
		t.Errorf("no keys: %v, want ErrUnknownKey", err)
	}
	// Somebody else's key under the id that the certificate names.
	_, id, err := certificate.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	lying := certificate.Keys{id: signingKey(8).Public().(ed25519.PublicKey)}
	if _, err := certificate.Verify(data, lying); !errors.Is(err, certificate.ErrSignature) {
		t.Errorf("another key of the same id: %v, want ErrSignature", err)
	}
	// The same payload signed for another purpose.
	end := len(data) - ed25519.SignatureSize
	other := append(bytes.Clone(data[:end]), ed25519.Sign(signingKey(7), data[6:end])...)
	if _, err := certificate.Verify(other, pinned(signingKey(7))); !errors.Is(err, certificate.ErrSignature) {
		t.Errorf("a signature without our domain: %v, want ErrSignature", err)
	}
}

// TestEveryByteCounts changes each byte in turn, and cuts after each.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	keys := pinned(signingKey(7))
	for name := range goldenCertificates() {
		data := goldenBytes(t, name)
		for i := range data {
			for bit := range 8 {
				bad := bytes.Clone(data)
				bad[i] ^= 1 << bit
				if c, err := certificate.Verify(bad, keys); err == nil {
					t.Errorf("%s: verified with bit %d of byte %d changed: %+v", name, bit, i, c)
				}
			}
			if c, err := certificate.Verify(data[:i], keys); err == nil {
				t.Errorf("%s: verified when cut to %d bytes: %+v", name, i, c)
			}
		}
		if _, _, err := certificate.Parse(append(bytes.Clone(data), 0)); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("%s: a trailing byte: %v, want ErrInvalid", name, err)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*certificate.Certificate){
		"no code":            func(c *certificate.Certificate) { c.Code = "" },
		"short code":         func(c *certificate.Certificate) { c.Code = c.Code[:24] },
		"long code":          func(c *certificate.Certificate) { c.Code += "AAAAAA" },
		"loose code":         func(c *certificate.Certificate) { c.Code = c.Code[:25] + "B" },
		"lower-case code":    func(c *certificate.Certificate) { c.Code = lifecycle.CertificateCode(strings.ToLower(string(c.Code))) },
		"no brand":           func(c *certificate.Certificate) { c.Unit.Brand = "" },
		"upper-case brand":   func(c *certificate.Certificate) { c.Unit.Brand = "Nimbus" },
		"no serial":          func(c *certificate.Certificate) { c.Unit.Serial = "" },
		"blank after serial": func(c *certificate.Certificate) { c.Unit.Serial += " " },
		"long serial":        func(c *certificate.Certificate) { c.Unit.Serial = strings.Repeat("1", 65) },
		"no issuer":          func(c *certificate.Certificate) { c.Issuer = "" },
		"long issuer":        func(c *certificate.Certificate) { c.Issuer = strings.Repeat("i", 33) },
		"no model":           func(c *certificate.Certificate) { c.Model = "" },
		"epoch 0":            func(c *certificate.Certificate) { c.Epoch = 0 },
		"no time":            func(c *certificate.Certificate) { c.At = time.Time{} },
		"after 9999":         func(c *certificate.Certificate) { c.At = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"no method":          func(c *certificate.Certificate) { c.Method = "" },
		"loud method":        func(c *certificate.Certificate) { c.Method = "HARD" },
		"long method":        func(c *certificate.Certificate) { c.Method = "hard-hard-hard-ha" },
		"no grade":           func(c *certificate.Certificate) { c.Grade = "" },
		"unknown grade":      func(c *certificate.Certificate) { c.Grade = "certain" },
		"control character":  func(c *certificate.Certificate) { c.Firmware = "4.2\n" },
		"not ASCII":          func(c *certificate.Certificate) { c.Accreditation = "é" },
		"nameless cloud":     func(c *certificate.Certificate) { c.Waived = []string{""} },
		"too many clouds":    func(c *certificate.Certificate) { c.Waived = strings.Split("a,b,c,d,e,f,g,h,i", ",") },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := realistic()
			spoil(&c)
			if data, err := certificate.Sign(c, signingKey(7)); !errors.Is(err, lifecycle.ErrInvalid) {
				t.Errorf("Sign() = %x, %v, want ErrInvalid", data, err)
			}
		})
	}
	if data, err := certificate.Sign(realistic(), nil); err == nil {
		t.Errorf("signed without a key: %x", data)
	}
}

// TestParseRefuses: one certificate has one form.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	data := goldenBytes(t, "realistic")
	replace := func(old, with string) []byte {
		was, err := hex.DecodeString(old)
		if err != nil {
			t.Fatal(err)
		}
		is, err := hex.DecodeString(with)
		if err != nil {
			t.Fatal(err)
		}
		bad := bytes.Replace(data, was, is, 1)
		if bytes.Equal(bad, data) {
			t.Fatalf("%s is not in the certificate", old)
		}
		return bad
	}
	head := hex.EncodeToString(data[:6])
	tests := map[string][]byte{
		"nothing":                nil,
		"another magic":          replace("5143", "5144"),
		"version 2":              replace(head+"8f01", head+"8f02"),
		"version 0":              replace(head+"8f01", head+"8f00"),
		"a longer number":        replace(head+"8f01", head+"8f1801"),
		"a longer array head":    replace(head+"8f01", head+"980f01"),
		"indefinite array":       replace(head+"8f01", head+"9f01"),
		"one element too few":    replace("f480", "f4"),
		"one element too many":   replace(head+"8f01", head+"9001"),
		"null for no clouds":     replace("f480", "f4f6"),
		"a map":                  replace(head+"8f01", head+"af01"),
		"a tag":                  replace(head+"8f01", head+"8fc101"),
		"text for a number":      replace(head+"8f01", head+"8f6131"),
		"bytes for a text":       replace("666e696d627573", "466e696d627573"),
		"upper-case brand":       replace("666e696d627573", "664e696d627573"),
		"a code of 15 bytes":     replace("50000102", "4f0102"),
		"a grade nobody has":     replace("01664e422d313137", "04664e422d313137"),
		"not UTF-8":              replace("664e422d313137", "66ff422d313137"),
		"a negative epoch":       replace("041a6b01", "201a6b01"),
		"a second for a certain": replace("f480", "f080"),
	}
	for name, bad := range tests {
		if c, _, err := certificate.Parse(bad); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("%s: Parse() = %+v, %v, want ErrInvalid", name, c, err)
		}
	}
}

func TestTimeIsCutToSeconds(t *testing.T) {
	t.Parallel()
	c := realistic()
	c.At = c.At.Add(999 * time.Millisecond).In(time.FixedZone("east", 7200))
	data, err := certificate.Sign(c, signingKey(7))
	if want := goldenBytes(t, "realistic"); err != nil || !bytes.Equal(data, want) {
		t.Errorf("Sign() = %x, %v, want %x", data, err, want)
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	if got := certificate.Fingerprint(nil); got != [8]byte{} {
		t.Errorf("fingerprint of no key = %x, want zero", got)
	}
	a, b := certificate.Fingerprint(make([]byte, 32)), certificate.Fingerprint(bytes.Repeat([]byte{1}, 32))
	if a == b || a == [8]byte{} {
		t.Errorf("fingerprints %x and %x, want two", a, b)
	}
}

// FuzzParse holds the parser to one form of each certificate.
func FuzzParse(f *testing.F) {
	for name := range goldenCertificates() {
		f.Add(goldenBytes(f, name))
	}
	f.Add([]byte("QC"))
	key := signingKey(7)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, _, err := certificate.Parse(data)
		if err != nil {
			return
		}
		again, err := certificate.Sign(c, key)
		if err != nil {
			t.Fatalf("parsed %+v, which cannot be signed: %v", c, err)
		}
		if end := len(data) - ed25519.SignatureSize; !bytes.Equal(again[6:len(again)-ed25519.SignatureSize], data[6:end]) {
			t.Errorf("parsed %x, encodes as %x", data, again)
		}
	})
}
