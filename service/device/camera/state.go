package camera

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"quitclaim/service/lifecycle"
)

// State is what a camera's own memory holds: it survives a power cut.
type State struct {
	Brand      string          `json:"brand"`
	Serial     string          `json:"serial"`
	Firmware   string          `json:"firmware"`
	Seed       []byte          `json:"seed"` // its Ed25519 key (RFC 8032): 32 bytes
	Credential string          `json:"credential,omitempty"`
	Epoch      lifecycle.Epoch `json:"epoch,omitempty"` // at which the credential was made; 0: not known yet
	// Reset says that the button was held and nobody has heard of it.
	Reset bool `json:"reset,omitempty"`
}

// NewState is a camera as it leaves the factory, with a key of its own.
func NewState(key lifecycle.UnitKey, firmware string) (State, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return State{}, fmt.Errorf("make a camera's key: %w", err)
	}
	return State{Brand: key.Brand, Serial: key.Serial, Firmware: firmware, Seed: private.Seed()}, nil
}

// Key is the camera's private key.
func (s State) Key() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(s.Seed) }

// PublicKey is what the factory registers with the serial.
func (s State) PublicKey() ed25519.PublicKey { return s.Key().Public().(ed25519.PublicKey) }

// UnitKey is whose state it is.
func (s State) UnitKey() (lifecycle.UnitKey, error) { return lifecycle.ParseUnitKey(s.Brand, s.Serial) }

// check finds what a file by hand may have got wrong.
func (s State) check() error {
	if _, err := s.UnitKey(); err != nil {
		return err
	}
	if len(s.Seed) != ed25519.SeedSize {
		return fmt.Errorf("the seed has %d bytes, not %d: %w", len(s.Seed), ed25519.SeedSize, lifecycle.ErrInvalid)
	}
	return nil
}

// LoadState reads a camera's memory. A file that is not there is
// lifecycle.ErrNotFound.
func LoadState(path string) (State, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return State{}, fmt.Errorf("camera's memory %s: %w", path, lifecycle.ErrNotFound)
	}
	if err != nil {
		return State{}, fmt.Errorf("camera's memory: %w", err)
	}
	var s State
	if err := json.Unmarshal(text, &s); err != nil {
		return State{}, fmt.Errorf("camera's memory %s: %w", path, err)
	}
	if err := s.check(); err != nil {
		return State{}, fmt.Errorf("camera's memory %s: %w", path, err)
	}
	return s, nil
}

// Save writes the memory, readable by its owner alone, whole or not at all.
func (s State) Save(path string) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("camera's memory: %w", err)
	}
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("camera's memory: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("camera's memory: %w", err)
	}
	return nil
}
