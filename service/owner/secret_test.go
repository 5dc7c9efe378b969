package owner

import (
	"errors"
	"strings"
	"testing"

	"quitclaim/service/lifecycle"
)

func TestParseProof(t *testing.T) {
	t.Parallel()
	// printf ABCDEFGHIJKLMNOPQRSTUVWXYZ | sha256sum
	const alphabet = "d6ec6898de87ddac6e5b3611708a7aa1c2d298293349cc1a6c299a1db7149d38"
	cases := map[string]struct {
		text string
		want Proof
	}{
		"as the unit shows it":      {"ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ", alphabet},
		"as it is typed":            {" abcd efgh ijkl mnop qrst uvwx yz ", alphabet},
		"as a QR code has it":       {"ABCDEFGHIJKLMNOPQRSTUVWXYZ", alphabet},
		"one too few":               {"ABCDEFGHIJKLMNOPQRSTUVWXY", ""},
		"one too many":              {"ABCDEFGHIJKLMNOPQRSTUVWXYZ2", ""},
		"a letter that none has":    {"ABCDEFGHIJKL0NOPQRSTUVWXYZ", ""},
		"more bytes than letters":   {"ÄBCDEFGHIJKLMNOPQRSTUVWXY", ""},
		"a line feed in the middle": {"ABCDEFGHIJKL\nNOPQRSTUVWXYZ", ""},
		"nothing":                   {"", ""},
	}
	for name, c := range cases {
		got, err := ParseProof(c.text)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %q, %v, want %q", name, got, err, c.want)
		}
		if err != nil && !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("%s: %v is no mistake in the input", name, err)
		}
	}
}

// FuzzParseProof: whatever is accepted is accepted in every way of writing it,
// as the same credential.
func FuzzParseProof(f *testing.F) {
	f.Add("ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ")
	f.Add("ABCDEFGHIJKL0NOPQRSTUVWXYZ")
	f.Fuzz(func(t *testing.T, text string) {
		proof, err := ParseProof(text)
		if err != nil {
			return
		}
		for _, again := range []string{plain(text), strings.ToLower(text), grouped(plain(text))} {
			if other, err := ParseProof(again); err != nil || other != proof {
				t.Errorf("%q is %q, and %q is %q, %v", text, proof, again, other, err)
			}
		}
	})
}
