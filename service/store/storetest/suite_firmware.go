package storetest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"quitclaim/service/lifecycle"
)

func firmwareScenarios() []scenario {
	return []scenario{
		{"firmware/entered and withdrawn", firmwareEntered},
		{"firmware/a new minimum", firmwareMinimum},
		{"firmware/its file in pieces", firmwareFile},
		{"firmware/owners to tell", firmwareReaders},
	}
}

// FirmwareKey registers a key with the world's model.
func (w *World) FirmwareKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	private := ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", ed25519.SeedSize)))
	public, _ := private.Public().(ed25519.PublicKey)
	key := lifecycle.FirmwareKey{Model: w.Model.ID, ID: "0102030405060708", Public: public, Name: "Release", By: w.VendorAdmin.Person, At: w.Clock.Now()}
	if err := w.AddFirmwareKey(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	return private
}

// Firmware is a version of the world's model, signed.
func (w *World) Firmware(private ed25519.PrivateKey, version string, file []byte) lifecycle.Firmware {
	sum := sha256.Sum256(file)
	f := lifecycle.Firmware{
		Model: w.Model.ID, Version: version, SHA256: hex.EncodeToString(sum[:]), Notes: map[string]string{"en": "Mends it.", "de": "Behebt es."},
		By: w.VendorAdmin.Person, At: w.Clock.Now(),
	}
	f.Signature = ed25519.Sign(private, f.Statement(w.Model))
	return f
}

func firmwareEntered(t *testing.T, w *World) {
	ctx, private := t.Context(), w.FirmwareKey(t)
	if err := w.AddFirmwareKey(ctx, lifecycle.FirmwareKey{Model: w.Model.ID, ID: "0102030405060708", Public: make([]byte, 32), By: "psn_1", At: w.Clock.Now()}); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("a key twice: %v, want ErrInvalid", err)
	}
	f := w.Firmware(private, "3.0", []byte("three"))
	f.Link = "https://acme.example/3.0.bin"
	saved, err := w.SaveFirmware(ctx, f)
	if err != nil || saved.Key != "0102030405060708" {
		t.Fatalf("entered %+v, %v", saved, err)
	}
	if _, err := w.SaveFirmware(ctx, w.Firmware(private, "3.0.0", []byte("three"))); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("the same version: %v, want ErrInvalid", err)
	}
	list, err := w.Firmwares(ctx, w.Model.ID)
	if err != nil || len(list) != 1 || list[0].Link != f.Link || list[0].Notes["de"] != "Behebt es." || !bytes.Equal(list[0].Signature, f.Signature) {
		t.Errorf("list %+v, %v", list, err)
	}
	for _, want := range []error{nil, lifecycle.ErrNotFound} {
		if err := w.WithdrawFirmware(ctx, w.Model.ID, "3.0", w.VendorAdmin.Person); !errors.Is(err, want) {
			t.Errorf("withdraw: %v, want %v", err, want)
		}
	}
	if list, _ := w.Firmwares(ctx, w.Model.ID); !list[0].Withdrawn() || list[0].WithdrawnBy != w.VendorAdmin.Person {
		t.Errorf("withdrawn: %+v", list)
	}
	for _, want := range []error{nil, lifecycle.ErrNotFound} {
		if err := w.EndFirmwareKey(ctx, w.Model.ID, "0102030405060708", w.VendorAdmin.Person); !errors.Is(err, want) {
			t.Errorf("end key: %v, want %v", err, want)
		}
	}
	if _, err := w.SaveFirmware(ctx, w.Firmware(private, "3.1", []byte("more"))); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("by a key that was ended: %v, want ErrInvalid", err)
	}
	if keys, err := w.FirmwareKeys(ctx, w.Model.ID); err != nil || len(keys) != 1 || keys[0].EndedAt.IsZero() {
		t.Errorf("keys %+v, %v", keys, err)
	}
}

func firmwareMinimum(t *testing.T, w *World) {
	ctx, f := t.Context(), w.Firmware(w.FirmwareKey(t), "9.1", []byte("nine"))
	f.Minimum = true
	if _, err := w.SaveFirmware(ctx, f); err != nil {
		t.Fatal(err)
	}
	if model, err := w.Store.Model(ctx, w.Model.ID); err != nil || model.MinFirmware != "9.1" {
		t.Errorf("the model's minimum is %q, %v; want 9.1", model.MinFirmware, err)
	}
}

func firmwareFile(t *testing.T, w *World) {
	ctx, private := t.Context(), w.FirmwareKey(t)
	file := bytes.Repeat([]byte("firmware "), 50_000)
	if _, err := w.SaveFirmware(ctx, w.Firmware(private, "3.0", file)); err != nil {
		t.Fatal(err)
	}
	send := func(file []byte) error {
		const piece = 256 << 10
		for number := int64(0); len(file) > 0; number++ {
			n := min(piece, len(file))
			if err := w.PutFirmwarePart(ctx, w.Model.ID, "3.0", number, file[:n]); err != nil {
				return err
			}
			file = file[n:]
		}
		return w.FinishFirmware(ctx, w.Model.ID, "3.0")
	}
	if err := send(append(bytes.Clone(file), "and more, "+strings.Repeat("x", 300<<10)...)); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("another file: %v, want ErrInvalid", err)
	}
	if err := send(file); err != nil {
		t.Fatalf("the file after another: %v", err)
	}
	if err := send([]byte("later")); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a file that is whole is written over: %v", err)
	}
	var back []byte
	for number := int64(0); ; number++ {
		piece, err := w.FirmwarePart(ctx, w.Model.ID, "3.0", number)
		if err != nil {
			t.Fatal(err)
		}
		if len(piece) == 0 {
			break
		}
		back = append(back, piece...)
	}
	if list, err := w.Firmwares(ctx, w.Model.ID); err != nil || list[0].Bytes != int64(len(file)) || !bytes.Equal(back, file) {
		t.Errorf("%d bytes back of %d, listed %+v, %v", len(back), len(file), list, err)
	}
}

func firmwareReaders(t *testing.T, w *World) {
	ctx := t.Context()
	if _, _, err := w.FirmwareToTell(ctx); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("nothing to tell: %v, want ErrNotFound", err)
	}
	bound := []lifecycle.Unit{w.Bound(t), w.Bound(t), w.Bound(t)}
	w.Sold(t)
	f, err := w.SaveFirmware(ctx, w.Firmware(w.FirmwareKey(t), "3.0", []byte("three")))
	if err != nil {
		t.Fatal(err)
	}
	told := map[lifecycle.UnitID]bool{}
	for range 5 {
		news, last, err := w.FirmwareToTell(ctx)
		if errors.Is(err, lifecycle.ErrNotFound) {
			break
		}
		if err != nil || news.Version != f.Version {
			t.Fatalf("to tell %+v, %v", news, err)
		}
		list, err := w.FirmwareReaders(ctx, news.Model, last, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, reader := range list {
			if told[reader.Unit] || reader.Owner == "" || reader.Key.Serial == "" {
				t.Errorf("reader %+v", reader)
			}
			told[reader.Unit], last = true, reader.Unit
		}
		if err := w.FirmwareTold(ctx, news, last, len(list) < 2); err != nil {
			t.Fatal(err)
		}
	}
	if len(told) != len(bound) {
		t.Errorf("%d owners were told, want %d", len(told), len(bound))
	}
	if err := w.FirmwareTold(ctx, f, "", true); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("told again: %v, want ErrNotFound", err)
	}
}
