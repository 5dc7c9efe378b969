package message

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

// vector is one report with its bytes and its signature, as testdata holds it
// for whoever writes a unit's firmware. The format is frozen: a vector that no
// longer fits is a broken promise, so there is no way to rewrite them.
type vector struct {
	Name      string `json:"name"`
	Seed      string `json:"seed"`       // hex, RFC 8032's secret key
	PublicKey string `json:"public_key"` // hex
	Report    Report `json:"report"`
	Signed    string `json:"signed"` // the bytes as text
	Digest    string `json:"digest"` // their hex SHA-256
}

func vectors(t testing.TB) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestGoldenVectors(t *testing.T) {
	t.Parallel()
	all := vectors(t)
	if len(all) < 3 {
		t.Fatalf("%d vectors", len(all))
	}
	for _, v := range all {
		signed, err := v.Report.SignedBytes()
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
		if diff := cmp.Diff(v.Signed, string(signed)); diff != "" {
			t.Errorf("%s: bytes (-frozen +got):\n%s", v.Name, diff)
		}
		if got := HexSHA256(string(signed)); got != v.Digest {
			t.Errorf("%s: digest %s, want %s", v.Name, got, v.Digest)
		}
		seed, err := hex.DecodeString(v.Seed)
		if err != nil {
			t.Fatal(err)
		}
		key := ed25519.NewKeyFromSeed(seed)
		if got := hex.EncodeToString(key.Public().(ed25519.PublicKey)); got != v.PublicKey {
			t.Errorf("%s: public key %s", v.Name, got)
		}
		again, err := v.Report.Sign(key)
		if err != nil || again != v.Report {
			t.Errorf("%s: signing again gives %+v, %v", v.Name, again, err)
		}
		if _, ok := v.Report.Verify(key.Public().(ed25519.PublicKey)); !ok {
			t.Errorf("%s does not verify", v.Name)
		}
	}
}

// TestDocsShowTheFirstVector, so that service/docs/device.md cannot drift.
func TestDocsShowTheFirstVector(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/device.md")
	if err != nil {
		t.Fatal(err)
	}
	v := vectors(t)[0]
	for _, want := range []string{v.Signed, v.Seed, v.PublicKey, v.Report.Signature, v.Digest} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the document does not show %q", want)
		}
	}
}

func TestEveryBitOfASignatureCounts(t *testing.T) {
	t.Parallel()
	v := vectors(t)[0]
	key, err := hex.DecodeString(v.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(v.Report.Signature)
	if err != nil {
		t.Fatal(err)
	}
	for bit := range 8 * len(raw) {
		r := v.Report
		changed := append([]byte(nil), raw...)
		changed[bit/8] ^= 1 << (bit % 8)
		r.Signature = Encode(changed)
		if _, ok := r.Verify(key); ok {
			t.Errorf("bit %d does not count", bit)
		}
	}
	// The last character of 64 bytes in base64 has four bits that mean nothing:
	// a second spelling of the same signature is none.
	r := v.Report
	last := r.Signature[len(r.Signature)-1]
	r.Signature = r.Signature[:len(r.Signature)-1] + string(last+1)
	if _, ok := r.Verify(key); ok {
		t.Error("a signature has two spellings")
	}
}

// FuzzReport: whatever JSON comes in, a report that passes Check has bytes that
// say exactly what it says, and nothing that does not.
func FuzzReport(f *testing.F) {
	for _, v := range vectors(f) {
		text, err := json.Marshal(v.Report)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"serial":"a\nepoch=9"}`))
	f.Add([]byte(`{"firmware":"1\nverifier=","presence":"\u0000"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var r Report
		if err := json.Unmarshal(text, &r); err != nil {
			return
		}
		signed, err := r.SignedBytes()
		if (err == nil) != (r.Check() == nil) {
			t.Fatalf("bytes %v, check %v", err, r.Check())
		}
		if err != nil {
			return
		}
		key, err := r.Key()
		if err != nil {
			t.Fatal(err)
		}
		want := r
		want.Brand, want.Serial, want.Signature = key.Brand, key.FoldedSerial(), ""
		if diff := cmp.Diff(want, parseSigned(t, string(signed))); diff != "" {
			t.Errorf("the bytes say something else (-report +bytes):\n%s", diff)
		}
	})
}

// parseSigned reads the bytes as a second party would.
func parseSigned(t *testing.T, text string) Report {
	t.Helper()
	lines := strings.Split(text, "\n")
	if len(lines) != 10 || lines[0] != "quitclaim/device-report/v1" || lines[9] != "" {
		t.Fatalf("%d lines: %q", len(lines), text)
	}
	value := func(at int, name string) string {
		got, ok := strings.CutPrefix(lines[at], name+"=")
		if !ok {
			t.Fatalf("line %d is %q, want %s", at, lines[at], name)
		}
		return got
	}
	epoch, err := strconv.ParseInt(value(3, "epoch"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return Report{
		Brand: value(1, "brand"), Serial: value(2, "serial"), Epoch: lifecycle.Epoch(epoch), Nonce: value(4, "nonce"),
		Kind: lifecycle.ResetKind(value(5, "kind")), Firmware: value(6, "firmware"), Verifier: value(7, "verifier"),
		Presence: value(8, "presence"),
	}
}
