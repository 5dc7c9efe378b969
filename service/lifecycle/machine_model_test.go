package lifecycle_test

import (
	"fmt"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/lifecycle/lifecycletest"
)

// model is the plain picture of one unit: where it is, in which era, whose it
// is, who can see, and what has been shown. It knows nothing of snapshots,
// rows and guards; the machine asks it after every change whether that could
// be.
type model struct {
	place, prior string
	era          int
	owner        string
	belongs      string            // who it goes back to, as two people have found; empty: nobody
	eyes         map[string]bool   // who can see through it
	waiting      map[string]string // who asked with which secret
	holds        map[string]bool
	upheld       map[string]bool              // contests that were decided for who objects
	members      map[string]member            // by the share
	invited      map[string]member            // by the share: whom it names, empty: whoever comes; until when
	proposed     map[string]string            // by the contest: who has proposed how it ends
	asked        map[lifecycle.BindingID]bool // whose recordings are to go, by their own word

	// Of the present order.
	open     map[string]bool   // what clouds have not done yet
	clouds   []string          // that the model of unit may know
	gaveUp   map[string]bool   // clouds that two people gave up
	dark     map[string]string // when a cloud was last seen dark, RFC 3339
	shown    string            // how the reset was shown: "", words, probed, signed
	words    map[string]bool   // who swore to have reset it
	hands    map[string]bool   // who worked on it
	list     sheet             // what they did by hand
	clerk    string
	right    string // why the desk may: "", stock, released, receipt, present
	since    time.Time
	released bool
	receipt  string // of the last sale
}

func newModel(clouds []string) model {
	return model{eyes: map[string]bool{}, waiting: map[string]string{}, holds: map[string]bool{}, clouds: clouds,
		upheld: map[string]bool{}, members: map[string]member{}, invited: map[string]member{}, proposed: map[string]string{},
		asked: map[lifecycle.BindingID]bool{}, dark: map[string]string{}, gaveUp: map[string]bool{}, list: newSheet()}
}

// step moves the model on by what happened, and says what could not be.
func (m *model) step(w *world, c lifecycle.Change, command decider) string {
	to, era, ok := lifecycletest.Step(lifecycle.State(m.place), lifecycle.State(m.prior), c.Event)
	if !ok {
		return fmt.Sprintf("I2: %s out of %q", c.Event, m.place)
	}
	if wrong := m.allowed(w, c, command); wrong != "" {
		return wrong
	}
	m.place = string(to)
	if era {
		m.newEra()
	}
	m.who(w, c, command)
	m.work(w, c, command)
	return ""
}

// newEra: everything of the old one is dead.
func (m *model) newEra() {
	m.era++
	m.owner, m.eyes, m.waiting = "", map[string]bool{}, map[string]string{}
	m.members, m.invited = map[string]member{}, map[string]member{}
}

// allowed asks what no rule may let happen.
func (m *model) allowed(w *world, c lifecycle.Change, command decider) string {
	frozen := len(m.holds) > 0
	if c.Event == lifecycle.EventCancel {
		frozen = len(m.holds) > len(m.upheld) // it is decided that it goes back
	}
	if frozen && slices.Contains(lifecycletest.FrozenByHolds(), c.Event) {
		return fmt.Sprintf("hold: %s under %v", c.Event, m.holds)
	}
	switch command := command.(type) {
	case lifecycle.Bind:
		if c.Event == lifecycle.EventBind {
			return m.ownedBy(w, command.Actor.Person, command.ProofHash, time.Time{})
		}
	case lifecycle.Transfer:
		return m.ownedBy(w, command.Actor.Person, command.ProofHash, offerOf(c, command.Offer).CreatedAt)
	case lifecycle.Heard:
		if c.Event == lifecycle.EventBindConfirmed {
			who := confirmed(c)
			if wanted, ok := m.waiting[string(who)]; !ok || wanted != command.Report.Verifier {
				return fmt.Sprintf("I1: %s did not wait for what was reported", who)
			}
			return m.ownedBy(w, who, command.Report.Verifier, time.Time{})
		}
	case lifecycle.Join:
		return m.joinable(command)
	case lifecycle.RuleContest:
		return m.rulable(c, command)
	case lifecycle.WantDeletion:
		return m.mayAsk(w, command)
	case lifecycle.BeginDeletion:
		return m.deletable(w, command)
	case lifecycle.Sell:
		return m.sellable(w, command)
	case lifecycle.Prove:
		if len(m.open) > 0 || m.shown == "" {
			return fmt.Sprintf("I6: reset, and clouds have not done %v, the reset itself shown by %q", m.open, m.shown)
		}
	case lifecycle.Certify:
		return m.certifiable(c, command)
	case lifecycle.Attest:
		return m.list.allowed(command)
	}
	return ""
}

