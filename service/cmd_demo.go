package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	"quitclaim/service/cloud/builtin"
	"quitclaim/service/demo"
	"quitclaim/service/device/camera"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/bench/certify"
	"quitclaim/warehouse/certificate"
)

// demoDefaults make a whole walk take under a minute.
func demoDefaults() map[string]string {
	return map[string]string{"data": "data/demo", "cloud-delay": "2s", "log-level": "warn",
		"serials": "halden H(I2|OP|DB|BY)-[0-9]{6} HI2-201000"}
}

// runDemo is `quitclaim demo`: a small world in an empty data directory, or the
// one that is there already, served like any other.
func runDemo(ctx context.Context, args []string, stdout io.Writer) error {
	config, err := parseConfig("quitclaim demo", args, os.Getenv, demoDefaults())
	if err != nil {
		return err
	}
	return serve(ctx, config, stdout, func(ctx context.Context, h *house) error {
		world, err := h.demoWorld(ctx)
		if err != nil {
			return err
		}
		world.URL = h.config.URL
		if err := world.Write(h.config.Data); err != nil {
			return err
		}
		h.cameras = answeringUnits(world)
		greet(stdout, h.config, world)
		return nil
	})
}

// demoWorld builds the world, or reads again who is in it.
func (h *house) demoWorld(ctx context.Context) (demo.World, error) {
	empty, err := h.store.Empty(ctx)
	if err != nil {
		return demo.World{}, fmt.Errorf("demo: %w", err)
	}
	if !empty {
		return readWorld(h.config.Data)
	}
	world, err := demo.New(demo.Config{
		Store: h.store, Cloud: h.cloud, CloudName: builtin.Name, Now: h.now(), NewID: newID,
		HashPassword: h.passwords.Hash, Sign: h.signForDemo, NewCode: newCertificateCode,
		NewCredential: camera.NewCredential, CredentialHash: camera.CredentialHash,
		NewKey: func() (ed25519.PrivateKey, error) {
			_, key, err := ed25519.GenerateKey(rand.Reader)
			return key, err
		},
		ReceiptCode: receiptCode(h.keys.LookupHash), Payload: digitalLink,
	}).Build(ctx)
	if err != nil {
		return demo.World{}, fmt.Errorf("demo: %w", err)
	}
	return world, h.saveCameras(world)
}

// signForDemo signs as the demo's warehouse would at its bench.
func (h *house) signForDemo(s lifecycle.Snapshot, c lifecycle.Certificate) ([]byte, error) {
	return certificate.Sign(certify.Statement(s, c, "Refit Works", "Halden Optics"), h.keys.Certificate())
}

// saveCameras gives every unit its memory, so that `quitclaim camera` can speak
// for any of them.
func (h *house) saveCameras(world demo.World) error {
	dir := filepath.Join(h.config.Data, "cameras")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("demo cameras: %w", err)
	}
	for _, c := range world.Cameras {
		state := camera.State{
			Brand: c.Unit.Brand, Serial: c.Unit.Serial, Firmware: c.Firmware, Seed: c.Key.Seed(),
			Credential: c.Credential, Epoch: c.Epoch,
		}
		if err := state.Save(filepath.Join(dir, c.Unit.Serial+".json")); err != nil {
			return fmt.Errorf("demo cameras: %w", err)
		}
	}
	return nil
}

// digitalLink is what a GS1 QR code on a box says (GS1 Digital Link URI
// syntax 1.4, section 4): GTIN and serial.
func digitalLink(gtin string, key lifecycle.UnitKey) string {
	return "https://id.gs1.org/01/" + gtin + "/21/" + url.PathEscape(key.Serial)
}

func readWorld(dir string) (demo.World, error) {
	text, err := os.ReadFile(filepath.Join(dir, "demo.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return demo.World{}, fmt.Errorf("%s holds other data, or a demo that was stopped while it was made; start with an empty directory: %w", dir, err)
	}
	if err != nil {
		return demo.World{}, fmt.Errorf("demo: %w", err)
	}
	var world demo.World
	if err := json.Unmarshal(text, &world); err != nil {
		return demo.World{}, fmt.Errorf("demo.json: %w", err)
	}
	return world, nil
}

// greet says who to sign in as.
func greet(out io.Writer, config Config, world demo.World) {
	fmt.Fprintf(out, "\nThe demo's password is %q for everybody. Sign in at %s/sign-in as\n\n", demo.Password, config.URL)
	shown := map[string]bool{}
	for _, person := range world.People {
		if shown[person.Role] {
			continue
		}
		shown[person.Role] = true
		org := person.Org
		if org == "" {
			org = "at home"
		}
		fmt.Fprintf(out, "  %-17s %-24s %s\n", person.Role, person.Email, org)
	}
	fmt.Fprintf(out, "\nSome units to scan (all of them, and everybody's token, are in %s):\n\n", filepath.Join(config.Data, "demo.json"))
	shown = map[string]bool{}
	for _, unit := range world.Units {
		if !shown[unit.State] {
			shown[unit.State] = true
			fmt.Fprintf(out, "  %-10s %s\n", unit.State, unit.Payload)
		}
	}
	fmt.Fprintf(out, "\nEvery unit can speak: quitclaim camera --url %s --state %s --hard-reset\n\n",
		config.URL, filepath.Join(config.Data, "cameras", "SERIAL.json"))
}
