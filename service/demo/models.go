package demo

import (
	"context"
	"fmt"

	"quitclaim/service/lifecycle"
)

// Brand is the brand of the demo's vendor.
const Brand = "halden"

// models are four models with four policies. The GTINs stand in the range
// that GS1 keeps for examples (prefix 950).
func (b *Builder) models(vendor lifecycle.OrgID) []lifecycle.Model {
	clouds := []string{b.config.CloudName}
	power := lifecycle.Check{ID: "powers-on", Text: "Plug it in and wait for the white light"}
	lens := lifecycle.Check{ID: "lens", Text: "Look at the lens: no scratch, no haze"}
	seal := lifecycle.Check{ID: "rain-seal", Text: "Check that the rubber seal is whole"}
	chime := lifecycle.Check{ID: "chime", Text: "Press the bell and listen for the chime"}
	return []lifecycle.Model{
		{Name: "Indoor 2", GTIN: "09506000135014", ResetPolicy: lifecycle.ResetReleases, MinFirmware: "2.1.0",
			RequiredGrade: lifecycle.GradeDeviceSigned, Clouds: clouds, Checklist: []lifecycle.Check{power, lens}},
		{Name: "Outdoor Pro", GTIN: "09506000135021", ResetPolicy: lifecycle.ResetLocks, MinFirmware: "4.0.2",
			RequiredGrade: lifecycle.GradeDeviceSigned, RemovableMedia: true, Clouds: clouds, Checklist: []lifecycle.Check{power, lens, seal}},
		{Name: "Doorbell", GTIN: "09506000135038", ResetPolicy: lifecycle.ResetReleases, SaleImplied: true, MinFirmware: "1.8",
			RequiredGrade: lifecycle.GradeProbed, Clouds: clouds, Checklist: []lifecycle.Check{power, chime}},
		{Name: "Nursery", GTIN: "09506000135045", ResetPolicy: lifecycle.ResetReleases, MinFirmware: "",
			RequiredGrade: lifecycle.GradeAttested, Clouds: clouds, Checklist: []lifecycle.Check{power}},
	}
}

func (b *Builder) saveModels(ctx context.Context, everybody cast) ([]lifecycle.Model, error) {
	var saved []lifecycle.Model
	for _, model := range b.models(everybody.vendor.ID) {
		model.ID = lifecycle.ModelID("mdl_" + b.config.NewID())
		model.Vendor, model.Brand = everybody.vendor.ID, Brand
		stored, err := b.config.Store.SaveModel(ctx, model)
		if err != nil {
			return nil, fmt.Errorf("demo model: %w", err)
		}
		err = b.config.Store.Accredit(ctx, lifecycle.Accreditation{Org: everybody.warehouse.ID, Model: stored.ID})
		if err != nil {
			return nil, fmt.Errorf("demo accreditation: %w", err)
		}
		saved = append(saved, stored)
	}
	return saved, nil
}
