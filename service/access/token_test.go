package access_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"quitclaim/service/access"
)

func TestNewToken(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		token := access.NewToken()
		random, ok := strings.CutPrefix(token, "qc_")
		if !ok {
			t.Fatalf("token %q has no prefix", token)
		}
		if raw, err := base64.RawURLEncoding.DecodeString(random); err != nil || len(raw) != 32 {
			t.Fatalf("token %q holds %d bytes (%v), want 32", token, len(raw), err)
		}
		if seen[token] {
			t.Fatalf("token %q came twice", token)
		}
		seen[token] = true
	}
}

// TestTokenHash pins the hash: stored tokens would die with it.
func TestTokenHash(t *testing.T) {
	t.Parallel()
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-2 appendix B.1, "abc"
	if got := access.TokenHash("abc"); got != want {
		t.Errorf("TokenHash(abc) = %s, want %s", got, want)
	}
}

func TestParseScope(t *testing.T) {
	t.Parallel()
	for _, scope := range access.Scopes() {
		if got, ok := access.ParseScope(string(scope)); !ok || got != scope {
			t.Errorf("ParseScope(%s) = %s %t", scope, got, ok)
		}
	}
	if _, ok := access.ParseScope("everything"); ok {
		t.Error("ParseScope took a scope that is none")
	}
}
