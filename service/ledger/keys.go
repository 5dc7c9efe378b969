package ledger

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/lifecycle"
)

// ParseVerifiers reads a file of public keys, as an auditor keeps it outside
// of our reach. Each line is one signed-note verifier key
// (c2sp.org/signed-note, "Verifier keys"), alone or after the word "ledger":
// what the service prints at its first start can be pasted whole. Empty
// lines, lines that begin with "#" and keys of other purposes are passed over.
func ParseVerifiers(text []byte) (Renamer, error) {
	var known pinnedKeys
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || strings.HasPrefix(fields[0], "#"):
			continue
		case len(fields) == 2 && fields[0] == "ledger":
			fields = fields[1:]
		case len(fields) > 1:
			continue
		}
		key, err := note.NewVerifier(fields[0])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w: %w", number, lifecycle.ErrInvalid, err)
		}
		known = append(known, pinnedKey{verifier: key, text: fields[0]})
	}
	if len(known) == 0 {
		return nil, fmt.Errorf("no ledger key in the file: %w", lifecycle.ErrInvalid)
	}
	return known, nil
}

// pinnedKey is one key with its text, in which alone the key itself can be
// read.
type pinnedKey struct {
	verifier note.Verifier
	text     string
}

// pinnedKeys are keys that an auditor has kept.
type pinnedKeys []pinnedKey

// Verifier implements note.Verifiers.
func (k pinnedKeys) Verifier(name string, hash uint32) (note.Verifier, error) {
	list := make([]note.Verifier, len(k))
	for i, key := range k {
		list[i] = key.verifier
	}
	return note.VerifierList(list...).Verifier(name, hash)
}

// Renamed implements Renamer. A verifier key is name, hash and key with "+"
// between; the key is base64 of its algorithm and its bytes (c2sp.org/signed-note).
func (k pinnedKeys) Renamed(from, to string) (note.Verifiers, error) {
	all := slices.Clone(k)
	for _, key := range k {
		if key.verifier.Name() != from {
			continue
		}
		data, err := base64.StdEncoding.DecodeString(strings.SplitN(key.text, "+", 3)[2])
		if err == nil && len(data) != 1+ed25519.PublicKeySize {
			err = lifecycle.ErrInvalid
		}
		if err != nil {
			return nil, fmt.Errorf("key of %s: %w", from, err)
		}
		text, err := note.NewEd25519VerifierKey(to, data[1:])
		if err != nil {
			return nil, fmt.Errorf("key of %s for %s: %w", from, to, err)
		}
		verifier, err := note.NewVerifier(text)
		if err != nil {
			return nil, fmt.Errorf("key of %s for %s: %w", from, to, err)
		}
		if !slices.ContainsFunc(all, func(p pinnedKey) bool { return p.text == text }) {
			all = append(all, pinnedKey{verifier: verifier, text: text})
		}
	}
	return all, nil
}
