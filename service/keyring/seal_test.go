package keyring_test

import (
	"bytes"
	"errors"
	"testing"

	"quitclaim/service/keyring"
)

func subjectKey(t testing.TB, subject string) keyring.SubjectKey {
	t.Helper()
	key, err := keyring.NewSubjectKey(subject)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sealed(t testing.TB, key keyring.SubjectKey, field, plain string) []byte {
	t.Helper()
	data, err := key.Seal(field, []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func wrapped(t testing.TB, ring *keyring.Ring, key keyring.SubjectKey) []byte {
	t.Helper()
	data, err := ring.Wrap(key)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestSealAndWrap(t *testing.T) {
	t.Parallel()
	ring, _ := openRing(t)
	key := subjectKey(t, "psn_1")
	again, err := ring.Unwrap("psn_1", wrapped(t, ring, key))
	if err != nil {
		t.Fatal(err)
	}
	for _, plain := range []string{"", "ada@example.com", string(make([]byte, 5000))} {
		data := sealed(t, key, "people.mail", plain)
		if len(plain) > 3 && bytes.Contains(data, []byte(plain)) {
			t.Errorf("%q is readable in what was sealed", plain)
		}
		got, err := again.Open("people.mail", data)
		if err != nil || string(got) != plain {
			t.Errorf("Open() = %q, %v, want %q", got, err, plain)
		}
	}
	if bytes.Equal(sealed(t, key, "f", "same"), sealed(t, key, "f", "same")) {
		t.Error("sealing twice gave the same bytes")
	}
}

// TestMovedDataDoesNotOpen: a row cannot be put under another subject, nor a
// value into another column.
func TestMovedDataDoesNotOpen(t *testing.T) {
	t.Parallel()
	ring, _ := openRing(t)
	stranger, _ := openRing(t)
	key := subjectKey(t, "psn_1")
	wrapping, data := wrapped(t, ring, key), sealed(t, key, "people.mail", "ada@example.com")

	if _, err := ring.Unwrap("psn_2", wrapping); !errors.Is(err, keyring.ErrSealed) {
		t.Errorf("another subject's wrapped key: %v, want ErrSealed", err)
	}
	if _, err := stranger.Unwrap("psn_1", wrapping); !errors.Is(err, keyring.ErrSealed) {
		t.Errorf("another service's wrapped key: %v, want ErrSealed", err)
	}
	if _, err := key.Open("people.name", data); !errors.Is(err, keyring.ErrSealed) {
		t.Errorf("another column: %v, want ErrSealed", err)
	}
	if _, err := subjectKey(t, "psn_1").Open("people.mail", data); !errors.Is(err, keyring.ErrSealed) {
		t.Errorf("another key: %v, want ErrSealed", err)
	}
	if _, err := key.Open("people.mail", wrapping); !errors.Is(err, keyring.ErrSealed) {
		t.Errorf("a wrapped key as a field: %v, want ErrSealed", err)
	}
	// Subject and field must not run into each other.
	data = sealed(t, subjectKey(t, "psn_1"), "a", "x")
	if _, err := subjectKey(t, "psn_1a").Open("", data); !errors.Is(err, keyring.ErrSealed) {
		t.Errorf("subject and field joined: %v, want ErrSealed", err)
	}
}

func TestSpoiltDataDoesNotOpen(t *testing.T) {
	t.Parallel()
	ring, _ := openRing(t)
	key := subjectKey(t, "psn_1")
	data, wrapping := sealed(t, key, "people.mail", "ada@example.com"), wrapped(t, ring, key)
	for i := range data {
		bad := bytes.Clone(data)
		bad[i] ^= 1
		if plain, err := key.Open("people.mail", bad); !errors.Is(err, keyring.ErrSealed) {
			t.Errorf("byte %d changed: %q, %v, want ErrSealed", i, plain, err)
		}
		if plain, err := key.Open("people.mail", data[:i]); !errors.Is(err, keyring.ErrSealed) {
			t.Errorf("cut to %d bytes: %q, %v, want ErrSealed", i, plain, err)
		}
	}
	for i := range wrapping {
		if _, err := ring.Unwrap("psn_1", wrapping[:i]); !errors.Is(err, keyring.ErrSealed) {
			t.Errorf("wrapped key cut to %d bytes: %v, want ErrSealed", i, err)
		}
	}
}

func TestHashes(t *testing.T) {
	t.Parallel()
	ring, _ := openRing(t)
	if got := ring.LookupHash("mail", "ada@example.com"); len(got) != 64 || got != ring.LookupHash("mail", "ada@example.com") {
		t.Errorf("LookupHash() = %s, want 64 characters that stay", got)
	}
	all := map[string]string{}
	for name, hash := range map[string]string{
		"mail":             ring.LookupHash("mail", "ada@example.com"),
		"another value":    ring.LookupHash("mail", "bob@example.com"),
		"another kind":     ring.LookupHash("receipt", "ada@example.com"),
		"joined":           ring.LookupHash("maila", "da@example.com"),
		"an account":       ring.AccountHash("mail", "ada@example.com"),
		"another cloud":    ring.AccountHash("acme", "ada@example.com"),
		"nothing":          ring.LookupHash("", ""),
		"nobody's account": ring.AccountHash("", ""),
	} {
		if other, taken := all[hash]; taken {
			t.Errorf("%s and %s have one hash", name, other)
		}
		all[hash] = name
	}
}

func BenchmarkOpenField(b *testing.B) {
	key := subjectKey(b, "psn_1")
	data := sealed(b, key, "people.mail", "ada@example.com")
	for b.Loop() {
		if _, err := key.Open("people.mail", data); err != nil {
			b.Fatal(err)
		}
	}
}
