package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// World is what prepare made and run works in. Its file holds tokens, so it is
// 0600; what a run has used up is taken out.
type World struct {
	URL    string `json:"url"`
	Prefix string `json:"prefix"` // of the serials; random, so that worlds do not meet
	Made   int    `json:"made"`   // units so far
	Brand  string `json:"brand"`
	GTIN   string `json:"gtin"`
	Model  string `json:"model"`

	Vendor   string   `json:"vendor"`   // the token of the vendor's admin
	Shipper  string   `json:"shipper"`  // of its clerk
	Retailer string   `json:"retailer"` // the retailer's id
	Clerk    string   `json:"clerk"`    // the token of its clerk
	Owners   []string `json:"owners"`   // theirs

	Stock []string `json:"stock"` // serials at the retailer, never sold
	Sold  []sold   `json:"sold"`  // with a customer, and the unit has made a credential
	Bound []sold   `json:"bound"` // the customer has bound it
}

// sold is a unit that was sold.
type sold struct {
	Serial  string `json:"serial"`
	Receipt string `json:"receipt"`
	Proof   string `json:"proof"` // the credential that the unit shows
}

// errNoWorld: the file is not there.
var ErrNoWorld = errors.New("load prepare makes one")

// Read is the world in a file.
func Read(path string) (*World, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no world in %s: %w", path, ErrNoWorld)
	}
	if err != nil {
		return nil, fmt.Errorf("read the world: %w", err)
	}
	w := &World{}
	if err := json.Unmarshal(text, w); err != nil {
		return nil, fmt.Errorf("read the world: %s: %w", path, err)
	}
	return w, nil
}

// Write replaces the file in one step: one that is half written would have lost
// the tokens.
func (w *World) Write(path string) error {
	text, err := json.Marshal(w)
	if err != nil {
		return fmt.Errorf("write the world: %w", err)
	}
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return fmt.Errorf("write the world: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write the world: %w", err)
	}
	return nil
}
