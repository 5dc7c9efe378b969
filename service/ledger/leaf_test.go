package ledger_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// goldenLeaves are format 1. Their bytes in testdata were written by another
// program from the words in ledger.md, and nothing here can write them again:
// if this test fails, the format was broken.
func goldenLeaves() map[string]ledger.Leaf {
	ascending, descending := [ledger.SaltSize]byte{}, [ledger.SaltSize]byte{}
	for i := range ascending {
		ascending[i], descending[i] = byte(i), byte(31-i)
	}
	long := func(s string) string { return strings.Repeat(s, 255) }
	return map[string]ledger.Leaf{
		"unit-return": {
			ID: "evt_01J9Z3", At: time.Date(2026, 11, 21, 10, 3, 4, 123e6, time.UTC),
			Kind: "unit", Subject: "unit_7f3a", Event: "return",
			Body: []byte(`{"authority":"sale-match","epoch":4}`), Salt: ascending,
		},
		"org-created": {
			ID: "evt_0", At: time.UnixMilli(0).UTC(), Kind: "org", Subject: "org_1", Event: "created",
			Body: []byte(`{}`), Salt: [32]byte(bytes.Repeat([]byte{0xa5}, 32)),
		},
		"empty-body": {
			ID: "a", At: time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC), Kind: "b", Subject: "c", Event: "d",
			Body: []byte{},
		},
		"longest-texts": {
			ID: long("i"), At: time.UnixMilli(1).UTC(), Kind: long("k"), Subject: long("s"), Event: long("e"),
			Body: []byte(`["x"]`), Salt: [32]byte(bytes.Repeat([]byte{0xff}, 32)),
		},
		"any-body": {
			ID: "evt ~ 2", At: time.Date(2026, 11, 21, 10, 3, 4, 0, time.UTC),
			Kind: "unit", Subject: "acme/sn 1~", Event: "hard-reset-seen",
			Body: []byte("\x00\x01\xff\né\u2028"), Salt: descending,
		},
	}
}

