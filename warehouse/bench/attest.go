package bench

import (
	"context"
	"fmt"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/bench/shelf"
)

// Word is what a person at the bench says of a check.
type Word struct {
	// Task is a check of the model, one of lifecycle's Check… constants, or a
	// task of the unit by its id.
	Task string
	Pass bool
	Note string // a code of what was found; for the firmware its version
}

// Attest takes a person's word for a check of a present order.
func (b *Bench) Attest(ctx context.Context, order lifecycle.OrderID, word Word) (lifecycle.Outcome, error) {
	s, err := b.OfOrder(ctx, order)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	// Before the note: another's order must look like none, whatever is said of it.
	if err := shelf.At(s, access.From(ctx).Org); err != nil {
		return lifecycle.Outcome{}, err
	}
	check := checkOf(word.Task)
	if err := checkNote(check, word); err != nil {
		return lifecycle.Outcome{}, err
	}
	return b.attest(ctx, s, check, word.Pass, word.Note)
}

// AttestUnit is Attest for the unit on the bench, whatever its order's id.
func (b *Bench) AttestUnit(ctx context.Context, key lifecycle.UnitKey, word Word) error {
	s, err := b.Unit(ctx, key)
	if err != nil {
		return err
	}
	if s.Order == nil {
		return fmt.Errorf("attest for a unit without an order: %w", lifecycle.ErrNotFound)
	}
	_, err = b.Attest(ctx, s.Order.ID, word)
	return err
}

func (b *Bench) attest(ctx context.Context, s lifecycle.Snapshot, check string, pass bool, note string) (lifecycle.Outcome, error) {
	outcome, err := b.config.Units.Advance(ctx, s.Unit.ID, lifecycle.Attest{
		Command: b.Command(ctx), Order: s.Order.ID, Check: check, Pass: pass, Note: note,
	}.Decide)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("attest %s: %w", check, err)
	}
	return outcome, nil
}

// checkOf is the check by which a task of the unit is attested. What is no
// such task names its check itself.
func checkOf(task string) string {
	switch task {
	case lifecycle.TaskID("", lifecycle.VerbIdentify):
		return lifecycle.CheckCodesAgree
	case lifecycle.TaskID("", lifecycle.VerbFactoryReset):
		return lifecycle.CheckFactoryReset
	}
	return task
}

// maxNote is the longest note: a code, or a firmware version.
const maxNote = 32

// checkNote keeps free text out of the ledger, where it would stay for ever.
func checkNote(check string, word Word) error {
	var invalid lifecycle.Invalid
	allowed := "abcdefghijklmnopqrstuvwxyz0123456789-"
	if check == lifecycle.CheckFirmware {
		allowed = "0123456789."
	}
	switch {
	case check == lifecycle.CheckFirmware && word.Pass && word.Note == "":
		invalid.Add("note", "bench.firmware-needed")
	case len(word.Note) > maxNote || strings.Trim(word.Note, allowed) != "":
		invalid.Add("note", "bench.note-shape")
	}
	return invalid.Err()
}
