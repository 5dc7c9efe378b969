package keyring

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

var (
	// ErrExposed: somebody else on the machine could read the keys.
	ErrExposed = errors.New("others have access")
	// ErrMissing: keys were made, and this one is gone.
	ErrMissing = errors.New("key is missing; restore it from a backup")
	// ErrMalformed: the file is not a key of its purpose, as it was written.
	ErrMalformed = errors.New("not a key file of this purpose; restore it from a backup")
)

// purpose is what a key is for, and the name of its file.
type purpose string

const (
	purposeLedger      purpose = "ledger"      // Ed25519: checkpoints
	purposeCertificate purpose = "certificate" // Ed25519: reset certificates
	purposeSaleCheck   purpose = "sale-check"  // Ed25519: answers of the pre-sale check
	purposeSeal        purpose = "seal"        // wraps the subjects' keys
	purposeLookup      purpose = "lookup"      // hashes addresses and receipt numbers
	purposeAccount     purpose = "account"     // hashes account names of clouds
)

func purposes() []purpose {
	return []purpose{purposeLedger, purposeCertificate, purposeSaleCheck, purposeSeal, purposeLookup, purposeAccount}
}

// others are the permissions that a key must not give.
const others fs.FileMode = 0o077

// secret is 32 random bytes: an Ed25519 seed (RFC 8032, section 5.1.5) or a
// symmetric key.
type secret [32]byte

func (s secret) signingKey() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(s[:]) }

// text is the whole file: one line, which names its purpose so that no key can
// be copied over another's.
func (s secret) text(purpose purpose) string {
	return fmt.Sprintf("quitclaim-key/1 %s %s\n", purpose, base64.StdEncoding.EncodeToString(s[:]))
}

// makeKeys makes all keys unless dir holds something. They appear at once or
// not at all: a crash half way leaves a directory that nobody reads, and of
// two processes one makes them.
func makeKeys(dir string) (bool, error) {
	present, err := os.ReadDir(dir)
	if len(present) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return false, err
	}
	draft, err := os.MkdirTemp(parent, ".keys-") // 0700
	if err != nil {
		return false, err
	}
	defer func() { _ = os.RemoveAll(draft) }() // gone already when it was renamed
	for _, purpose := range purposes() {
		if err := writeKey(draft, purpose); err != nil {
			return false, err
		}
	}
	if err := syncDir(draft); err != nil {
		return false, err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrExist) {
		return false, err // an empty directory would be in the way
	}
	err = os.Rename(draft, dir)
	if errors.Is(err, fs.ErrExist) { // another process was quicker
		return false, nil
	}
	return err == nil, errors.Join(err, syncDir(parent))
}

func writeKey(dir string, purpose purpose) error {
	var fresh secret
	if _, err := rand.Read(fresh[:]); err != nil {
		return err
	}
	file, err := os.OpenFile(keyFile(dir, purpose), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(fresh.text(purpose))
	return errors.Join(err, file.Sync(), file.Close())
}

// syncDir makes names in a directory durable.
func syncDir(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

func readKeys(dir string) (map[purpose]secret, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&others != 0 {
		return nil, fmt.Errorf("%s (%v): %w", dir, info.Mode().Perm(), ErrExposed)
	}
	keys := make(map[purpose]secret)
	for _, purpose := range purposes() {
		if keys[purpose], err = readKey(dir, purpose); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func readKey(dir string, purpose purpose) (secret, error) {
	name := keyFile(dir, purpose)
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return secret{}, fmt.Errorf("%s: %w", name, ErrMissing)
	}
	if err != nil {
		return secret{}, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat() // of the file that is read, not of its name
	if err != nil {
		return secret{}, err
	}
	if info.Mode().Perm()&others != 0 {
		return secret{}, fmt.Errorf("%s (%v): %w", name, info.Mode().Perm(), ErrExposed)
	}
	text, err := io.ReadAll(io.LimitReader(file, 256))
	if err != nil {
		return secret{}, err
	}
	encoded := strings.TrimPrefix(strings.TrimSuffix(string(text), "\n"), fmt.Sprintf("quitclaim-key/1 %s ", purpose))
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(data) != len(secret{}) || secret(data).text(purpose) != string(text) {
		return secret{}, fmt.Errorf("%s: %w", name, ErrMalformed)
	}
	return secret(data), nil
}

func keyFile(dir string, purpose purpose) string { return filepath.Join(dir, string(purpose)+".key") }
