package lifecycle_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// tells has the unit tell of these credentials, one after the other.
func (y *story) tells(credentials ...string) *story {
	for _, credential := range credentials {
		y.do(y.hears(lifecycle.ResetNone, secret(credential)))
	}
	return y
}

// Rules 5 and 7: whoever has known a credential gets nowhere by it after an
// offer, and after an advance, whatever the unit tells in between.
func TestACredentialIsAsOldAsWhenItWasToldFirst(t *testing.T) {
	t.Parallel()
	offered := func(y *story) { y.offers(ben().Person) }
	released := func(y *story) { y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()}) }
	cases := map[string]struct {
		before []string
		then   func(*story)
		after  []string
		proves map[string]bool // every credential that somebody may try
	}{
		"told again after an offer":             {[]string{"a", "b"}, offered, []string{"a"}, map[string]bool{"a": false, "b": false}},
		"told again after one that is new":      {[]string{"a", "b"}, offered, []string{"c", "a"}, map[string]bool{"a": false, "c": false}},
		"of the owner's own bind, after two":    {[]string{"a", "b"}, offered, []string{"first"}, map[string]bool{"first": false, "b": false}},
		"made after the offer":                  {[]string{"a", "b"}, offered, []string{"c"}, map[string]bool{"c": true, "a": false, "b": false}},
		"made after the offer, told twice":      {[]string{"a"}, offered, []string{"c", "c"}, map[string]bool{"c": true}},
		"made after the offer, after another":   {[]string{"a"}, offered, []string{"a", "c"}, map[string]bool{"c": true, "a": false}},
		"told again after a release":            {[]string{"a", "b"}, released, []string{"a"}, map[string]bool{"a": false, "b": false}},
		"of the bind, told again after it":      {[]string{"a", "b"}, released, []string{"first"}, map[string]bool{"first": false}},
		"told again, and then another":          {[]string{"a", "b"}, released, []string{"a", "c"}, map[string]bool{"a": false, "c": true}},
		"another, and then one of before again": {[]string{"a", "b"}, released, []string{"c", "a"}, map[string]bool{"a": false, "c": true}},
	}
	for name, c := range cases {
		for credential, want := range c.proves {
			t.Run(name+", by "+credential, func(t *testing.T) {
				t.Parallel()
				y := bound(t).tells(c.before...)
				c.then(y)
				y.tells(c.after...)
				var try decider = y.binds(ben(), credential)
				if len(y.s.Offers) > 0 && y.s.Offers[0].State == lifecycle.OfferPending {
					try = y.accepts(ben(), credential)
				}
				change, err := try.Decide(y.s)
				got := err == nil && change.Event != lifecycle.EventBindPending
				if got != want {
					t.Errorf("makes ben its owner: %t, want %t (%v)", got, want, err)
				}
			})
		}
	}
}

// One that asked first waits for a credential that the unit makes from now on,
// and not for one that it had two owners ago.
func TestAPendingBindingIsNotConfirmedByACredentialOfBefore(t *testing.T) {
	t.Parallel()
	y := bound(t).tells("second", "third")
	y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()})
	y.bind(ben(), "ben's")
	y.do(lifecycle.Release{Command: y.by(ben()), Order: y.order()})
	for _, known := range []string{"first", "second", "third", "ben's"} {
		y.do(y.binds(tom(), known))
		if change := y.do(y.hears(lifecycle.ResetNone, secret(known))); change.Event != lifecycle.EventContactSeen {
			t.Errorf("%s: %s, want a contact and no more", known, change.Event)
		}
		if y.s.Unit.Verifier != "" {
			t.Errorf("%s counts as new", known)
		}
	}
}

// The fenced owner shows that the unit is at home by what it made after the
// fence.
func TestACancelWantsACredentialOfAfterTheFence(t *testing.T) {
	t.Parallel()
	y := bound(t).tells("second", "third").takeBack(cleo())
	for _, known := range []string{"second", "first", "third"} {
		y.tells(known)
		cancel := y.cancels(ana())
		cancel.ProofHash = secret(known)
		if got := y.refused(cancel); !slices.Equal(got, []string{"cancel.proof"}) {
			t.Errorf("by %s: %q, want cancel.proof", known, got)
		}
	}
	y.tells("home")
	cancel := y.cancels(ana())
	cancel.ProofHash = secret("home")
	y.do(cancel)
}

