package admin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"quitclaim/scanner/photo"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// stepPictures is where the pictures of steps are kept.
type stepPictures interface {
	SaveModelWithPicture(ctx context.Context, m lifecycle.Model, picture []byte) (lifecycle.Model, error)
	ModelPicture(ctx context.Context, model lifecycle.ModelID, digest string) ([]byte, error)
}

// maxLanguages is in how many other languages a step can be written.
const maxLanguages = 8

// checkStep adds the mistakes in what a step wants besides a word.
func checkStep(step lifecycle.Check, invalid *lifecycle.Invalid) {
	if step.HoldSeconds < 0 || step.Hold() > lifecycle.MaxHold {
		invalid.Add("hold_s", "step.hold")
	}
	if !slices.Contains(lifecycle.CheckProofs(), step.ProvenBy) {
		invalid.Add("proven_by", "step.proof")
	}
	// The unit's report comes when it comes: nobody can time it.
	if step.ProvenBy == lifecycle.ProofReport && step.HoldSeconds > 0 {
		invalid.Add("hold_s", "step.hold-report")
	}
	tooLong := func(text string) bool { return len(text) > maxStepText }
	long := false
	for language, text := range step.Texts {
		long = long || tooLong(text) || tooLong(language)
	}
	if long || len(step.Texts) > maxLanguages {
		invalid.Add("checklist", "checklist.text")
	}
}

// checkPictures lets a step name no picture that was not kept for its model:
// a digest alone is easily written.
func checkPictures(steps, before []lifecycle.Check) error {
	var invalid lifecycle.Invalid
	for _, step := range steps {
		kept := slices.ContainsFunc(before, func(c lifecycle.Check) bool { return c.Picture == step.Picture })
		if step.Picture != "" && !kept {
			invalid.Add("checklist", "step.picture")
			break
		}
	}
	return invalid.Err()
}

// Step is one step of a model of the principal's organisation.
func (a *Admin) Step(ctx context.Context, p access.Principal, id lifecycle.ModelID, step string) (lifecycle.Model, lifecycle.Check, error) {
	model, err := a.Model(ctx, p, id)
	if err != nil {
		return model, lifecycle.Check{}, err
	}
	found, ok := model.Check(step)
	if !ok {
		return model, found, fmt.Errorf("step of a model: %w", lifecycle.ErrNotFound)
	}
	return model, found, nil
}

// longestStep is the longest side of a step's picture: it fills a bench's
// screen.
const longestStep = 1000

// SaveStep writes a step anew. Other words are other work: then the step gets
// another name, and units that are being worked on do it again. A file, where
// there is one, becomes its picture.
func (a *Admin) SaveStep(ctx context.Context, p access.Principal, id lifecycle.ModelID, was string, step lifecycle.Check, file []byte) (lifecycle.Model, error) {
	model, before, err := a.Step(ctx, p, id, was)
	if err != nil {
		return model, err
	}
	step.ID, step.Picture = before.ID, before.Picture
	if step.Text != before.Text {
		step.ID = ""
	}
	var picture []byte
	if file != nil {
		if picture, err = photo.Clean(file, longestStep); err != nil {
			return model, photo.Mistake("picture", err)
		}
		sum := sha256.Sum256(picture)
		step.Picture = hex.EncodeToString(sum[:])
	}
	model.Checklist = slices.Clone(model.Checklist)
	for i := range model.Checklist {
		if model.Checklist[i].ID == was {
			model.Checklist[i] = step
		}
	}
	model.Checklist = nameSteps(model.Checklist)
	if err := a.CheckModel(ctx, p, model); err != nil {
		return model, err
	}
	if picture == nil {
		model, err = a.config.Store.SaveModel(ctx, model)
	} else {
		model, err = a.config.Store.SaveModelWithPicture(ctx, model, picture)
	}
	if err != nil {
		return model, fmt.Errorf("save step: %w", err)
	}
	return model, nil
}

// StepPicture is the picture of a step of an own model.
func (a *Admin) StepPicture(ctx context.Context, p access.Principal, id lifecycle.ModelID, step string) ([]byte, error) {
	model, found, err := a.Step(ctx, p, id, step)
	if err == nil && found.Picture == "" {
		err = fmt.Errorf("step without a picture: %w", lifecycle.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	picture, err := a.config.Store.ModelPicture(ctx, model.ID, found.Picture)
	return picture, err
}
