package fleet

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Registration is a new unit: its key, and its model by id or product number.
type Registration struct {
	Brand     string
	Serial    string
	Model     lifecycle.ModelID
	GTIN      string
	DeviceKey []byte // Ed25519 public key, or empty for a unit that cannot sign
}

// Check is every mistake in a registration.
func (f *Fleet) Check(ctx context.Context, p access.Principal, in Registration) error {
	_, _, _, err := f.check(ctx, p, in)
	return err
}

// Register puts a unit of the vendor's own brand on record.
func (f *Fleet) Register(ctx context.Context, p access.Principal, in Registration) (lifecycle.Unit, error) {
	key, model, gtin, err := f.check(ctx, p, in)
	if err != nil {
		return lifecycle.Unit{}, err
	}
	outcome, err := f.config.Store.Register(ctx, key, model.ID, lifecycle.Register{
		Command: f.by(p), ID: lifecycle.UnitID("unt_" + f.config.NewID()), Key: key, GTIN: gtin, DeviceKey: in.DeviceKey,
	}.Decide)
	if err != nil {
		return lifecycle.Unit{}, fmt.Errorf("register: %w", err)
	}
	return outcome.Change.Unit, nil
}

func (f *Fleet) check(ctx context.Context, p access.Principal, in Registration) (lifecycle.UnitKey, lifecycle.Model, string, error) {
	var invalid lifecycle.Invalid
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	var wrong *lifecycle.Invalid
	if errors.As(err, &wrong) {
		invalid.Reasons = append(invalid.Reasons, wrong.Reasons...)
	}
	if !isDeviceKey(in.DeviceKey) {
		invalid.Add("device_key", "unit.device-key")
	}
	model, gtin, err := f.modelOf(ctx, p, in, &invalid)
	if err != nil {
		return key, model, gtin, err
	}
	return key, model, gtin, invalid.Err()
}

// modelOf finds the vendor's own model that is meant. Another vendor's is no
// model at all.
func (f *Fleet) modelOf(ctx context.Context, p access.Principal, in Registration, invalid *lifecycle.Invalid) (lifecycle.Model, string, error) {
	gtin, field := "", "model"
	if in.GTIN != "" {
		var ok bool
		if gtin, ok = code.ParseGTIN(in.GTIN); !ok {
			invalid.Add("gtin", "field.gtin")
			return lifecycle.Model{}, "", nil
		}
	}
	var model lifecycle.Model
	var err error
	switch {
	case in.Model != "":
		model, err = f.config.Store.Model(ctx, in.Model)
	case gtin != "":
		field = "gtin"
		model, err = f.config.Store.ModelByGTIN(ctx, gtin)
	default:
		invalid.Add("model", "field.required")
		return lifecycle.Model{}, "", nil
	}
	switch {
	case errors.Is(err, lifecycle.ErrNotFound) || err == nil && model.Vendor != p.Org:
		invalid.Add(field, "unit.model")
	case err != nil:
		return lifecycle.Model{}, "", fmt.Errorf("register: %w", err)
	case !strings.EqualFold(model.Brand, strings.TrimSpace(in.Brand)) && !lifecycle.HasReason(invalid.Reasons, "brand.shape"):
		invalid.Add("brand", "unit.brand")
	case gtin != "" && model.GTIN != "" && gtin != model.GTIN:
		// Boxes of many units have numbers of their own; one unit has its model's.
		invalid.Add("gtin", "unit.gtin")
	}
	return model, gtin, nil
}

// Confirm is the vendor's word that a serial which a desk admitted is one of
// its own, with the key that the unit was made with.
func (f *Fleet) Confirm(ctx context.Context, p access.Principal, key lifecycle.UnitKey, deviceKey []byte) (lifecycle.Unit, error) {
	if !isDeviceKey(deviceKey) {
		var invalid lifecycle.Invalid
		invalid.Add("device_key", "unit.device-key")
		return lifecycle.Unit{}, invalid.Err()
	}
	unit, _, err := f.find(ctx, key, p.Org)
	if err != nil {
		return lifecycle.Unit{}, err
	}
	outcome, err := f.config.Store.Advance(ctx, unit.ID, lifecycle.Confirm{Command: f.by(p), DeviceKey: deviceKey}.Decide)
	if err != nil {
		return lifecycle.Unit{}, fmt.Errorf("confirm: %w", err)
	}
	return outcome.Change.Unit, nil
}

func (f *Fleet) by(p access.Principal) lifecycle.Command {
	return lifecycle.Command{Actor: p.Actor(), At: f.config.Now()}
}

// isDeviceKey: none, or one of the right length that is not zeros alone, which
// is what a production line sends when its key store is empty.
func isDeviceKey(key []byte) bool {
	if len(key) == 0 {
		return true
	}
	return len(key) == ed25519.PublicKeySize && string(key) != string(make([]byte, ed25519.PublicKeySize))
}