// A button that was held has made another credential. One that was told before,
// in this order or long ago, shows that nothing was wiped.
func TestAHardResetIsShownByANewCredential(t *testing.T) {
	t.Parallel()
	y := bound(t).tells("second").takeBack(cleo()).tells("fenced")
	for _, known := range []string{"fenced", "second", "first"} {
		y.do(y.hears(lifecycle.ResetHard, secret(known)))
		if task, _ := y.s.Order.Task("unit.factory-reset"); task.Done() {
			t.Errorf("proven by %s, which it had told before", known)
		}
	}
	y.do(y.hears(lifecycle.ResetHard, secret("new")))
	task, _ := y.s.Order.Task("unit.factory-reset")
	if task.Grade != lifecycle.GradeDeviceSigned {
		t.Errorf("task %+v, want it signed by the unit", task)
	}
	y.do(y.hears(lifecycle.ResetHard, secret("new"))) // the answer was lost
	if again, _ := y.s.Order.Task("unit.factory-reset"); again != task {
		t.Errorf("told twice: %+v, want %+v", again, task)
	}
}

// What no honest unit does is looked at by somebody; what a slow one does is not.
func TestWhichCredentialsAreFlagged(t *testing.T) {
	t.Parallel()
	released := func(y *story) { y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()}) }
	cases := map[string]struct {
		story func(*story)
		last  string
		want  lifecycle.Severity // of credential-reused; empty: none
	}{
		"a new one":                         {func(*story) {}, "second", ""},
		"the present one again":             {func(y *story) { y.tells("second") }, "second", ""},
		"not renewed since an advance":      {released, "first", ""},
		"one of this epoch, after another":  {func(y *story) { y.tells("second") }, "first", lifecycle.SeverityMedium},
		"one of before, after another":      {func(y *story) { y.tells("second"); released(y) }, "first", lifecycle.SeverityHigh},
		"one of before, after one of today": {func(y *story) { released(y); y.tells("second") }, "first", lifecycle.SeverityHigh},
	}
	for name, c := range cases {
		for _, kind := range []lifecycle.ResetKind{lifecycle.ResetNone, lifecycle.ResetHard} {
			t.Run(fmt.Sprintf("%s, %s", name, kind), func(t *testing.T) {
				t.Parallel()
				y := bound(t)
				first := y.s.Unit.VerifierAt
				c.story(y)
				change := y.do(y.hears(kind, secret(c.last)))
				if c.want == "" {
					if len(change.Flags) != 0 {
						t.Errorf("flags %+v, want none", change.Flags)
					}
					return
				}
				if len(change.Flags) != 1 {
					t.Fatalf("flags %+v, want one", change.Flags)
				}
				flag := change.Flags[0]
				if flag.Kind != lifecycle.FlagCredentialReused || flag.Severity != c.want ||
					flag.Evidence["first"] != first.UTC().Format(time.RFC3339) {
					t.Errorf("flag %+v, want %s since %v", flag, c.want, first)
				}
			})
		}
	}
}

// A unit that is on record since before its credentials were kept one by one
// has its newest in its row and its report. Nothing is forgotten on the way.
func TestCredentialsOfAUnitFromBefore(t *testing.T) {
	t.Parallel()
	ways := map[string]func(*story){
		"in the epoch in which it was told": func(*story) {},
		"after an advance":                  func(y *story) { y.do(lifecycle.Release{Command: y.by(ana()), Order: y.order()}) },
	}
	for name, way := range ways {
		for _, last := range []string{"first", "second"} {
			t.Run(name+", "+last, func(t *testing.T) {
				t.Parallel()
				y := bound(t)
				way(y)
				first, fresh := y.s.Credentials[0], y.s.Unit.Verifier != ""
				y.s.Credentials = nil
				y.tells(last, "third", "first")
				kept := slices.IndexFunc(y.s.Credentials, func(c lifecycle.Credential) bool { return c.Hash == secret("first") })
				if kept < 0 {
					t.Fatalf("credentials %+v, want the first among them", y.s.Credentials)
				}
				if got := y.s.Credentials[kept]; !got.At.Equal(first.At) || got.Epoch != first.Epoch {
					t.Errorf("kept %+v, want %+v", got, first)
				}
				if counts := y.s.Unit.Verifier == secret("first"); counts != fresh {
					t.Errorf("the first counts: %t, want %t", counts, fresh)
				}
				if fresh && !y.s.Unit.VerifierAt.Equal(first.At) {
					t.Errorf("told first at %v, want %v", y.s.Unit.VerifierAt, first.At)
				}
			})
		}
	}
}

