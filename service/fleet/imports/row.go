package imports

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"quitclaim/scanner/code"
	"quitclaim/service/lifecycle"
)

// answer is what is known of a model that rows name.
type answer struct {
	model lifecycle.ChunkModel
	ok    bool
}

// unit is a row of a vendor's list.
func (r *row) unit(ctx context.Context) (lifecycle.ChunkRow, lifecycle.ChunkModel, error) {
	out := lifecycle.ChunkRow{Row: r.record.Row, Unit: r.unitID()}
	gtin := r.gtin()
	model, field, err := r.model(ctx, gtin)
	if err != nil {
		return out, model, err
	}
	if gtin != "" && model.ID != "" {
		switch {
		case model.GTIN == "":
			out.GTIN = gtin
		case model.GTIN != gtin:
			r.refuse("gtin", "unit.gtin", nil)
		}
	}
	brand := r.value("brand")
	if brand == "" {
		brand = model.Brand
	}
	key := r.key(brand, field == "")
	out.Serial = key.Serial
	if key.Brand != "" && model.Brand != "" && key.Brand != model.Brand {
		r.refuse("brand", "unit.brand", nil)
	}
	var ok bool
	if out.DeviceKey, ok = deviceKey(r.value("device_key")); !ok {
		r.refuse("device_key", "unit.device-key", nil)
	}
	return out, model, nil
}

// key is the unit's key. A brand that comes from a model is right or was
// complained of already.
func (r *row) key(brand string, own bool) lifecycle.UnitKey {
	key, err := lifecycle.ParseUnitKey(brand, r.value("serial"))
	var invalid *lifecycle.Invalid
	if errors.As(err, &invalid) {
		for _, reason := range invalid.Reasons {
			if reason.Field == "brand" && brand == "" && !own {
				continue
			}
			r.refuse(reason.Field, reason.Code, reason.Args)
		}
	}
	return key
}

func (r *row) gtin() string {
	text := r.value("gtin")
	if text == "" {
		return ""
	}
	gtin, ok := code.ParseGTIN(text)
	if !ok {
		r.refuse("gtin", "field.gtin", nil)
	}
	return gtin
}

// model is the vendor's own model that is meant: by id or name, by product
// number, or that of the whole file. field is the one that named none.
func (r *row) model(ctx context.Context, gtin string) (model lifecycle.ChunkModel, field string, err error) {
	name := r.value("model")
	switch {
	case name != "":
		model, err = r.lookUp(ctx, "model "+name, func() (lifecycle.Model, error) { return r.named(ctx, name) })
		field = "model"
	case gtin != "":
		model, err = r.lookUp(ctx, "gtin "+gtin, func() (lifecycle.Model, error) { return r.imports.config.Store.ModelByGTIN(ctx, gtin) })
		field = "gtin"
		if model.ID == "" && err == nil && r.job.Layout.Model != "" {
			model, err = r.modelOfAll(ctx)
		}
	case r.job.Layout.Model != "":
		model, err = r.modelOfAll(ctx)
		field = "model"
	default:
		if len(r.wrong) == 0 { // a product number that is none has been told
			r.refuse("model", "import.model-missing", nil)
		}
		return model, "model", nil
	}
	if err != nil {
		return model, "", fmt.Errorf("look up model of row %d: %w", r.record.Row, err)
	}
	if model.ID == "" {
		r.refuse(field, "unit.model", nil)
		return model, field, nil
	}
	return model, "", nil
}

// modelOfAll is the model of the whole file.
func (r *row) modelOfAll(ctx context.Context) (lifecycle.ChunkModel, error) {
	id := r.job.Layout.Model
	return r.lookUp(ctx, "model "+string(id), func() (lifecycle.Model, error) { return r.imports.config.Store.Model(ctx, id) })
}

