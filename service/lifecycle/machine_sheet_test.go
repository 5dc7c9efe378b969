package lifecycle_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"quitclaim/service/lifecycle"
)

// hingeTime is longer than one command of the world takes, and shorter than two.
const hingeTime = 90 * time.Second

// sheetSteps are steps that want more than a word.
func sheetSteps() []lifecycle.Check {
	return []lifecycle.Check{
		{ID: "hinge", Text: "Hold the hinge open", HoldSeconds: int(hingeTime.Seconds())},
		{ID: "seal", Text: "Photograph the seal", ProvenBy: lifecycle.ProofPhoto},
		{ID: "box", Text: "Clean the box", Optional: true},
	}
}

// sheet is the plain picture of the work by hand: what stands as done, who
// began what when, and of what there is a picture.
type sheet struct {
	done     map[string]bool
	began    map[string]time.Time // by check and person
	pictures map[string]bool
}

func newSheet() sheet {
	return sheet{map[string]bool{}, map[string]time.Time{}, map[string]bool{}}
}

// allowed asks what a pass must not be without.
func (l sheet) allowed(c lifecycle.Attest) string {
	began, ok := l.began[c.Check+string(c.Actor.Person)]
	switch {
	case !c.Pass:
	case c.Check == "hinge" && (!ok || c.At.Sub(began) < hingeTime):
		return fmt.Sprintf("hold: done after %v", c.At.Sub(began))
	case c.Check == "seal" && !l.pictures[c.Check]:
		return "photo: done without one"
	}
	return ""
}

// said follows what people at the bench say.
func (m *model) said(c lifecycle.Change, command decider) {
	for _, word := range c.Attestations {
		m.hands[string(word.By)] = true
		if len(word.Photos) > 0 {
			m.list.pictures[word.Check] = true
		}
		if _, ok := command.(lifecycle.Photograph); ok && word.At.Before(c.At) {
			continue // it says nothing that was not said
		}
		_, unsaid := command.(lifecycle.Unsay)
		m.list.done[word.Check] = word.Pass && !unsaid
		who := word.Check + string(word.By)
		delete(m.list.began, who)
		if word.Note == lifecycle.NoteStarted && !word.Pass {
			m.list.began[who] = word.At
		}
		if word.Check == lifecycle.CheckFactoryReset {
			delete(m.words, string(word.By))
			if word.Pass {
				m.words[string(word.By)] = true
			}
		}
	}
	if len(m.words) > 1 && m.shown == "" && m.place == "returned" {
		m.shown = "words"
	}
}

// agrees holds what the rules count as done to what was said.
func (l sheet) agrees(s lifecycle.Snapshot) string {
	if s.Order == nil || s.Order.Kind != lifecycle.OrderReset || s.Order.Epoch != s.Unit.Epoch {
		return ""
	}
	for check, done := range l.done {
		if lifecycle.Passed(s, check) != done {
			return fmt.Sprintf("I6: %s counts as done: %t, want %t", check, !done, done)
		}
	}
	return ""
}

// bench is somebody at a unit: they look, begin, take a picture or think again.
func (w *world) bench(t *rapid.T) {
	if w.s.Order == nil {
		return
	}
	who, order := w.someStaff(t), w.s.Order.ID
	checks := append(lifecycle.RequiredChecks(w.s.Model), lifecycle.CheckFactoryReset, lifecycle.CheckFirmware, "box")
	check := rapid.SampledFrom(checks).Draw(t, "check")
	switch rapid.SampledFrom([]string{"says", "says", "says", "begins", "photographs", "unsays", "together"}).Draw(t, "how") {
	case "says":
		w.do(lifecycle.Attest{Command: w.by(who), Order: order, Note: "2.2", Check: check,
			Pass: rapid.IntRange(0, 4).Draw(t, "pass") > 0})
	case "begins":
		w.do(lifecycle.Attest{Command: w.by(who), Order: order, Check: check, Note: lifecycle.NoteStarted})
	case "photographs":
		w.photographs(who, check)
	case "unsays":
		w.do(lifecycle.Unsay{Command: w.by(who), Order: order})
	case "together":
		w.do(lifecycle.AttestTogether{Command: w.by(who), Order: order, Second: w.someStaff(t).Person})
	}
}

func (w *world) photographs(who lifecycle.Actor, check string) {
	sum := sha256.Sum256([]byte(w.id("picture")))
	w.do(lifecycle.Photograph{Command: w.by(who), Order: w.s.Order.ID, Check: check,
		Digest: hex.EncodeToString(sum[:]), Size: 1000})
}

// works does a check as its model wants it.
func (w *world) works(operator lifecycle.Actor, check string) {
	step, _ := w.s.Model.Check(check)
	if step.ProvenBy == lifecycle.ProofPhoto {
		w.photographs(operator, check)
	}
	if step.HoldSeconds > 0 {
		w.do(lifecycle.Attest{Command: w.by(operator), Order: w.s.Order.ID, Check: check, Note: lifecycle.NoteStarted})
		w.now = w.now.Add(step.Hold())
	}
	w.do(lifecycle.Attest{Command: w.by(operator), Order: w.s.Order.ID, Check: check, Pass: true, Note: "2.2"})
}
