package lifecycle_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

func withSteps(steps ...lifecycle.Check) func(*lifecycle.Model) {
	return func(m *lifecycle.Model) { m.RemovableMedia, m.Checklist = false, steps }
}

func (y *story) starts(who lifecycle.Actor, check string) lifecycle.Attest {
	c := y.attests(who, check, false)
	c.Note = lifecycle.NoteStarted
	return c
}

func (y *story) photographs(who lifecycle.Actor, check, letter string) lifecycle.Photograph {
	return lifecycle.Photograph{Command: y.by(who), Order: y.s.Order.ID, Check: check, Digest: strings.Repeat(letter, 64), Size: 9}
}

// The time between two commands counts, of the same person, and nothing else.
func TestAStepThatTakesItsTime(t *testing.T) {
	t.Parallel()
	hold := lifecycle.Check{ID: "hinge", Text: "Hold it", HoldSeconds: 10}
	begun := func(y *story, wait time.Duration, who lifecycle.Actor) lifecycle.Attest {
		start := y.starts(who, "hinge")
		y.do(start)
		done := y.attests(tess(), "hinge", true)
		done.At = start.At.Add(wait)
		return done
	}
	cases := map[string]struct {
		done func(*story) lifecycle.Attest
		want []string
	}{
		"never begun":        {func(y *story) lifecycle.Attest { return y.attests(tess(), "hinge", true) }, []string{"attest.hold"}},
		"let go too soon":    {func(y *story) lifecycle.Attest { return begun(y, 9999*time.Millisecond, tess()) }, []string{"attest.hold"}},
		"a clock set back":   {func(y *story) lifecycle.Attest { return begun(y, -time.Hour, tess()) }, []string{"attest.hold"}},
		"begun by another":   {func(y *story) lifecycle.Attest { return begun(y, time.Minute, tim()) }, []string{"attest.hold"}},
		"held":               {func(y *story) lifecycle.Attest { return begun(y, 10*time.Second, tess()) }, nil},
		"it does not go":     {func(y *story) lifecycle.Attest { return y.attests(tess(), "hinge", false) }, nil},
		"begun a third time": {func(y *story) lifecycle.Attest { begun(y, 0, tess()); return begun(y, time.Minute, tess()) }, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			y := benched(t, withSteps(hold))
			done := c.done(y)
			if c.want == nil {
				y.do(done)
				if got := lifecycle.Passed(y.s, "hinge"); got != done.Pass {
					t.Errorf("passed: %t, want %t", got, done.Pass)
				}
				return
			}
			if got := y.refused(done); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
			if lifecycle.Passed(y.s, "hinge") {
				t.Error("it counts as done")
			}
		})
	}
}

func TestWhatAModelWantsBesidesAWord(t *testing.T) {
	t.Parallel()
	y := benched(t, withSteps(
		lifecycle.Check{ID: "seal", Text: "The seal", ProvenBy: lifecycle.ProofPhoto},
		lifecycle.Check{ID: "itself", Text: "It reports", ProvenBy: lifecycle.ProofReport},
		lifecycle.Check{ID: "wipe", Text: "Wipe the box", Optional: true}))
	if got := lifecycle.RequiredChecks(y.s.Model); !slices.Equal(got, []string{"codes-agree", "seal", "itself"}) {
		t.Errorf("required: %q", got)
	}
	if got := y.refused(y.attests(tess(), "seal", true)); !slices.Equal(got, []string{"attest.photo"}) {
		t.Errorf("a word without a picture: %q", got)
	}
	y.do(y.photographs(tim(), "seal", "a"))
	if lifecycle.Passed(y.s, "seal") {
		t.Error("a picture alone counts as done")
	}
	y.do(y.attests(tess(), "seal", true))
	for _, pass := range []bool{true, false} {
		if got := y.refused(y.attests(tess(), "itself", pass)); !slices.Equal(got, []string{"attest.report"}) {
			t.Errorf("a person's word %t for the unit's own: %q", pass, got)
		}
	}
	y.work()
	y.do(y.attests(tess(), lifecycle.CheckCodesAgree, true))
	firmware := y.attests(tess(), lifecycle.CheckFirmware, true)
	firmware.Note = "2.1"
	y.do(firmware)
	y.do(lifecycle.AttestTogether{Command: y.by(tess()), Order: y.s.Order.ID, Second: tim().Person})
	y.prove()
	if got := y.refused(y.certifies(vala())); !slices.Equal(got, []string{"certify.check"}) {
		t.Errorf("two people's word for what the unit must say itself: %q", got)
	}
}

