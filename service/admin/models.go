package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"quitclaim/scanner/code"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// models is what vendors lay down for their units.
type models interface {
	Model(ctx context.Context, id lifecycle.ModelID) (lifecycle.Model, error)
	Models(ctx context.Context, vendor lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Model, string, error)
	SaveModel(ctx context.Context, m lifecycle.Model) (lifecycle.Model, error)
}

// Models lists the models of the principal's own brands.
func (a *Admin) Models(ctx context.Context, p access.Principal, page lifecycle.Page) ([]lifecycle.Model, string, error) {
	return a.config.Store.Models(ctx, p.Org, page)
}

// allModels is all of a vendor's, by name: there are hundreds at most.
func (a *Admin) allModels(ctx context.Context, vendor lifecycle.OrgID) ([]lifecycle.Model, error) {
	var all []lifecycle.Model
	page := lifecycle.Page{Limit: 200}
	for {
		list, next, err := a.config.Store.Models(ctx, vendor, page)
		if err != nil {
			return nil, fmt.Errorf("list models: %w", err)
		}
		all = append(all, list...)
		if page.After = next; next == "" {
			slices.SortStableFunc(all, func(a, b lifecycle.Model) int { return strings.Compare(a.Name, b.Name) })
			return all, nil
		}
	}
}

// Model is one of the principal's own.
func (a *Admin) Model(ctx context.Context, p access.Principal, id lifecycle.ModelID) (lifecycle.Model, error) {
	model, err := a.config.Store.Model(ctx, id)
	if err != nil {
		return lifecycle.Model{}, fmt.Errorf("read model: %w", err)
	}
	if p.Org == "" || model.Vendor != p.Org {
		return lifecycle.Model{}, fmt.Errorf("model of another vendor: %w", lifecycle.ErrNotFound)
	}
	return model, nil
}

// CheckModel is the mistakes in a model that only rules can find. The model is
// the principal's, whatever it says.
func (a *Admin) CheckModel(ctx context.Context, p access.Principal, m lifecycle.Model) error {
	own, err := a.config.Store.Organisation(ctx, p.Org)
	if err != nil {
		return fmt.Errorf("read own organisation: %w", err)
	}
	var invalid lifecycle.Invalid
	unless := func(right bool, field, code string) {
		if !right {
			invalid.Add(field, code)
		}
	}
	unless(slices.Contains(own.Brands, m.Brand), "brand", "model.brand")
	_, isGTIN := code.ParseGTIN(m.GTIN)
	unless(m.GTIN == "" || isGTIN, "gtin", "field.gtin")
	unless(m.ResetPolicy == lifecycle.ResetReleases || m.ResetPolicy == lifecycle.ResetLocks, "reset_policy", "model.reset-policy")
	unless(slices.Contains(lifecycle.Grades(), m.RequiredGrade), "required_grade", "model.grade")
	// A minimum that cannot be read is one that nothing reaches.
	unless(lifecycle.FirmwareAtLeast(m.MinFirmware, m.MinFirmware), "min_firmware", "model.firmware")
	for i, cloud := range m.Clouds {
		unless(slices.Contains(a.config.Clouds, cloud) && !slices.Contains(m.Clouds[:i], cloud), "clouds", "model.cloud")
	}
	checkSteps(m.Checklist, &invalid)
	return invalid.Err()
}

// SaveModel adds a model, where id is empty, or writes one anew. Brand and
// vendor of a model on record stay.
func (a *Admin) SaveModel(ctx context.Context, p access.Principal, id lifecycle.ModelID, m lifecycle.Model) (lifecycle.Model, error) {
	m.ID, m.Vendor = lifecycle.ModelID("mdl_"+a.config.NewID()), p.Org
	var before lifecycle.Model
	if id != "" {
		var err error
		if before, err = a.Model(ctx, p, id); err != nil {
			return lifecycle.Model{}, err
		}
		m.ID, m.Brand = before.ID, before.Brand
	}
	m.Checklist = nameSteps(m.Checklist)
	if err := a.CheckModel(ctx, p, m); err != nil {
		return lifecycle.Model{}, err
	}
	if err := checkPictures(m.Checklist, before.Checklist); err != nil {
		return lifecycle.Model{}, err
	}
	if m.GTIN != "" {
		m.GTIN, _ = code.ParseGTIN(m.GTIN) // held against the rule above
	}
	saved, err := a.config.Store.SaveModel(ctx, m)
	if err != nil {
		return lifecycle.Model{}, fmt.Errorf("save model: %w", err)
	}
	return saved, nil
}
