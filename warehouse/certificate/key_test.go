package certificate_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

func TestParsePublicKeys(t *testing.T) {
	t.Parallel()
	first, second := signingKey(7), signingKey(8)
	public := first.Public().(ed25519.PublicKey)
	id := certificate.KeyIDOf(public).String()
	inHex, in64 := hex.EncodeToString(public), base64.StdEncoding.EncodeToString(public)
	other := hex.EncodeToString(second.Public().(ed25519.PublicKey))

	good := map[string]struct {
		text string
		want certificate.Keys
	}{
		"hex":       {inHex, pinned(first)},
		"base64":    {in64 + "\n", pinned(first)},
		"two":       {inHex + "\r\n" + other + "\n", pinned(first, second)},
		"twice":     {inHex + "\n" + in64 + "\n", pinned(first)},
		"print-out": {"# keys\n\nledger a+b+c\ncertificate " + id + " " + inHex + "\nsale-check 00000000 " + other + "\n", pinned(first)},
	}
	for name, test := range good {
		got, err := certificate.ParsePublicKeys([]byte(test.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	bad := map[string]string{
		"nothing":       "",
		"other purpose": "ledger a+b+c\nsale-check 00000000 " + other + "\n",
		"short":         inHex[2:],
		"not hex":       "zz" + inHex[2:],
		"loose base64":  in64[:42] + "B=",
		"another id":    "certificate 00000000 " + inHex,
		"no id":         "certificate " + inHex,
		"second broken": inHex + "\nnonsense\n",
	}
	for name, text := range bad {
		if got, err := certificate.ParsePublicKeys([]byte(text)); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("%s: ParsePublicKeys() = %v, %v, want ErrInvalid", name, got, err)
		}
	}
}