func TestTheUnitsOwnReportIsAStep(t *testing.T) {
	t.Parallel()
	y := benched(t, withSteps(lifecycle.Check{ID: "itself", Text: "It reports", ProvenBy: lifecycle.ProofReport}))
	y.do(y.hears(lifecycle.ResetNone, secret("bench")))
	if lifecycle.Passed(y.s, "itself") {
		t.Error("a mere contact counts as the reset's report")
	}
	y.do(y.hears(lifecycle.ResetHard, secret("reset")))
	y.do(y.hears(lifecycle.ResetNone, secret("reset")))
	if !lifecycle.Passed(y.s, "itself") {
		t.Error("what it says later takes its report away")
	}
	y.work().do(y.attests(tess(), lifecycle.CheckCodesAgree, true))
	y.prove().certify()
	y.state(lifecycle.StateCertified)
}

func TestTakingAWordBack(t *testing.T) {
	t.Parallel()
	unsays := func(y *story, who lifecycle.Actor) lifecycle.Unsay {
		return lifecycle.Unsay{Command: y.by(who), Order: y.s.Order.ID}
	}
	y := benched(t)
	if got := y.refused(unsays(y, tess())); !slices.Equal(got, []string{"unsay.nothing"}) {
		t.Errorf("before anything was said: %q", got)
	}
	y.do(y.attests(tess(), lifecycle.CheckMedia, true))
	y.do(y.photographs(tess(), "lens", "a"))
	y.do(y.attests(tess(), "lens", true))
	if got := y.refused(unsays(y, tim())); !slices.Equal(got, []string{"unsay.nothing"}) {
		t.Errorf("another's word: %q", got)
	}
	y.fails(unsays(y, cleo()), lifecycle.ErrNotFound)
	y.do(unsays(y, tess()))
	if word := lifecycle.NewestWord(y.s, "lens"); word.Pass || word.Said() || len(word.Photos) != 1 {
		t.Errorf("%+v, want a word that says nothing, and its picture kept", word)
	}
	if !lifecycle.Passed(y.s, lifecycle.CheckMedia) {
		t.Error("more than the last word was taken back")
	}
	y.do(unsays(y, tess()))
	if lifecycle.Passed(y.s, lifecycle.CheckMedia) {
		t.Error("the word before it was not taken back")
	}
	y.do(y.attests(tess(), lifecycle.CheckCodesAgree, false))
	if got := y.refused(unsays(y, tess())); !slices.Equal(got, []string{"unsay.mismatch"}) {
		t.Errorf("a mismatch: %q", got)
	}
	note := y.attests(tess(), lifecycle.CheckCodesAgree, false)
	note.Note = lifecycle.NoteTakenBack
	if got := y.refused(note); !slices.Equal(got, []string{"attest.note"}) {
		t.Errorf("by the back door: %q", got)
	}
}

// A version that nobody stands by is none.
func TestTakingBackTheFirmware(t *testing.T) {
	t.Parallel()
	y := benched(t)
	y.s.Report = nil
	read := y.attests(tess(), lifecycle.CheckFirmware, true)
	read.Note = "2.4"
	y.do(read)
	y.do(lifecycle.Unsay{Command: y.by(tess()), Order: y.s.Order.ID})
	if y.s.Unit.Firmware != "" {
		t.Errorf("firmware %q, want none", y.s.Unit.Firmware)
	}
}