func goldenBytes(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "leaf1-"+name+".hex"))
	if err != nil {
		t.Fatal(err)
	}
	entry, err := hex.DecodeString(strings.ReplaceAll(string(text), "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	return entry
}

func TestLeafFormat1(t *testing.T) {
	t.Parallel()
	for name, leaf := range goldenLeaves() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := goldenBytes(t, name)
			got, err := leaf.Encode()
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("Encode() = %x, %v, want %x", got, err, want)
			}
			decoded, err := ledger.DecodeLeaf(want)
			if err != nil {
				t.Fatalf("DecodeLeaf() = %v", err)
			}
			if diff := cmp.Diff(leaf, decoded); diff != "" {
				t.Errorf("DecodeLeaf() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLeafSharesNoMemory(t *testing.T) {
	t.Parallel()
	entry := goldenBytes(t, "unit-return")
	leaf, err := ledger.DecodeLeaf(entry)
	if err != nil {
		t.Fatal(err)
	}
	clear(entry)
	if diff := cmp.Diff(goldenLeaves()["unit-return"], leaf); diff != "" {
		t.Errorf("leaf changed with the buffer it was read from (-want +got):\n%s", diff)
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*ledger.Leaf){
		"no time":             func(l *ledger.Leaf) { l.At = time.Time{} },
		"before 1970":         func(l *ledger.Leaf) { l.At = time.UnixMilli(-1) },
		"after 9999":          func(l *ledger.Leaf) { l.At = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"part of millisecond": func(l *ledger.Leaf) { l.At = l.At.Add(time.Nanosecond) },
		"no id":               func(l *ledger.Leaf) { l.ID = "" },
		"no kind":             func(l *ledger.Leaf) { l.Kind = "" },
		"no subject":          func(l *ledger.Leaf) { l.Subject = "" },
		"no event":            func(l *ledger.Leaf) { l.Event = "" },
		"long event":          func(l *ledger.Leaf) { l.Event = strings.Repeat("e", 256) },
		"control character":   func(l *ledger.Leaf) { l.ID = "a\nb" },
		"not ASCII":           func(l *ledger.Leaf) { l.Kind = "ünit" },
		"too large":           func(l *ledger.Leaf) { l.Body = make([]byte, ledger.MaxEntry) },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			leaf := goldenLeaves()["unit-return"]
			spoil(&leaf)
			if got, err := leaf.Encode(); !errors.Is(err, lifecycle.ErrInvalid) {
				t.Errorf("Encode() = %x, %v, want ErrInvalid", got, err)
			}
		})
	}
}

func TestEncodeIgnoresTimeZone(t *testing.T) {
	t.Parallel()
	leaf := goldenLeaves()["unit-return"]
	leaf.At = leaf.At.In(time.FixedZone("east", 7200))
	got, err := leaf.Encode()
	if want := goldenBytes(t, "unit-return"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("Encode() = %x, %v, want %x", got, err, want)
	}
}

func TestDecodeLeafRefuses(t *testing.T) {
	t.Parallel()
	valid := goldenBytes(t, "unit-return")
	const idLength = 4 + 32 + 8 // where the length of the id stands
	change := func(at int, to byte) []byte {
		entry := bytes.Clone(valid)
		entry[at] = to
		return entry
	}
	tests := map[string][]byte{
		"nothing":         nil,
		"format 2":        change(3, 2),
		"other magic":     change(0, 'X'),
		"year 10000":      change(4+32, 1),
		"empty id":        append(append(bytes.Clone(valid[:idLength]), 0), valid[idLength+11:]...),
		"control in id":   change(idLength+1, '\n'),
		"not ASCII":       change(idLength+1, 0x80),
		"trailing byte":   append(bytes.Clone(valid), 0),
		"body cut":        valid[:len(valid)-1],
		"too large":       append(bytes.Clone(valid), make([]byte, ledger.MaxEntry)...),
		"length past end": change(idLength, 255),
	}
	for cut := range valid {
		if leaf, err := ledger.DecodeLeaf(valid[:cut]); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("DecodeLeaf of the first %d bytes = %+v, %v, want ErrInvalid", cut, leaf, err)
		}
	}
	for name, entry := range tests {
		if leaf, err := ledger.DecodeLeaf(entry); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("%s: DecodeLeaf() = %+v, %v, want ErrInvalid", name, leaf, err)
		}
	}
}

func TestLeafRoundTrip(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`[ -~]{1,255}`)
	rapid.Check(t, func(t *rapid.T) {
		want := ledger.Leaf{
			ID: text.Draw(t, "id"), Kind: text.Draw(t, "kind"),
			Subject: text.Draw(t, "subject"), Event: text.Draw(t, "event"),
			At:   time.UnixMilli(rapid.Int64Range(0, 253_402_300_799_999).Draw(t, "at")).UTC(),
			Body: rapid.SliceOf(rapid.Byte()).Draw(t, "body"),
			Salt: [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "salt")),
		}
		entry, err := want.Encode()
		if err != nil {
			t.Fatalf("Encode() = %v", err)
		}
		got, err := ledger.DecodeLeaf(entry)
		if err != nil {
			t.Fatalf("DecodeLeaf() = %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("round trip (-want +got):\n%s", diff)
		}
	})
}

// FuzzDecodeLeaf holds the decoder to one encoding per leaf.
func FuzzDecodeLeaf(f *testing.F) {
	for name := range goldenLeaves() {
		f.Add(goldenBytes(f, name))
	}
	f.Fuzz(func(t *testing.T, entry []byte) {
		leaf, err := ledger.DecodeLeaf(entry)
		if err != nil {
			return
		}
		if again, err := leaf.Encode(); err != nil || !bytes.Equal(again, entry) {
			t.Errorf("decoded %x, encodes as %x, %v", entry, again, err)
		}
	})
}
