package ledger_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

func TestCheckpointText(t *testing.T) {
	t.Parallel()
	signer, keys := logKeys(t)
	m := newMemory(t, 3)
	text := m.sign(t, signer)

	head, _, _ := bytes.Cut(text, []byte("\n\n"))
	want := "qc.example/log\n3\n" + m.edge.Root().String()
	if got := string(head); got != want {
		t.Errorf("checkpoint text = %q, want %q", got, want)
	}
	got, err := ledger.OpenCheckpoint(text, keys)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m.checkpoint(), got); diff != "" {
		t.Errorf("OpenCheckpoint (-want +got):\n%s", diff)
	}
}

func TestCheckpointOpensWithFormats(t *testing.T) {
	t.Parallel()
	signer, verifier := signingKey(t, testOrigin, 1)
	m := newMemory(t, 100)
	got, rest, _, err := log.ParseCheckpoint(m.sign(t, signer), testOrigin, verifier)
	if err != nil || len(rest) != 0 {
		t.Fatalf("ParseCheckpoint = rest %q, %v", rest, err)
	}
	root := m.edge.Root()
	if got.Size != 100 || !bytes.Equal(got.Hash, root[:]) {
		t.Errorf("size %d, root %x, want 100 and %x", got.Size, got.Hash, root)
	}
}

func TestCheckpointSigners(t *testing.T) {
	t.Parallel()
	signer, verifier := signingKey(t, testOrigin, 1)
	rotated, rotatedVerifier := signingKey(t, testOrigin, 2)
	witness, witnessVerifier := signingKey(t, "witness.example", 3)
	checkpoint := newMemory(t, 5).checkpoint()
	sign := func(signers ...note.Signer) []byte {
		text, err := checkpoint.Sign(signers...)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	forged := bytes.Replace(sign(signer), []byte("\n5\n"), []byte("\n6\n"), 1)
	// The witness's line is real and the log's is by a key nobody knows.
	fake := sign(rotated, witness)

	tests := map[string]struct {
		text []byte
		keys []note.Verifier
		want error
	}{
		"the log":                {sign(signer), []note.Verifier{verifier}, nil},
		"the log and a witness":  {sign(signer, witness), []note.Verifier{verifier, witnessVerifier}, nil},
		"an unknown witness":     {sign(signer, witness), []note.Verifier{verifier}, nil},
		"one of two log keys":    {sign(signer), []note.Verifier{rotatedVerifier, verifier}, nil},
		"both log keys":          {sign(rotated, signer), []note.Verifier{verifier}, nil},
		"another key":            {sign(signer), []note.Verifier{rotatedVerifier}, ledger.ErrUnknownKey},
		"a witness alone":        {fake, []note.Verifier{verifier, witnessVerifier}, ledger.ErrUnknownKey},
		"no keys":                {sign(signer), nil, ledger.ErrUnknownKey},
		"another size":           {forged, []note.Verifier{verifier}, ledger.ErrSignature},
		"another size, no key":   {forged, nil, ledger.ErrUnknownKey},
		"the same key twice":     {sign(signer), []note.Verifier{verifier, verifier}, lifecycle.ErrInvalid},
		"signatures cut off":     {[]byte("qc.example/log\n5\n"), []note.Verifier{verifier}, lifecycle.ErrInvalid},
		"a broken signature row": {append(sign(signer), "— x\n"...), []note.Verifier{verifier}, lifecycle.ErrInvalid},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ledger.OpenCheckpoint(test.text, note.VerifierList(test.keys...))
			if !errors.Is(err, test.want) {
				t.Errorf("OpenCheckpoint() = %+v, %v, want %v", got, err, test.want)
			}
		})
	}
}

func TestSignNeedsTheLogItself(t *testing.T) {
	t.Parallel()
	witness, _ := signingKey(t, "witness.example", 3)
	checkpoint := newMemory(t, 5).checkpoint()
	if text, err := checkpoint.Sign(witness); err == nil {
		t.Errorf("signed without the log's key: %s", text)
	}
	if text, err := checkpoint.Sign(); err == nil {
		t.Errorf("signed by nobody: %s", text)
	}
}