// named finds a model by its id, or by its name among the vendor's own.
func (r *row) named(ctx context.Context, name string) (lifecycle.Model, error) {
	model, err := r.imports.config.Store.Model(ctx, lifecycle.ModelID(name))
	if !errors.Is(err, lifecycle.ErrNotFound) {
		return model, err
	}
	page := lifecycle.Page{Limit: 200}
	for {
		models, next, err := r.imports.config.Store.Models(ctx, r.job.Org, page)
		if err != nil {
			return lifecycle.Model{}, err
		}
		for _, model := range models {
			if strings.EqualFold(model.Name, name) {
				return model, nil
			}
		}
		if page.After = next; next == "" {
			return lifecycle.Model{}, lifecycle.ErrNotFound
		}
	}
}

// lookUp asks once for what many rows name. Another vendor's model is none.
func (r *row) lookUp(ctx context.Context, key string, ask func() (lifecycle.Model, error)) (lifecycle.ChunkModel, error) {
	if known, ok := r.models[key]; ok {
		return known.model, nil
	}
	model, err := ask()
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return lifecycle.ChunkModel{}, err
	}
	if len(r.models) >= maxModels {
		clear(r.models)
	}
	var found answer
	if err == nil && model.Vendor == r.job.Org {
		found = answer{lifecycle.ChunkModel{ID: model.ID, Vendor: model.Vendor, Brand: model.Brand, GTIN: model.GTIN}, true}
	}
	r.models[key] = found
	return found.model, ctx.Err()
}

// deviceKey reads base64 (RFC 4648, sections 4 and 5), with or without padding,
// of an Ed25519 public key that is not zeros alone.
func deviceKey(text string) ([]byte, bool) {
	if text == "" {
		return nil, true
	}
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	key, err := base64.RawStdEncoding.Strict().DecodeString(text)
	return key, err == nil && len(key) == ed25519.PublicKeySize && string(key) != string(make([]byte, ed25519.PublicKeySize))
}

// sale is a row of a retailer's list.
func (r *row) sale(ctx context.Context) (lifecycle.SaleRow, error) {
	out := lifecycle.SaleRow{
		Row: r.record.Row, Receipt: r.value("receipt"), ID: lifecycle.SaleID("sal_" + r.imports.config.NewID()),
	}
	brand := r.value("brand")
	if gtin := r.gtin(); gtin != "" && brand == "" {
		model, err := r.anyModel(ctx, gtin)
		if err != nil {
			return out, err
		}
		brand = model.Brand
	}
	if brand == "" {
		brand = r.job.Layout.Brand
	}
	if brand == "" && len(r.wrong) == 0 {
		r.refuse("brand", "import.brand-missing", nil)
	}
	out.Key = r.key(brand, false)
	if !printable(out.Receipt, maxReceipt) {
		r.refuse("receipt", "field.printable", nil)
	}
	var ok bool
	if out.SoldAt, ok = instant(r.value("sold_at")); !ok {
		r.refuse("sold_at", "import.instant", nil)
	}
	return out, nil
}

// maxReceipt is the longest receipt number, as at the till.
const maxReceipt = 64

// anyModel is a model of any vendor: a shop has many.
func (r *row) anyModel(ctx context.Context, gtin string) (lifecycle.ChunkModel, error) {
	if known, ok := r.models[gtin]; ok {
		return known.model, nil
	}
	model, err := r.imports.config.Store.ModelByGTIN(ctx, gtin)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return lifecycle.ChunkModel{}, fmt.Errorf("look up model of row %d: %w", r.record.Row, err)
	}
	if len(r.models) >= maxModels {
		clear(r.models)
	}
	found := answer{lifecycle.ChunkModel{ID: model.ID, Brand: model.Brand}, err == nil}
	r.models[gtin] = found
	return found.model, nil
}

// instant reads when something was sold: RFC 3339, or date and time as
// spreadsheets write them, which is then UTC.
func instant(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "02.01.2006 15:04:05", "02.01.2006 15:04"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Truncate(time.Millisecond), at.Year() >= 2000 && at.Year() < 9999
		}
	}
	return time.Time{}, false
}
