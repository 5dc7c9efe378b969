package oidc

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestShortKeysSignNothing: a key of 1024 bits is found out for money, and then
// everybody is whoever its finder likes.
func TestShortKeysSignNothing(t *testing.T) {
	t.Parallel()
	rsa := func(id string, zeros, bytes int) string {
		number := append(make([]byte, zeros), []byte(strings.Repeat("\xff", bytes))...)
		return fmt.Sprintf(`{"kty":"RSA","kid":%q,"e":"AQAB","n":%q}`, id, base64.RawURLEncoding.EncodeToString(number))
	}
	set := `{"keys":[` + strings.Join([]string{
		rsa("short", 0, 128), rsa("padded", 128, 128), rsa("just", 0, 256), rsa("long", 1, 512),
		`{"kty":"RSA","kid":"none"}`, `{"kty":"RSA","kid":"odd","n":"!"}`, `{"kty":"EC","kid":"curve","crv":"P-256"}`, `7`,
	}, ",") + `]}`
	var got struct {
		Keys []struct {
			ID string `json:"kid"`
		} `json:"keys"`
	}
	if err := json.Unmarshal(withoutShortKeys([]byte(set)), &got); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, key := range got.Keys {
		ids = append(ids, key.ID)
	}
	if want := "just long curve"; strings.Join(ids, " ") != want {
		t.Errorf("keys left: %q, want %q", ids, want)
	}
	for _, odd := range []string{"", "<html>", `{"keys":7}`, `{}`} {
		if got := string(withoutShortKeys([]byte(odd))); got != odd {
			t.Errorf("%q became %q", odd, got)
		}
	}
}