// TestCheckpointSpelling: what is signed must have one spelling, or two
// auditors could hold different texts of one checkpoint.
func TestCheckpointSpelling(t *testing.T) {
	t.Parallel()
	signer, keys := logKeys(t)
	root := newMemory(t, 5).edge.Root().String()
	loose := strings.TrimSuffix(root, "=") // its last character carries two unused bits
	loose = loose[:len(loose)-1] + string(loose[len(loose)-1]+1) + "="
	bodies := map[string]string{
		"leading zero":   "qc.example/log\n05\n" + root + "\n",
		"plus":           "qc.example/log\n+5\n" + root + "\n",
		"huge":           "qc.example/log\n18446744073709551615\n" + root + "\n",
		"no origin":      "\n5\n" + root + "\n",
		"short root":     "qc.example/log\n5\nAAAA\n",
		"loose base64":   "qc.example/log\n5\n" + loose + "\n",
		"extension line": "qc.example/log\n5\n" + root + "\nmore\n",
		"two lines":      "qc.example/log\n5\n",
	}
	for name, body := range bodies {
		text, err := note.Sign(&note.Note{Text: body}, signer)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ledger.OpenCheckpoint(text, keys); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("%s: OpenCheckpoint() = %+v, %v, want ErrInvalid", name, got, err)
		}
	}
}

// The same goes for its signature: 4 + 64 bytes leave two bits of the last letter
// unused (RFC 4648 section 3.5).
func TestSignatureSpelling(t *testing.T) {
	t.Parallel()
	signer, keys := logKeys(t)
	text := newMemory(t, 5).sign(t, signer)
	if _, err := ledger.OpenCheckpoint(text, keys); err != nil {
		t.Fatal(err)
	}
	last := len(text) - len("x=\n")
	for add := range byte(4) {
		loose := bytes.Clone(text)
		if loose[last] += add; bytes.Equal(loose, text) {
			continue
		}
		if got, err := ledger.OpenCheckpoint(loose, keys); err == nil {
			t.Errorf("a signature that ends in %q for %q: %+v", loose[last:], text[last:], got)
		}
	}
}

func TestParseVerifiers(t *testing.T) {
	t.Parallel()
	signer, verifier := signingKey(t, testOrigin, 1)
	line, err := note.NewEd25519VerifierKey(testOrigin, publicKey(1))
	if err != nil {
		t.Fatal(err)
	}
	text := newMemory(t, 5).sign(t, signer)
	files := map[string]string{
		"alone":         line,
		"labelled":      "ledger " + line + "\n",
		"in a whole":    "# keys of qc.example\n\nledger " + line + "\ncertificate 0011aabb 00ff\nsale-check 00 00\n",
		"with a second": line + "\n" + otherKey(t) + "\n",
	}
	for name, file := range files {
		keys, err := ledger.ParseVerifiers([]byte(file))
		if err != nil {
			t.Errorf("%s: ParseVerifiers() = %v", name, err)
			continue
		}
		if _, err := ledger.OpenCheckpoint(text, keys); err != nil {
			t.Errorf("%s: OpenCheckpoint() = %v", name, err)
		}
		if _, err := keys.Verifier(testOrigin, verifier.KeyHash()); err != nil {
			t.Errorf("%s: key not found: %v", name, err)
		}
	}
	for _, file := range []string{"", "# nothing\n", "certificate 00 00\n", line + "x", "nonsense\n"} {
		if _, err := ledger.ParseVerifiers([]byte(file)); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("ParseVerifiers(%q) = %v, want ErrInvalid", file, err)
		}
	}
}

func otherKey(t *testing.T) string {
	t.Helper()
	line, err := note.NewEd25519VerifierKey("other.example", publicKey(9))
	if err != nil {
		t.Fatal(err)
	}
	return line
}
