package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// units is the write door, and what is read of one unit.
type units interface {
	// AdvanceWithRelease is the one write door, for a release and the code of its
	// receipt.
	AdvanceWithRelease(ctx context.Context, unit lifecycle.UnitID, codeHash func(lifecycle.UnitID, lifecycle.Epoch) string, decide lifecycle.Decide) (lifecycle.Outcome, error)
	// ReleaseReceipt resolves the hash of a receipt's code.
	ReleaseReceipt(ctx context.Context, codeHash string) (lifecycle.ReleaseReceipt, error)
	// Order is an order with its tasks.
	Order(ctx context.Context, id lifecycle.OrderID) (lifecycle.Unit, lifecycle.Order, error)
	// DeletionsOfEpoch is what clouds are to delete of an owner's time, and have.
	DeletionsOfEpoch(ctx context.Context, unit lifecycle.UnitID, epoch lifecycle.Epoch) ([]lifecycle.Deletion, error)
	// Snapshot is everything the rules read about a unit.
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	// EntryOf is where an event of a unit at an epoch stands on the ledger.
	EntryOf(ctx context.Context, unit lifecycle.UnitID, event lifecycle.Event, epoch lifecycle.Epoch) (int64, error)
}

// finder finds a person's own units: the parent room.
type finder interface {
	// Locate finds a unit among the person's bindings; one that is nobody's
	// business is a unit that is not there.
	Locate(ctx context.Context, person lifecycle.PersonID, key lifecycle.UnitKey) (lifecycle.UnitID, error)
	// Look reads a unit that is the person's.
	Look(ctx context.Context, person lifecycle.PersonID, key lifecycle.UnitKey) (lifecycle.Snapshot, error)
}

// clouds are asked while somebody waits for a page.
type clouds interface {
	Ask(ctx context.Context, names []string, request cloud.Request, patience time.Duration) []cloud.Word
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Units  units
	Owner  finder
	Clouds clouds
	// Code is a receipt's code: a keyed hash of unit and epoch as 26 characters of
	// base 32, so that it can be shown again while the record holds its hash alone.
	Code func(lifecycle.UnitID, lifecycle.Epoch) string
	// Parse reads a code as it was typed.
	Parse func(typed string) (code string, ok bool)
	// Link is the address in a receipt's QR code.
	Link func(code string) string
	Now  func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
	// Patience is how long a page waits for clouds; zero: two seconds.
	Patience time.Duration
}

const patience = 2 * time.Second

// Room is how owners let go.
type Room struct{ config Config }

// New is the room.
func New(config Config) *Room {
	if config.Patience <= 0 {
		config.Patience = patience
	}
	return &Room{config}
}

// Released is an association that its owner ended.
type Released struct {
	Key  lifecycle.UnitKey
	At   time.Time
	Code string // of the receipt
}

// Release lets go of a unit, whether or not it is at hand or works. With erase
// the clouds are asked to delete what they keep of before.
func (r *Room) Release(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey, erase bool) (Released, error) {
	unit, err := r.config.Owner.Locate(ctx, actor.Person, key)
	if err != nil {
		return Released{}, err
	}
	release := lifecycle.Release{
		Command: lifecycle.Command{Actor: actor, At: r.config.Now().UTC().Truncate(time.Millisecond)},
		Order:   lifecycle.OrderID("ord_" + r.config.NewID()), Erase: erase,
	}
	outcome, err := r.config.Units.AdvanceWithRelease(ctx, unit, r.codeHash, release.Decide)
	if err != nil {
		return Released{}, lifecycle.ToOwner(err)
	}
	after := outcome.Change.Unit
	return Released{after.Key, outcome.Change.At, r.config.Code(after.ID, after.Epoch)}, nil
}

// codeHash is the hex SHA-256 under which the record knows a receipt's code.
func (r *Room) codeHash(unit lifecycle.UnitID, epoch lifecycle.Epoch) string {
	return hashOf(r.config.Code(unit, epoch))
}

func hashOf(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// CodeOf is the code of the receipt of the release that ended a binding;
// lifecycle.ErrNotFound where there was none yet.
func (r *Room) CodeOf(ctx context.Context, unit lifecycle.UnitID, ended lifecycle.Binding) (string, error) {
	if ended.Kind != lifecycle.BindingOwner || ended.EndedBy != lifecycle.EventRelease {
		return "", fmt.Errorf("no release ended it: %w", lifecycle.ErrNotFound)
	}
	code := r.config.Code(unit, ended.Epoch+1) // a release begins the next epoch
	if _, err := r.config.Units.ReleaseReceipt(ctx, hashOf(code)); err != nil {
		return "", fmt.Errorf("find a receipt: %w", err)
	}
	return code, nil
}