// ownedBy: nobody becomes the owner but by a secret that the camera made in
// this era, after what it must follow, and that they learnt.
func (m *model) ownedBy(w *world, who lifecycle.PersonID, hash string, after time.Time) string {
	made, ok := w.secretOf(hash)
	switch {
	case m.owner != "" && after.IsZero():
		return fmt.Sprintf("I1: %s becomes the owner, and %s is", who, m.owner)
	case m.belongs != "" && m.belongs != string(who):
		return fmt.Sprintf("I1: %s becomes the owner, and it belongs to %s", who, m.belongs)
	case !ok:
		return fmt.Sprintf("I4: %s becomes the owner by a guess", who)
	case int(made.epoch) != m.era:
		return fmt.Sprintf("I4: %s becomes the owner in era %d by a secret of era %d", who, m.era, made.epoch)
	case !made.told.After(after):
		// When it was made only the camera knows; when it told us first, we do.
		return fmt.Sprintf("I4: %s becomes the owner by a secret told before the offer", who)
	case !made.known[who]:
		return fmt.Sprintf("I4: %s becomes the owner by a secret that they do not know", who)
	}
	return ""
}

// confirmed is whose binding a report made live. Of two who waited for the
// same secret it is one: the rules choose, and the model only looks.
func confirmed(c lifecycle.Change) lifecycle.PersonID {
	for _, b := range c.Bindings {
		if b.State == lifecycle.BindingLive {
			return b.Account
		}
	}
	return ""
}

func offerOf(c lifecycle.Change, id lifecycle.OfferID) lifecycle.Offer {
	for _, offer := range c.Offers {
		if offer.ID == id {
			return offer
		}
	}
	return lifecycle.Offer{}
}

func (m *model) sellable(w *world, sell lifecycle.Sell) string {
	if m.place != "stock" && m.place != "certified" {
		return "I6: sold out of " + m.place
	}
	if m.place == "certified" && sell.SoldAt.IsZero() {
		for _, cloud := range m.clouds {
			dark, _ := time.Parse(time.RFC3339, m.dark[cloud])
			if !m.gaveUp[cloud] && sell.At.Sub(dark) > 24*time.Hour {
				return "I6: sold, and nobody has asked " + cloud + " for a day"
			}
		}
	}
	return ""
}

func (m *model) certifiable(c lifecycle.Change, certify lifecycle.Certify) string {
	grade := map[string]lifecycle.Grade{"signed": lifecycle.GradeDeviceSigned, "probed": lifecycle.GradeProbed, "words": lifecycle.GradeAttested}[m.shown]
	validator := string(certify.Actor.Person)
	switch {
	case m.shown == "words" && len(m.words) < 2:
		return fmt.Sprintf("I6: certified on the word of %v", m.words)
	case grade == "" || c.Certificate.Grade != grade:
		return fmt.Sprintf("I6: certified as %q, shown by %q", c.Certificate.Grade, m.shown)
	case len(m.hands) == 0 || m.hands[validator] || m.hands[m.clerk] || m.clerk == validator || m.clerk == "":
		return fmt.Sprintf("I6: clerk %s, hands %v, validator %s", m.clerk, m.hands, validator)
	case m.right == "" || m.right == "present" && certify.At.Before(m.since.Add(14*24*time.Hour)):
		return fmt.Sprintf("I6: certified %v after a return by right of %q", certify.At.Sub(m.since), m.right)
	}
	for _, check := range []string{"codes-agree", "media", "lens", "hinge", "seal"} {
		if !m.list.done[check] {
			return "I6: certified, and nobody stands by " + check
		}
	}
	return ""
}

// agrees holds the snapshot to the model.
func (m *model) agrees(w *world, s lifecycle.Snapshot) string {
	if string(s.Unit.State) != m.place || int(s.Unit.Epoch) != m.era {
		return fmt.Sprintf("I2: %s at epoch %d, want %s at %d", s.Unit.State, s.Unit.Epoch, m.place, m.era)
	}
	owner, eyes := "", map[string]bool{}
	for _, b := range s.Viewers(w.now) {
		eyes[string(b.Account)] = true
		if b.Kind == lifecycle.BindingOwner {
			owner = string(b.Account)
		}
	}
	if owner != m.owner {
		return fmt.Sprintf("I1: owner %q, want %q", owner, m.owner)
	}
	if want := m.seeing(w.now); fmt.Sprint(eyes) != fmt.Sprint(want) {
		return fmt.Sprintf("I5: %v can see, want %v", eyes, want)
	}
	if wrong := m.list.agrees(s); wrong != "" {
		return wrong
	}
	return lifecycletest.Standing(s)
}
