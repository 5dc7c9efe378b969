package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"quitclaim/scanner/photo"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// store is where pictures are kept.
type store interface {
	AdvanceWithPhotograph(ctx context.Context, unit lifecycle.UnitID, order lifecycle.OrderID, picture []byte, decide lifecycle.Decide) (lifecycle.Outcome, error)
	Photograph(ctx context.Context, unit lifecycle.UnitID, order lifecycle.OrderID, digest string) ([]byte, error)
	ModelPicture(ctx context.Context, model lifecycle.ModelID, digest string) ([]byte, error)
}

// bench says who may see a unit at it, and a present order.
type bench interface {
	Unit(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error)
	Order(ctx context.Context, id lifecycle.OrderID) (lifecycle.Snapshot, error)
}

// Config is what evidence works with. All fields are needed.
type Config struct {
	Store store
	Bench bench
	Now   func() time.Time
}

// Evidence keeps pictures. Its methods act as the principal of the context.
type Evidence struct{ config Config }

// New is the evidence room.
func New(c Config) *Evidence { return &Evidence{c} }

// sizes are the longest sides that a picture is drawn at: the first at which it
// takes up no more than is kept. A dent and a screen are seen in the smallest.
func sizes() []int { return []int{1600, 1000, 600} }

// Keep keeps a picture of a step of a unit's present order.
func (e *Evidence) Keep(ctx context.Context, s lifecycle.Snapshot, check string, file []byte) (lifecycle.Outcome, error) {
	if s.Order == nil {
		return lifecycle.Outcome{}, fmt.Errorf("picture of a unit without an order: %w", lifecycle.ErrNotFound)
	}
	picture, err := drawn(file)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	outcome, err := e.config.Store.AdvanceWithPhotograph(ctx, s.Unit.ID, s.Order.ID, picture, lifecycle.Photograph{
		Command: lifecycle.Command{Actor: access.From(ctx).Actor(), At: e.config.Now().UTC().Truncate(time.Millisecond)},
		Order:   s.Order.ID, Check: check, Digest: digestOf(picture), Size: len(picture),
	}.Decide)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("keep picture: %w", err)
	}
	return outcome, nil
}

// drawn is the picture with nothing in it but pixels, small enough to be kept.
func drawn(file []byte) ([]byte, error) {
	var picture []byte
	for _, longest := range sizes() {
		var err error
		if picture, err = photo.Clean(file, longest); err != nil {
			return nil, photo.Mistake("photo", err)
		}
		if len(picture) <= lifecycle.MaxPhotoBytes {
			return picture, nil
		}
	}
	// 600 by 600 pixels of pure noise are far from this; a rule says no after us.
	return picture, nil
}

func digestOf(picture []byte) string {
	sum := sha256.Sum256(picture)
	return hex.EncodeToString(sum[:])
}

// Picture is a picture of a present order, for whom the order is shown to.
func (e *Evidence) Picture(ctx context.Context, order lifecycle.OrderID, digest string) ([]byte, error) {
	s, err := e.config.Bench.Order(ctx, order)
	if err != nil {
		return nil, fmt.Errorf("find order of a picture: %w", err)
	}
	return e.config.Store.Photograph(ctx, s.Unit.ID, order, digest)
}

// Step is the maker's picture of a step of the unit's model.
func (e *Evidence) Step(ctx context.Context, key lifecycle.UnitKey, check string) ([]byte, error) {
	s, err := e.config.Bench.Unit(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("find unit of a step: %w", err)
	}
	step, ok := s.Model.Check(check)
	if !ok || step.Picture == "" {
		return nil, fmt.Errorf("step without a picture: %w", lifecycle.ErrNotFound)
	}
	return e.config.Store.ModelPicture(ctx, s.Model.ID, step.Picture)
}
