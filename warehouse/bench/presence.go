package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"quitclaim/service/lifecycle"
)

// AskPresence has the screen show a code for the unit to sign, and gives it.
func (b *Bench) AskPresence(ctx context.Context, key lifecycle.UnitKey) (string, error) {
	s, err := b.Unit(ctx, key)
	if err != nil {
		return "", err
	}
	if s.Return == nil {
		return "", fmt.Errorf("ask presence of a unit never returned: %w", lifecycle.ErrNotFound)
	}
	if code := b.PresenceCode(s); code != "" {
		return code, nil // it waits for this one already
	}
	code := b.config.Presence(s.Return.ID)
	_, err = b.config.Units.Advance(ctx, s.Unit.ID, lifecycle.AskPresence{
		Command: b.Command(ctx), PresenceHash: presenceHash(code),
	}.Decide)
	if err != nil {
		return "", fmt.Errorf("ask presence: %w", err)
	}
	return code, nil
}

// PresenceCode is the code that the unit is asked to sign now, empty if none.
func (b *Bench) PresenceCode(s lifecycle.Snapshot) string {
	if s.Return == nil || s.Return.Authority != lifecycle.AuthorityNone {
		return ""
	}
	if code := b.config.Presence(s.Return.ID); s.Return.PresenceHash == presenceHash(code) {
		return code
	}
	return ""
}

func presenceHash(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}
