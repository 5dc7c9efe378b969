package keyring_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/keyring"
)

const origin = "qc.example/log"

func openRing(t testing.TB) (*keyring.Ring, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data", "keys")
	ring, err := keyring.Open(dir, origin)
	if err != nil {
		t.Fatal(err)
	}
	return ring, dir
}

func TestKeysAreMadeOnce(t *testing.T) {
	t.Parallel()
	first, dir := openRing(t)
	if !first.Made() {
		t.Error("Made() = false at the first start")
	}
	second, err := keyring.Open(dir, origin)
	if err != nil {
		t.Fatal(err)
	}
	if second.Made() {
		t.Error("Made() = true at the second start")
	}
	if diff := cmp.Diff(first.Public(), second.Public()); diff != "" {
		t.Errorf("public keys changed (-first +second):\n%s", diff)
	}
	if first.LookupHash("mail", "a") != second.LookupHash("mail", "a") || first.AccountHash("acme", "a") != second.AccountHash("acme", "a") {
		t.Error("hashes changed with a restart")
	}
	other, _ := openRing(t)
	if first.Public() == other.Public() || first.LookupHash("mail", "a") == other.LookupHash("mail", "a") {
		t.Error("two services made the same keys")
	}
}

func TestKeyFiles(t *testing.T) {
	t.Parallel()
	_, dir := openRing(t)
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("directory %v, %v, want 0700", info.Mode(), err)
	}
	var names []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
		info, err := entry.Info()
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("%s has mode %v, %v, want 0600", entry.Name(), info.Mode(), err)
		}
	}
	want := []string{"account.key", "certificate.key", "ledger.key", "lookup.key", "sale-check.key", "seal.key"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the keys lies %v, %v, want nothing", left, err)
	}
}

func TestLedgerSigner(t *testing.T) {
	t.Parallel()
	ring, _ := openRing(t)
	signed, err := note.Sign(&note.Note{Text: origin + "\n0\n\n"}, ring.Ledger())
	if err != nil {
		t.Fatal(err)
	}
	opened, err := note.Open(signed, note.VerifierList(ring.LedgerVerifier()))
	if err != nil || opened.Sigs[0].Name != origin {
		t.Errorf("note.Open() = %+v, %v, want a signature of %s", opened, err, origin)
	}
}

func TestOriginMustBeAName(t *testing.T) {
	t.Parallel()
	_, dir := openRing(t)
	for _, bad := range []string{"", "a b", "a+b", "a\nb"} {
		if _, err := keyring.Open(dir, bad); err == nil {
			t.Errorf("Open with origin %q succeeded", bad)
		}
	}
}

// A ledger that got another name keeps its key: both names verify, each its
// own, and the new one signs.
func TestNamed(t *testing.T) {
	t.Parallel()
	ring, _ := openRing(t)
	second, err := ring.Named(origin, origin+"/2")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*keyring.Ring{ring, second} {
		text := r.Origin() + "\n0\n\n"
		signed, err := note.Sign(&note.Note{Text: text}, r.Ledger())
		if err != nil {
			t.Fatal(err)
		}
		opened, err := note.Open(signed, second.LedgerVerifiers())
		if err != nil || opened.Sigs[0].Name != r.Origin() {
			t.Errorf("note.Open() = %+v, %v, want a signature of %s", opened, err, r.Origin())
		}
	}
	if second.Origin() != origin+"/2" || ring.Origin() != origin {
		t.Errorf("the rings are named %s and %s", ring.Origin(), second.Origin())
	}
	lines := strings.Split(second.Public(), "\n")
	want := append([]string{lines[0]}, strings.Split(ring.Public(), "\n")[1], lines[2])
	want = append(want, strings.Split(ring.Public(), "\n")[2:]...)
	if diff := cmp.Diff(want, lines); diff != "" || !strings.HasPrefix(lines[2], "ledger "+origin+"/2+") {
		t.Errorf("public halves (-want +got):\n%s", diff)
	}
	for _, bad := range [][]string{nil, {origin, ""}, {"a b", origin}} {
		if _, err := ring.Named(bad...); err == nil {
			t.Errorf("Named(%q) succeeded", bad)
		}
	}
}

func TestPublic(t *testing.T) {
	t.Parallel()
	ring, _ := openRing(t)
	lines := strings.Split(strings.TrimSuffix(ring.Public(), "\n"), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[0], "#") {
		t.Fatalf("Public() = %q", lines)
	}
	if _, err := note.NewVerifier(strings.TrimPrefix(lines[1], "ledger ")); err != nil {
		t.Errorf("%q is not a verifier key: %v", lines[1], err)
	}
	for i, key := range []ed25519.PrivateKey{ring.Certificate(), ring.SaleCheck()} {
		public := key.Public().(ed25519.PublicKey)
		id := keyring.KeyID(public)
		want := []string{"certificate", "sale-check"}[i] + " " + hex.EncodeToString(id[:]) + " " + hex.EncodeToString(public)
		if got := lines[2+i]; got != want {
			t.Errorf("line %d = %q, want %q", 2+i, got, want)
		}
	}
}

// TestKeysAreNotPrinted prints the ring in every careless way.
func TestKeysAreNotPrinted(t *testing.T) {
	t.Parallel()
	ring, _ := openRing(t)
	key, err := keyring.NewSubjectKey("psn_1")
	if err != nil {
		t.Fatal(err)
	}
	held := struct {
		Ring *keyring.Ring
		Key  keyring.SubjectKey
	}{ring, key}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).InfoContext(t.Context(), "careless", "ring", ring, "key", key, "ledger", ring.Ledger())
	slog.New(slog.NewJSONHandler(&log, nil)).InfoContext(t.Context(), "careless", "ring", ring, "key", key)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		printed := fmt.Sprintf(verb+verb+verb, ring, *ring, key) + fmt.Sprintf(verb, held) + log.String()
		for name, bytes := range map[string][]byte{"certificate": ring.Certificate().Seed(), "sale-check": ring.SaleCheck().Seed()} {
			for _, form := range []string{hex.EncodeToString(bytes), fmt.Sprint(bytes)[1:20], string(bytes)} {
				if strings.Contains(printed, form) {
					t.Errorf("%s prints the %s key", verb, name)
				}
			}
		}
		if want := "keyringkeyringkey of psn_1"; !strings.HasPrefix(printed, want) {
			t.Errorf("%s prints %q, want %q", verb, printed, want)
		}
	}
}
