package bench

import (
	"slices"

	"quitclaim/service/lifecycle"
)

// check is one thing that the bench vouches for, with the newest word on it.
type check struct {
	ID       string
	Text     string // the vendor's words, empty for our own checks
	Required bool
	Done     bool
	Word     lifecycle.Attestation // zero: nobody has said anything yet
}

// Passed reports whether it is done.
func (c check) Passed() bool { return c.Done }

// Failed reports whether the newest word is that it is not in order.
func (c check) Failed() bool { return c.Word.Said() && !c.Done }

// checksOf lists what the bench vouches for, in the order of doing it.
func checksOf(s lifecycle.Snapshot) []check {
	required := lifecycle.RequiredChecks(s.Model)
	ids := []string{lifecycle.CheckCodesAgree}
	if s.Model.RemovableMedia {
		ids = append(ids, lifecycle.CheckMedia)
	}
	for _, c := range s.Model.Checklist {
		ids = append(ids, c.ID)
	}
	var checks []check
	for _, id := range ids {
		step, _ := s.Model.Check(id)
		checks = append(checks, check{
			ID: id, Text: step.Text, Required: slices.Contains(required, id), Done: lifecycle.Passed(s, id),
			Word: lifecycle.NewestWord(s, id),
		})
	}
	return checks
}
