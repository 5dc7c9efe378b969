package device

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/device/message"
	"quitclaim/service/lifecycle"
)

// challengeFor is how long a nonce can be answered.
const challengeFor = 5 * time.Minute

// Store is what the room needs of the store.
type Store interface {
	// UnitByKey finds a unit; lifecycle.ErrNotFound where none is on record.
	UnitByKey(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Unit, error)
	// SaveChallenge keeps the hash of a nonce for a unit, on record or not.
	SaveChallenge(ctx context.Context, unit lifecycle.UnitID, nonceHash string, epoch lifecycle.Epoch, expiresAt time.Time) error
	// TakeChallenge uses a nonce up; lifecycle.ErrNotFound for one that this
	// unit was not given, has used, or that is too old.
	TakeChallenge(ctx context.Context, unit lifecycle.UnitID, nonceHash string, now time.Time) (lifecycle.Epoch, error)
	// Advance is the write door.
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
}

// Config is what the room needs. Nudge may be nil.
type Config struct {
	Store Store
	Now   func() time.Time
	NewID func() string // 26 random base32 characters
	// LookupHash is a keyed hash of a value of one kind.
	LookupHash func(kind, value string) string
	// Nudge tells the reset worker that an order may be complete.
	Nudge func(lifecycle.UnitID)
	// Limits bounds how often a unit and an address may ask.
	Limits Limits
}

// Device is the room.
type Device struct {
	config   Config
	limits   *limiter
	decoyKey ed25519.PublicKey
}

// decoyUnit stands in for every unit that is not on record, so that the same
// rows are written for it.
const decoyUnit lifecycle.UnitID = "unt_aaaaaaaaaaaaaaaaaaaaaaaaaa"

// errUnproven is every way in which a report does not verify. They look alike,
// or a stranger could find out which serials exist and which nonces are out.
var errUnproven = fmt.Errorf("report does not verify: %w", lifecycle.ErrNotFound)

// New is the room. Nobody holds the private half of its decoy key.
func New(config Config) *Device {
	decoy, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic("device: " + err.Error()) // crypto/rand ends the process before it fails
	}
	if config.Nudge == nil {
		config.Nudge = func(lifecycle.UnitID) {}
	}
	return &Device{config: config, limits: newLimiter(config.Limits, config.Now), decoyKey: decoy}
}

// Challenge hands out a nonce to a caller from a network. For a unit that is not
// on record it hands out one that will never verify.
func (d *Device) Challenge(ctx context.Context, key lifecycle.UnitKey, network string) (message.Challenge, error) {
	if err := d.limits.allow(key, network); err != nil {
		return message.Challenge{}, err
	}
	unit, err := d.find(ctx, key)
	if err != nil {
		return message.Challenge{}, err
	}
	var drawn [message.NonceBytes]byte
	_, _ = rand.Read(drawn[:]) // never fails: crypto/rand ends the process instead
	challenge := message.Challenge{Nonce: message.Encode(drawn[:]), ExpiresAt: d.now().Add(challengeFor)}
	err = d.config.Store.SaveChallenge(ctx, unit.ID, message.HexSHA256(challenge.Nonce), unit.Epoch, challenge.ExpiresAt)
	if err != nil {
		return message.Challenge{}, fmt.Errorf("keep challenge: %w", err)
	}
	return challenge, nil
}

// Report takes what a unit says from a network, if it can be shown to be the
// unit that says it. Which epoch it is at is told to the unit alone.
func (d *Device) Report(ctx context.Context, r message.Report, network string) (message.Answer, error) {
	if err := r.Check(); err != nil {
		return message.Answer{}, err
	}
	key, err := r.Key()
	if err != nil {
		return message.Answer{}, err
	}
	if err := d.limits.allow(key, network); err != nil {
		return message.Answer{}, err
	}
	unit, err := d.find(ctx, key)
	if err != nil {
		return message.Answer{}, err
	}
	asked, err := d.config.Store.TakeChallenge(ctx, unit.ID, message.HexSHA256(r.Nonce), d.now())
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return message.Answer{}, fmt.Errorf("take challenge: %w", err)
	}
	taken := err == nil
	digest, signed := r.Verify(unit.DeviceKey)
	switch {
	case !unit.known || !taken || !signed:
		return message.Answer{}, errUnproven
	case asked != unit.Epoch:
		return message.Answer{}, fmt.Errorf("nonce of epoch %d, the unit is at %d: %w", asked, unit.Epoch, lifecycle.ErrStale)
	case r.Epoch != unit.Epoch:
		return message.Answer{Epoch: unit.Epoch, Action: message.ActionOtherEpoch}, nil
	}
	return d.heard(ctx, unit.ID, r, digest, network)
}

// heard writes the fact that the report is.
func (d *Device) heard(ctx context.Context, unit lifecycle.UnitID, r message.Report, digest, network string) (message.Answer, error) {
	now := d.now()
	fact := lifecycle.Heard{
		Command: lifecycle.Command{Actor: lifecycle.Actor{Kind: lifecycle.ActorUnit}, At: now},
		Order:   lifecycle.OrderID("ord_" + d.config.NewID()),
		Report: lifecycle.Report{
			At: now, Epoch: r.Epoch, Kind: r.Kind, Firmware: r.Firmware, Verifier: r.Verifier,
			Network: d.networkHash(network), Digest: digest,
		},
	}
	if r.Presence != "" {
		fact.Report.Presence = message.HexSHA256(r.Presence)
	}
	outcome, err := d.config.Store.Advance(ctx, unit, fact.Decide)
	if err != nil {
		return message.Answer{}, fmt.Errorf("report of a unit: %w", err)
	}
	after := outcome.Change.Unit
	if len(outcome.Change.Orders) > 0 {
		d.config.Nudge(unit)
	}
	if after.Verifier != r.Verifier {
		return message.Answer{Epoch: after.Epoch, Action: message.ActionReportAgain}, nil
	}
	return message.Answer{Epoch: after.Epoch, Action: message.ActionNone}, nil
}

// found is a unit, or what stands in for one.
type found struct {
	lifecycle.Unit
	known bool
}

// find looks the unit up. One that is not on record, or cannot sign, gets the
// decoy's key, so that the same work is done for it.
func (d *Device) find(ctx context.Context, key lifecycle.UnitKey) (found, error) {
	unit, err := d.config.Store.UnitByKey(ctx, key)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return found{}, fmt.Errorf("find unit: %w", err)
	}
	f := found{Unit: unit, known: err == nil}
	if !f.known {
		f.Unit = lifecycle.Unit{ID: decoyUnit, Key: key, Epoch: 1}
	}
	if len(f.DeviceKey) != ed25519.PublicKeySize {
		f.DeviceKey = d.decoyKey
	}
	return f, nil
}

func (d *Device) now() time.Time { return d.config.Now().UTC().Truncate(time.Millisecond) }
