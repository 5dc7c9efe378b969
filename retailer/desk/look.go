package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"quitclaim/service/lifecycle"
)

// Looked is a unit that may be taken back, before anybody does.
type Looked struct {
	Key    lifecycle.UnitKey
	Model  string // empty: not this desk's to know
	Answer lifecycle.Answer
	// Kit is the box that the unit came in; nil: its own.
	Kit *lifecycle.Kit
	// MayTake and MaySeal report which of both forms there is a use for.
	MayTake, MaySeal bool
}

// Look gives the verdict on a unit whose key is known: what stands over the
// form by which it is taken back.
func (d *Desk) Look(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey) (Looked, error) {
	snapshot, err := d.config.Store.SnapshotByKey(ctx, key)
	if err != nil {
		return Looked{}, fmt.Errorf("find unit: %w", err)
	}
	if err := d.FlagOtherStock(ctx, actor, snapshot); err != nil {
		return Looked{}, err
	}
	looked := Looked{Key: key, Answer: lifecycle.Scan(snapshot, lifecycle.PurposeReturn, actor, d.now())}
	if lifecycle.Sees(snapshot, actor) {
		looked.Key, looked.Model = snapshot.Unit.Key, snapshot.Model.Name
	}
	looked.MayTake = slices.Contains(looked.Answer.Next, lifecycle.NextTakeBack)
	if looked.Kit, err = d.kitOf(ctx, snapshot.Unit.ID, looked.MayTake); err != nil {
		return Looked{}, err
	}
	looked.MaySeal = slices.Contains(looked.Answer.Next, lifecycle.NextSealed)
	return looked, nil
}

// modelPage is how many models are read at once.
const modelPage = 200

// ModelsOf lists the models of a brand, by name; a brand that nobody makes has
// none.
func (d *Desk) ModelsOf(ctx context.Context, brand string) ([]lifecycle.Model, error) {
	vendor, err := d.config.Admissions.VendorOf(ctx, brand)
	if err != nil {
		return nil, fmt.Errorf("find vendor of a brand: %w", err)
	}
	var models []lifecycle.Model
	for next := ""; ; {
		var page []lifecycle.Model
		page, next, err = d.config.Admissions.Models(ctx, vendor.ID, lifecycle.Page{After: next, Limit: modelPage})
		if err != nil {
			return nil, fmt.Errorf("list models: %w", err)
		}
		for _, model := range page {
			if model.Brand == brand {
				models = append(models, model)
			}
		}
		if next == "" {
			break
		}
	}
	slices.SortFunc(models, func(a, b lifecycle.Model) int { return strings.Compare(a.Name, b.Name) })
	return models, nil
}