func TestTwoPeopleAtOneBench(t *testing.T) {
	t.Parallel()
	together := func(y *story, second lifecycle.PersonID) lifecycle.AttestTogether {
		return lifecycle.AttestTogether{Command: y.by(tess()), Order: y.s.Order.ID, Second: second}
	}
	y := benched(t)
	for _, second := range []lifecycle.PersonID{"", tess().Person} {
		if got := y.refused(together(y, second)); !slices.Equal(got, []string{"attest.two-people"}) {
			t.Errorf("second %q: %q", second, got)
		}
	}
	y.do(together(y, tim().Person))
	if got := y.task("unit.factory-reset"); got.Proof != "two-people" || got.Grade != lifecycle.GradeAttested {
		t.Errorf("%+v, want proven by two people", got)
	}
	y.work().checks(tess()).prove()
	if got := y.refused(y.certifies(tim())); !slices.Contains(got, "certify.validator-operated") {
		t.Errorf("the second person certifies: %q", got)
	}
}

func TestPhotograph(t *testing.T) {
	t.Parallel()
	y := benched(t)
	for _, wrong := range []lifecycle.Photograph{{Size: 1}, {Digest: strings.Repeat("a", 64)},
		{Digest: strings.Repeat("a", 64), Size: lifecycle.MaxPhotoBytes + 1}} {
		y.fails(wrong, lifecycle.ErrInvalid)
	}
	y.fails(y.photographs(cleo(), "lens", "a"), lifecycle.ErrNotFound)
	if got := y.refused(y.photographs(tess(), "polish", "a")); !slices.Equal(got, []string{"attest.unknown-check"}) {
		t.Errorf("of no check: %q", got)
	}
	y.do(y.photographs(tess(), "lens", "a"))
	if got := y.refused(y.photographs(tess(), "lens", "a")); !slices.Equal(got, []string{"photo.again"}) {
		t.Errorf("the same again: %q", got)
	}
	for _, letter := range strings.Split("bcdef012345", "") {
		y.do(y.photographs(tim(), lifecycle.CheckMedia, letter))
	}
	if got := y.refused(y.photographs(tess(), "lens", "6")); !slices.Equal(got, []string{"photo.too-many"}) {
		t.Errorf("one more than are kept: %q", got)
	}
}

// A picture says nothing: it must not bring a word before another's that came
// later.
func TestAPictureMovesNoWord(t *testing.T) {
	t.Parallel()
	y := benched(t)
	y.do(y.attests(tess(), "lens", true))
	y.do(y.attests(tim(), "lens", false))
	y.do(y.photographs(tess(), "lens", "a"))
	if lifecycle.Passed(y.s, "lens") {
		t.Error("a picture beside an old yes outweighs a newer no")
	}
}

func TestAReopenedOrderSaysWhy(t *testing.T) {
	t.Parallel()
	y := resetDone(t)
	y.do(lifecycle.Reopen{Command: y.by(vala()), Order: y.order(), Cause: "damage"})
	if y.s.Order.Cause != "damage" || len(y.s.Order.Tasks) == 0 {
		t.Errorf("order %+v, want its cause", *y.s.Order)
	}
	y.reset("again")
	y.do(y.hears(lifecycle.ResetHard, secret("later")))
	if y.s.Order.Cause != "hard-reset" {
		t.Errorf("cause %q, want the reset that was seen", y.s.Order.Cause)
	}
}

func TestTheWordsOfAStep(t *testing.T) {
	t.Parallel()
	step := lifecycle.Check{Text: "Clean the lens", Texts: map[string]string{"de": "Linse putzen"}, HoldSeconds: 3}
	for language, want := range map[string]string{"de": "Linse putzen", "es": "Clean the lens", "": "Clean the lens"} {
		if got := step.In(language); got != want {
			t.Errorf("in %q: %q, want %q", language, got, want)
		}
	}
	if got := step.Hold(); got != 3*time.Second {
		t.Errorf("holds %v", got)
	}
}
