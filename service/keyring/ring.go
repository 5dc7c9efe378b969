package keyring

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/mod/sumdb/note"
)

// Ring is the opened keys. It never prints them.
type Ring struct {
	made        bool
	ledger      ledgerKey
	earlier     []ledgerKey // the same key under names that ended, oldest first
	certificate ed25519.PrivateKey
	saleCheck   ed25519.PrivateKey
	seal        secret
	lookup      secret
	account     secret
}

// Open reads the keys in dir, or makes them all when dir does not exist or is
// empty. The origin names the ledger: its address without the scheme, without
// blanks and pluses (c2sp.org/tlog-checkpoint, "Note text").
func Open(dir, origin string) (*Ring, error) {
	made, err := makeKeys(dir)
	if err != nil {
		return nil, fmt.Errorf("make the service's keys: %w", err)
	}
	keys, err := readKeys(dir)
	if err != nil {
		return nil, fmt.Errorf("open the service's keys: %w", err)
	}
	ledger, err := newLedgerKey(origin, keys[purposeLedger].signingKey())
	if err != nil {
		return nil, fmt.Errorf("ledger origin %q: %w", origin, err)
	}
	return &Ring{
		made:        made,
		ledger:      ledger,
		certificate: keys[purposeCertificate].signingKey(),
		saleCheck:   keys[purposeSaleCheck].signingKey(),
		seal:        keys[purposeSeal],
		lookup:      keys[purposeLookup],
		account:     keys[purposeAccount],
	}, nil
}

// Made reports that Open has just made the keys: a first start. When the
// database is not new as well, the old keys are lost.
func (r *Ring) Made() bool { return r.made }

// Named is the same keys for a ledger that has these origins, oldest first: the
// last is in force. The key of the ledger stays when its name changes.
func (r *Ring) Named(origins ...string) (*Ring, error) {
	if len(origins) == 0 {
		return nil, errors.New("a ledger without an origin")
	}
	named := *r
	named.earlier = nil
	for i, origin := range origins {
		key, err := newLedgerKey(origin, r.ledger.key)
		if err != nil {
			return nil, fmt.Errorf("ledger origin %q: %w", origin, err)
		}
		if i < len(origins)-1 {
			named.earlier = append(named.earlier, key)
		} else {
			named.ledger = key
		}
	}
	return &named, nil
}

// Origin is the name of the ledger that is in force.
func (r *Ring) Origin() string { return r.ledger.Name() }

// Ledger signs checkpoints, in the name of the origin.
func (r *Ring) Ledger() note.Signer { return r.ledger }

// LedgerVerifier checks what Ledger signs.
func (r *Ring) LedgerVerifier() note.Verifier { return r.ledger.verifier }

// LedgerVerifiers checks what was signed under any of the ledger's names.
func (r *Ring) LedgerVerifiers() note.Verifiers {
	all := []note.Verifier{r.ledger.verifier}
	for _, key := range r.earlier {
		all = append(all, key.verifier)
	}
	return note.VerifierList(all...)
}

// Certificate signs reset certificates.
func (r *Ring) Certificate() ed25519.PrivateKey { return r.certificate }

// SaleCheck signs the answers of the pre-sale check.
func (r *Ring) SaleCheck() ed25519.PrivateKey { return r.saleCheck }

// Public writes the public halves, one per line, for people to keep where
// nobody who reaches this machine can change them: the purpose, then for the
// ledger its signed-note verifier key, one line for each name it had, for the
// others key id and key in hex.
// The verifying commands read this text as it is.
func (r *Ring) Public() string {
	text := fmt.Sprintf("# Public keys of %s. Pin them where this machine cannot change them.\n", r.Origin())
	for _, key := range append(slices.Clone(r.earlier), r.ledger) {
		text += fmt.Sprintf("%s %s\n", purposeLedger, key.text)
	}
	return text +
		publicLine(purposeCertificate, r.certificate) +
		publicLine(purposeSaleCheck, r.saleCheck)
}

func publicLine(purpose purpose, key ed25519.PrivateKey) string {
	public := key.Public().(ed25519.PublicKey)
	id := KeyID(public)
	return fmt.Sprintf("%s %s %s\n", purpose, hex.EncodeToString(id[:]), hex.EncodeToString(public))
}

// KeyID tells keys of one purpose apart: the first four bytes of the SHA-256
// of the public key. It goes with every signature that is not a signed note.
func KeyID(public ed25519.PublicKey) [4]byte {
	sum := sha256.Sum256(public)
	return [4]byte(sum[:4])
}

// Format prints nothing of the keys, whatever the verb.
func (r Ring) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "keyring") }

// ledgerKey is a note.Signer.
type ledgerKey struct {
	verifier note.Verifier
	text     string // the verifier key, for print
	key      ed25519.PrivateKey
}

func newLedgerKey(origin string, key ed25519.PrivateKey) (ledgerKey, error) {
	text, err := note.NewEd25519VerifierKey(origin, key.Public().(ed25519.PublicKey))
	if err != nil {
		return ledgerKey{}, err
	}
	verifier, err := note.NewVerifier(text)
	if err != nil {
		return ledgerKey{}, err
	}
	return ledgerKey{verifier: verifier, text: text, key: key}, nil
}

// Name is the origin.
func (k ledgerKey) Name() string { return k.verifier.Name() }

// KeyHash is the key's id in a signed note.
func (k ledgerKey) KeyHash() uint32 { return k.verifier.KeyHash() }

// Sign signs the text of a note.
func (k ledgerKey) Sign(text []byte) ([]byte, error) { return ed25519.Sign(k.key, text), nil }

// Format prints nothing of the key.
func (k ledgerKey) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, k.text) }
