package demo

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"quitclaim/service/lifecycle"
)

// World is what there is when the demo starts: who to sign in as, and every
// unit. As JSON it is `demo.json`, for whoever scripts against the demo.
type World struct {
	URL    string      `json:"url"`
	People []Person    `json:"people"`
	Units  []WorldUnit `json:"units"`
	// Cameras are the units' own secrets, for the simulated cameras.
	Cameras []Camera `json:"-"`
}

// Person is one member of the cast. Org is empty for owners; the token goes
// into `Authorization: Bearer`.
type Person struct {
	Name     string `json:"name"`
	Role     string `json:"role"`
	Org      string `json:"org"`
	Email    string `json:"email"`
	Password string `json:"password"`
	Token    string `json:"token"`
}

// WorldUnit is one unit: Custody is an organisation's name or "customer",
// Owner a mail address or empty, Payload what a scanner reads off its box, and
// Receipt the number on the receipt of its last sale, by Seller.
type WorldUnit struct {
	Brand   string `json:"brand"`
	Serial  string `json:"serial"`
	GTIN    string `json:"gtin"`
	State   string `json:"state"`
	Custody string `json:"custody"`
	Payload string `json:"payload"`
	Owner   string `json:"owner"`
	Receipt string `json:"receipt,omitempty"`
	Seller  string `json:"seller,omitempty"`
	// Release is the code of the receipt with which its last owner let go of it.
	Release string `json:"release,omitempty"`
	// Answers marks the three units whose cameras run with the demo.
	Answers bool `json:"answers,omitempty"`
}

// Camera is what a unit knows and nobody else: its key and the credential that
// it made last.
type Camera struct {
	Unit       lifecycle.UnitKey
	Key        ed25519.PrivateKey
	Credential string
	Firmware   string
	Epoch      lifecycle.Epoch // at which the credential was made
}

func (b *Builder) world(everybody cast, tales []*tale) World {
	var world World
	for _, m := range append(everybody.staff, everybody.owners...) {
		world.People = append(world.People, Person{
			Name: m.person.Name, Role: string(m.person.Roles[0]), Org: m.org.Name,
			Email: m.person.Email, Password: Password, Token: m.token,
		})
	}
	names := map[lifecycle.OrgID]string{"": "customer", everybody.vendor.ID: everybody.vendor.Name, everybody.warehouse.ID: everybody.warehouse.Name}
	for _, retailer := range everybody.retailers {
		names[retailer.ID] = retailer.Name
	}
	plots := plan()
	for i, t := range tales {
		receipt, seller := t.sold()
		world.Units = append(world.Units, WorldUnit{
			Brand: t.unit.Key.Brand, Serial: t.unit.Key.Serial, GTIN: t.unit.GTIN, State: string(t.unit.State),
			Custody: names[t.unit.Custody], Payload: b.config.Payload(t.unit.GTIN, t.unit.Key), Owner: t.owner.person.Email,
			Receipt: receipt, Seller: names[seller], Release: t.released, Answers: answers(plots[i]),
		})
		world.Cameras = append(world.Cameras, Camera{
			Unit: t.unit.Key, Key: t.key, Credential: t.credential, Firmware: t.firmware(), Epoch: t.madeAt,
		})
	}
	return world
}

// sold is the receipt's number and who gave it, where a sale was recorded.
func (t *tale) sold() (receipt string, seller lifecycle.OrgID) {
	if t.unit.SoldAt.IsZero() {
		return "", "none"
	}
	return t.receipt, t.retailer
}

// Write puts demo.json into the data directory, readable by its owner alone,
// for it holds tokens.
func (w World) Write(dir string) error {
	text, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return fmt.Errorf("demo.json: %w", err)
	}
	path := filepath.Join(dir, "demo.json")
	if err := os.WriteFile(path+".new", append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("demo.json: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("demo.json: %w", err)
	}
	return nil
}