// What cannot be remembered proves nothing: a unit cannot wash an old credential
// clean by telling thousands of others, nor fill a disk.
func TestAUnitThatTellsWithoutEnd(t *testing.T) {
	t.Parallel()
	y := bound(t)
	for n := range lifecycle.CredentialsKept - 1 {
		y.tells(fmt.Sprint("flood-", n))
	}
	if got := len(y.s.Credentials); got != lifecycle.CredentialsKept {
		t.Fatalf("%d are kept, want %d", got, lifecycle.CredentialsKept)
	}
	y.offers(ben().Person)
	change := y.do(y.hears(lifecycle.ResetNone, secret("one too many")))
	if len(change.Credentials) != 0 || len(change.Flags) != 1 || change.Flags[0].Kind != lifecycle.FlagCredentialFlood {
		t.Errorf("kept %+v, flags %+v; want the flag alone", change.Credentials, change.Flags)
	}
	for _, credential := range []string{"one too many", "first"} {
		if got := y.refused(y.accepts(ben(), credential)); !slices.Equal(got, []string{"transfer.proof"}) {
			t.Errorf("by %s: %q, want transfer.proof", credential, got)
		}
	}
	y.tells("first")
	if got := y.refused(y.accepts(ben(), "first")); !slices.Equal(got, []string{"transfer.proof"}) {
		t.Errorf("by the first, told again: %q, want transfer.proof", got)
	}
}

// A clock that was put back does not make what was told before the offer newer
// than it.
func TestAnOfferIsNoOlderThanWhatWasToldBefore(t *testing.T) {
	t.Parallel()
	y := bound(t).tells("known")
	y.wait(-time.Hour).offers(ben().Person)
	if got := y.refused(y.accepts(ben(), "known")); !slices.Equal(got, []string{"transfer.proof"}) {
		t.Errorf("by what was known before: %q, want transfer.proof", got)
	}
	y.wait(-time.Hour).tells("known") // nor does a copy of it
	if got := y.refused(y.accepts(ben(), "known")); !slices.Equal(got, []string{"transfer.proof"}) {
		t.Errorf("by what was known before, told again: %q, want transfer.proof", got)
	}
	y.tells("new") // and one that was made after it is newer, by the same clock
	y.do(y.accepts(ben(), "new"))
}

// Of two that were told before it, neither is newer than an offer, though the
// older was told again last, and the offer's clock is behind both.
func TestAnOfferIsNoOlderThanAnythingToldBefore(t *testing.T) {
	t.Parallel()
	y := bound(t).tells("first").tells("second").tells("first")
	y.wait(-time.Hour).offers(ben().Person)
	y.tells("second")
	if got := y.refused(y.accepts(ben(), "second")); !slices.Equal(got, []string{"transfer.proof"}) {
		t.Errorf("by the second, told again: %q, want transfer.proof", got)
	}
}

// Two that come in the same millisecond are told apart by which came first.
func TestAnOfferAndACredentialOfOneMillisecond(t *testing.T) {
	t.Parallel()
	at := func(y *story, c lifecycle.Command) lifecycle.Command { c.At = y.now; return c }
	for _, offerFirst := range []bool{true, false} {
		y := bound(t)
		told := y.hears(lifecycle.ResetNone, secret("new"))
		offer := lifecycle.MakeOffer{Command: at(y, lifecycle.Command{Actor: ana()}), ID: "ofr_1"}
		if offerFirst {
			y.do(offer)
			y.do(told)
		} else {
			y.do(told)
			y.do(offer)
		}
		_, err := y.accepts(ben(), "new").Decide(y.s)
		if accepted := err == nil; accepted != offerFirst {
			t.Errorf("offer first: %t; accepted: %t (%v)", offerFirst, accepted, err)
		}
	}
}
