package lifecycle

import (
	"fmt"
	"slices"
	"strconv"
)

// Attest is a person's word, at the bench, for a check of the model or for a
// task of the unit.
type Attest struct {
	Command
	Order OrderID
	Check string
	Pass  bool
	// Note is a code of what was found; for CheckFirmware the version. A step
	// that takes its time begins with NoteStarted, and no pass.
	Note string
}

// Decide answers with the attestation, and with the task that it proves. A
// factory reset of a unit that cannot speak takes two people's word.
func (c Attest) Decide(s Snapshot) (Change, error) {
	d, err := attesting(s, c.Command, c.Order, c.Check)
	if err != nil {
		return Change{}, err
	}
	// These two have commands of their own, with rules of their own.
	d.refuseUnless(c.Note != NoteTakenBack && c.Note != NotePhoto, "attest.note")
	d.provenAsTheModelWants(c)
	word := Attestation{Order: c.Order, Check: c.Check, By: c.Actor.Person, At: c.At, Pass: c.Pass, Note: c.Note}
	if before, ok := wordOf(s, c.Check, c.Actor.Person); ok {
		word.Photos = before.Photos
	}
	d.change.Attestations = []Attestation{word}
	switch {
	case c.Check == CheckCodesAgree && c.Pass:
		d.proveUnitTask(VerbIdentify, GradeAttested, "codes-agree")
	case c.Check == CheckCodesAgree && word.Said():
		d.flag(FlagCodesDisagree, string(c.Order), SeverityHigh, nil)
	case c.Check == CheckFirmware && c.Pass && s.Report == nil:
		d.change.Unit.Firmware = c.Note
	case c.Check == CheckFactoryReset && c.Pass && twoPassed(s.Attestations, c):
		d.proveUnitTask(VerbFactoryReset, GradeAttested, "two-people")
	}
	return d.finish()
}

// attesting begins what a person says at the bench that has the unit.
func attesting(s Snapshot, by Command, order OrderID, check string) (*draft, error) {
	if s.Order == nil || s.Order.ID != order || by.Actor.Org == "" || s.Unit.Custody != by.Actor.Org {
		return nil, fmt.Errorf("attest at another's bench: %w", ErrNotFound)
	}
	d := begin(s, EventAttest, by)
	d.refuseUnless(by.Actor.IsPerson(), "attest.machine")
	d.refuseUnless(knownCheck(s.Model, check), "attest.unknown-check")
	d.refuseUnless(s.Order.Kind == OrderReset && s.Order.Epoch == s.Unit.Epoch, "attest.other-order")
	return d, nil
}

// provenAsTheModelWants refuses a word where the model wants more than it. The
// time that a step takes is measured here, between two commands, whatever a
// page has counted.
func (d *draft) provenAsTheModelWants(c Attest) {
	step, ok := d.before.Model.Check(c.Check)
	if !ok {
		return
	}
	d.refuseUnless(step.ProvenBy != ProofReport, "attest.report")
	if !c.Pass {
		return
	}
	d.refuseUnless(step.ProvenBy != ProofPhoto || photographed(d.before, c.Check), "attest.photo")
	if step.HoldSeconds == 0 {
		return
	}
	begun, ok := wordOf(d.before, c.Check, c.Actor.Person)
	if !ok || begun.Pass || begun.Note != NoteStarted || c.At.Sub(begun.At) < step.Hold() {
		d.refuse("attest.hold", map[string]string{"seconds": strconv.Itoa(step.HoldSeconds)})
	}
}

func knownCheck(model Model, check string) bool {
	fixed := []string{CheckCodesAgree, CheckMedia, CheckFirmware, CheckFactoryReset}
	_, ok := model.Check(check)
	return ok || slices.Contains(fixed, check)
}

func twoPassed(earlier []Attestation, c Attest) bool {
	return slices.ContainsFunc(earlier, func(a Attestation) bool {
		return a.Order == c.Order && a.Check == c.Check && a.Pass && a.By != c.Actor.Person
	})
}

// AttestTogether is two people's word, given at one bench, that they reset a
// unit which cannot say so itself.
type AttestTogether struct {
	Command
	Order  OrderID
	Second PersonID
}

// Decide answers with both words, and with the task that they prove.
func (c AttestTogether) Decide(s Snapshot) (Change, error) {
	d, err := attesting(s, c.Command, c.Order, CheckFactoryReset)
	if err != nil {
		return Change{}, err
	}
	d.refuseUnless(pairwiseDifferent(c.Actor.Person, c.Second), "attest.two-people")
	for _, person := range []PersonID{c.Actor.Person, c.Second} {
		word := Attestation{Order: c.Order, Check: CheckFactoryReset, By: person, At: c.At, Pass: true}
		if before, ok := wordOf(s, CheckFactoryReset, person); ok {
			word.Photos = before.Photos
		}
		d.change.Attestations = append(d.change.Attestations, word)
	}
	d.proveUnitTask(VerbFactoryReset, GradeAttested, "two-people")
	return d.finish()
}

// Unsay takes back what a person said last in the present order. Nothing is
// deleted: it is one more word, which says nothing, and a check that has it as
// its newest is to be done again.
type Unsay struct {
	Command
	Order OrderID
}

// Decide answers with the word that says nothing. Two codes that disagreed are
// not made to agree by it: they are compared anew.
func (c Unsay) Decide(s Snapshot) (Change, error) {
	last, ok := LastWord(s, c.Actor.Person)
	check := last.Check
	if !ok {
		check = CheckCodesAgree // any: it is refused below
	}
	d, err := attesting(s, c.Command, c.Order, check)
	if err != nil {
		return Change{}, err
	}
	d.refuseUnless(ok, "unsay.nothing")
	d.refuseUnless(last.Check != CheckCodesAgree || last.Pass || !last.Said(), "unsay.mismatch")
	if last.Check == CheckFirmware && last.Pass && s.Report == nil {
		d.change.Unit.Firmware = "" // what could not be checked is never a pass
	}
	last.At, last.Pass, last.Note = c.At, false, NoteTakenBack
	d.change.Attestations = []Attestation{last}
	return d.finish()
}
