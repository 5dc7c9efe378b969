package store

import (
	"context"
	"errors"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
)

// FirmwareKeys lists the keys that sign a model's firmware, ended ones too.
func (s *Store) FirmwareKeys(ctx context.Context, model lifecycle.ModelID) ([]lifecycle.FirmwareKey, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.FirmwareKey, error) { return catalog.FirmwareKeys(tx, model) })
}

// AddFirmwareKey registers a key with a model, and enters it into the ledger.
// One that it has, ended or not, is lifecycle.ErrInvalid: "firmware.key-known".
func (s *Store) AddFirmwareKey(ctx context.Context, key lifecycle.FirmwareKey) error {
	_, _, err := once(ctx, s, "firmware "+string(key.Model), func(tx *engine.Tx) (struct{}, error) {
		added, err := catalog.AddFirmwareKey(tx, key)
		if err != nil || !added {
			return struct{}{}, engine.Taken("public", "firmware.key-known", err)
		}
		return struct{}{}, s.enterAdmin(tx, book.Record{Kind: "model", Subject: string(key.Model), Event: "firmware-key"}, key)
	})
	return err
}

// EndFirmwareKey lets a key sign nothing more from now on.
func (s *Store) EndFirmwareKey(ctx context.Context, model lifecycle.ModelID, id string, by lifecycle.PersonID) error {
	_, _, err := once(ctx, s, "firmware "+string(model), func(tx *engine.Tx) (struct{}, error) {
		if err := catalog.EndFirmwareKey(tx, model, id, s.instant()); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterAdmin(tx, book.Record{Kind: "model", Subject: string(model), Event: "firmware-key-end"},
			struct {
				ID string             `json:"id"`
				By lifecycle.PersonID `json:"by"`
			}{id, by})
	})
	return err
}

// Firmwares lists every version of a model's firmware, withdrawn ones too.
func (s *Store) Firmwares(ctx context.Context, model lifecycle.ModelID) ([]lifecycle.Firmware, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Firmware, error) { return catalog.Firmwares(tx, model) })
}

// SaveFirmware enters a version, checked against the keys and versions that the
// model has then, and with a new minimum the model as well. All of it is on the
// ledger.
func (s *Store) SaveFirmware(ctx context.Context, f lifecycle.Firmware) (lifecycle.Firmware, error) {
	saved, _, err := once(ctx, s, "firmware "+string(f.Model), func(tx *engine.Tx) (lifecycle.Firmware, error) {
		model, err := catalog.Model(tx, f.Model)
		if err != nil {
			return f, err
		}
		keys, errKeys := catalog.FirmwareKeys(tx, f.Model)
		known, errKnown := catalog.Firmwares(tx, f.Model)
		if err := errors.Join(errKeys, errKnown); err != nil {
			return f, err
		}
		if f, err = lifecycle.CheckVersion(f, model, keys, known); err != nil {
			return f, err
		}
		if _, err := catalog.AddFirmware(tx, f); err != nil {
			return f, err
		}
		if err := s.enterAdmin(tx, book.Record{Kind: "model", Subject: string(f.Model), Event: "firmware"}, f); err != nil || !f.Minimum {
			return f, err
		}
		model.MinFirmware = f.Version
		if err := catalog.PutModel(tx, model); err != nil {
			return f, err
		}
		return f, s.enterAdmin(tx, book.Record{Kind: "model", Subject: string(model.ID), Event: "save"}, model)
	})
	return saved, err
}

// WithdrawFirmware takes a version back. A minimum that it set stays.
func (s *Store) WithdrawFirmware(ctx context.Context, model lifecycle.ModelID, version string, by lifecycle.PersonID) error {
	_, _, err := once(ctx, s, "firmware "+string(model), func(tx *engine.Tx) (struct{}, error) {
		if err := catalog.WithdrawFirmware(tx, model, version, by, s.instant()); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterAdmin(tx, book.Record{Kind: "model", Subject: string(model), Event: "firmware-withdraw"},
			struct {
				Version string             `json:"version"`
				By      lifecycle.PersonID `json:"by"`
			}{version, by})
	})
	return err
}

// PutFirmwarePart keeps a piece of the file of a version that we serve;
// lifecycle.ErrNotFound where the version takes none. The first one begins anew.
func (s *Store) PutFirmwarePart(ctx context.Context, model lifecycle.ModelID, version string, number int64, piece []byte) error {
	_, err := writeAlone(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		taken, err := catalog.PutFirmwarePart(tx, model, version, number, piece)
		if err == nil && !taken {
			err = lifecycle.ErrNotFound
		}
		if err == nil && number == 0 {
			err = catalog.DropFirmwareParts(tx, model, version, 1)
		}
		return struct{}{}, err
	})
	return err
}

// FinishFirmware makes the pieces the file of the version, if they have its
// SHA-256; else it is lifecycle.ErrInvalid, "firmware.other-file".
func (s *Store) FinishFirmware(ctx context.Context, model lifecycle.ModelID, version string) error {
	_, err := writeAlone(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		whole, err := catalog.FinishFirmware(tx, model, version)
		if err != nil || !whole {
			return struct{}{}, engine.Taken("file", "firmware.other-file", err)
		}
		return struct{}{}, nil
	})
	return err
}

// FirmwarePart reads a piece of a version's file; nil: there are no more.
func (s *Store) FirmwarePart(ctx context.Context, model lifecycle.ModelID, version string, number int64) ([]byte, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]byte, error) { return catalog.FirmwarePart(tx, model, version, number) })
}
