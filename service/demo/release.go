package demo

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// release lets the owner let go of the unit, and keep the receipt.
func (t *tale) release(ctx context.Context, at time.Time) {
	if t.err != nil {
		return
	}
	hash := func(unit lifecycle.UnitID, epoch lifecycle.Epoch) string {
		sum := sha256.Sum256([]byte(t.config.ReceiptCode(unit, epoch)))
		return hex.EncodeToString(sum[:])
	}
	decide := lifecycle.Release{Command: t.by(t.owner, at), Order: lifecycle.OrderID(t.id("ord_"))}.Decide
	outcome, err := t.config.Store.AdvanceWithRelease(ctx, t.unit.ID, hash, decide)
	if err != nil {
		t.err = fmt.Errorf("release: %w", err)
		return
	}
	t.unit, t.owner = outcome.Change.Unit, member{}
	t.released = t.config.ReceiptCode(t.unit.ID, t.unit.Epoch)
}

// publish enters one version that most units of the model do not have yet.
func (b *Builder) publish(ctx context.Context, everybody cast, model lifecycle.Model) error {
	private, err := b.config.NewKey()
	if err != nil {
		return fmt.Errorf("demo firmware key: %w", err)
	}
	public := private.Public().(ed25519.PublicKey)
	sum := sha256.Sum256(public)
	admin := everybody.of(everybody.vendor.ID, lifecycle.RoleAdmin, 0).person.ID
	key := lifecycle.FirmwareKey{
		Model: model.ID, ID: hex.EncodeToString(sum[:8]), Public: public, Name: "Release key 1", By: admin, At: b.config.Now,
	}
	if err := b.config.Store.AddFirmwareKey(ctx, key); err != nil {
		return fmt.Errorf("demo firmware key: %w", err)
	}
	file := sha256.Sum256([]byte("a file that nobody has"))
	f := lifecycle.Firmware{
		Model: model.ID, Version: "9.4.0", SHA256: hex.EncodeToString(file[:]), Link: "https://firmware.halden.example/indoor-2/9.4.0.bin",
		Notes: map[string]string{
			"en": "Closes a hole through which the camera answered before anybody had signed in.",
			"de": "Schließt eine Lücke, durch die die Kamera antwortete, bevor sich jemand angemeldet hatte.",
			"es": "Cierra un fallo por el que la cámara respondía antes de que nadie hubiera entrado.",
		},
		By: admin, At: b.config.Now,
	}
	f.Signature = ed25519.Sign(private, f.Statement(model))
	if _, err := b.config.Store.SaveFirmware(ctx, f); err != nil {
		return fmt.Errorf("demo firmware: %w", err)
	}
	return nil
}
