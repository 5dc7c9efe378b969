package bench

import "quitclaim/service/lifecycle"

// check is one thing that the bench vouches for, with the newest word on it.
type check struct {
	ID   string
	Text string                // the vendor's words, empty for our own checks
	Word lifecycle.Attestation // zero: nobody has said anything yet
}

// Passed reports whether the newest word is a pass.
func (c check) Passed() bool { return c.Word.Pass }

// Failed reports whether the newest word is that it is not in order.
func (c check) Failed() bool { return !c.Word.At.IsZero() && !c.Word.Pass }

// checksOf lists what the bench must vouch for, in the order of doing it.
func checksOf(s lifecycle.Snapshot) []check {
	texts := map[string]string{}
	for _, c := range s.Model.Checklist {
		texts[c.ID] = c.Text
	}
	var checks []check
	for _, id := range lifecycle.RequiredChecks(s.Model) {
		checks = append(checks, check{ID: id, Text: texts[id], Word: newestWord(s, id)})
	}
	return checks
}

// newestWord is the last thing that anybody said of a check in this order. Of
// two words at the same instant the worse one counts, as for the rules.
func newestWord(s lifecycle.Snapshot, id string) lifecycle.Attestation {
	var newest lifecycle.Attestation
	for _, word := range s.Attestations {
		if s.Order == nil || word.Order != s.Order.ID || word.Check != id || word.At.Before(newest.At) {
			continue
		}
		if word.At.Equal(newest.At) && !newest.Pass {
			continue
		}
		newest = word
	}
	return newest
}
