package lifecycle_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

// rules are what is tested: a command on a snapshot. A test of the machine
// itself puts broken ones here.
type rules func(lifecycle.Snapshot, decider) (lifecycle.Change, error)

func realRules(s lifecycle.Snapshot, c decider) (lifecycle.Change, error) { return c.Decide(s) }

// world is one camera, the people around it, what we hold of it, and a plain
// model of what ought to be.
type world struct {
	fail   func(format string, args ...any)
	decide rules
	// write is what the ledger keeps of an encoded change; a ledger that keeps
	// everything returns its argument.
	write func([]byte) []byte
	// lean leaves out what is asked of every answer, whatever it says: that it is
	// the same again, and the same from the ledger. It takes most of the time.
	lean bool

	now      time.Time
	ids      int
	s        lifecycle.Snapshot
	replayed lifecycle.Snapshot // rebuilt from the written changes alone
	m        model
	visited  map[string]bool // "state event" of every row gone through

	camera device
}

// device is the camera itself: it makes secrets, and people learn them.
type device struct {
	holder  lifecycle.PersonID // who has it, while a customer does
	secrets []madeSecret       // the last one is in use
}

// madeSecret is a credential that the camera made.
type madeSecret struct {
	hash  string
	epoch lifecycle.Epoch // of the unit, when it was made
	told  time.Time       // when it told us first; zero: never
	known map[lifecycle.PersonID]bool
}

func newWorld(fail func(string, ...any), decide rules, write func([]byte) []byte) *world {
	s := blank(doorcam())
	s.Model.Checklist = append(s.Model.Checklist, sheetSteps()...)
	return &world{
		fail: fail, decide: decide, write: write, now: day(), s: s, replayed: s, visited: map[string]bool{},
		m: newModel(s.Model.Clouds), camera: device{holder: tom().Person},
	}
}

func (w *world) id(prefix string) string {
	w.ids++
	return fmt.Sprintf("%s_%d", prefix, w.ids)
}

func (w *world) order() lifecycle.OrderID { return lifecycle.OrderID(w.id("ord")) }

func (w *world) by(actor lifecycle.Actor) lifecycle.Command {
	w.now = w.now.Add(time.Minute)
	return lifecycle.Command{Actor: actor, At: w.now}
}

// do gives the command to the rules, whatever they say, and reports whether
// they went along. What holds for every answer is checked here, what holds for
// the world after it in the model.
func (w *world) do(c decider) bool {
	change, err := w.decide(w.s, c)
	if !w.lean {
		again, errAgain := w.decide(w.s, c)
		young, errYoung := w.decide(withoutHistory(w.s, w.now), c)
		w.pure(c) // first: an answer that differs may only follow from it
		w.same("deterministic", c, change, err, again, errAgain)
		w.same("history", c, change, err, young, errYoung)
	}
	if err != nil {
		w.mayFail(c, err)
		return false
	}
	w.visited[string(change.From)+" "+string(change.Event)] = true
	w.s = w.s.Apply(change)
	if !w.lean {
		w.replay(change)
	}
	if wrong := w.m.step(w, change, c); wrong != "" {
		w.fail("%s (%T %s)", wrong, c, change.Event)
	}
	if wrong := w.m.agrees(w, w.s); wrong != "" {
		w.fail("%s (after %T %s)", wrong, c, change.Event)
	}
	return true
}

func (w *world) pure(c decider) {
	if !reflect.DeepEqual(w.s, w.replayed) { // what was rebuilt shares no memory with it
		w.fail("pure: %T changed its snapshot", c)
	}
}

// mayFail: facts are never refused; commands fail in a known way.
func (w *world) mayFail(c decider, err error) {
	switch c := c.(type) {
	case lifecycle.Heard:
		if !errors.Is(err, lifecycle.ErrStale) || c.Report.Epoch == w.s.Unit.Epoch {
			w.fail("facts: a report was refused: %v", err)
		}
	case lifecycle.BindingSeen:
		w.fail("facts: a sighting was refused: %v", err)
	default:
		kinds := []error{lifecycle.ErrRefused, lifecycle.ErrNotFound, lifecycle.ErrStale, lifecycle.ErrForbidden}
		if !slices.ContainsFunc(kinds, func(kind error) bool { return errors.Is(err, kind) }) {
			w.fail("errors: %T: %v", c, err)
		}
	}
}

func (w *world) same(what string, c decider, a lifecycle.Change, errA error, b lifecycle.Change, errB error) {
	if fmt.Sprint(errA) != fmt.Sprint(errB) || !reflect.DeepEqual(a, b) {
		w.fail("%s: %T answers %v, then %v: %s", what, c, errA, errB, cmp.Diff(a, b))
	}
}

// replay applies what the ledger kept of the change: I28.
func (w *world) replay(change lifecycle.Change) {
	var kept lifecycle.Change
	if err := json.Unmarshal(w.write(encode(w, change)), &kept); err != nil {
		w.fail("I28: a change does not decode: %v", err)
	}
	w.replayed = w.replayed.Apply(kept)
	if !reflect.DeepEqual(w.s, w.replayed) { // much cheaper than cmp, and stricter
		w.compare()
		w.fail("I28: the replayed snapshot differs in what is nil")
	}
}

// compare holds the replayed snapshot to the present one, field by field.
func (w *world) compare() {
	if diff := cmp.Diff(w.s, w.replayed); diff != "" {
		w.fail("I28: the replayed snapshot differs (-now +replayed):\n%s", diff)
	}
}

// withoutHistory is the snapshot as a store may load it: the present alone.
func withoutHistory(s lifecycle.Snapshot, now time.Time) lifecycle.Snapshot {
	s.Bindings = kept(s.Bindings, func(b lifecycle.Binding) bool {
		return b.State != lifecycle.BindingEnded || now.Sub(b.EndedAt) <= lifecycle.ContestFor
	})
	s.Holds = s.StandingHolds()
	s.Deletions = kept(s.Deletions, func(x lifecycle.Deletion) bool { return !x.Done() })
	s.Offers = kept(s.Offers, func(o lifecycle.Offer) bool { return o.State == lifecycle.OfferPending })
	s.Attestations = kept(s.Attestations, func(a lifecycle.Attestation) bool { return s.Order != nil && a.Order == s.Order.ID })
	if s.Shipment != nil && !s.Shipment.ReceivedAt.IsZero() {
		s.Shipment = nil
	}
	return s
}

func kept[T any](rows []T, keep func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(rows), func(row T) bool { return !keep(row) })
}

func encode(w *world, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		w.fail("I28: does not encode: %v", err)
	}
	return text
}

// secretNow is the camera's present credential; ok is false before its first.
func (d *device) secretNow() (*madeSecret, bool) {
	if len(d.secrets) == 0 {
		return nil, false
	}
	return &d.secrets[len(d.secrets)-1], true
}

// makeSecret makes a new credential. Whoever has the camera learns it. In an
// organisation's hands that is tom: he has a friend at every bench.
func (w *world) makeSecret() {
	knows := w.camera.holder
	if w.s.Unit.Custody != "" {
		knows = tom().Person
	}
	w.camera.secrets = append(w.camera.secrets, madeSecret{
		hash: secret(w.id("made")), epoch: w.s.Unit.Epoch, known: map[lifecycle.PersonID]bool{knows: true},
	})
}

// secretOf finds a secret by its hash; a guess is none.
func (w *world) secretOf(hash string) (madeSecret, bool) {
	i := slices.IndexFunc(w.camera.secrets, func(s madeSecret) bool { return s.hash == hash })
	if i < 0 {
		return madeSecret{}, false
	}
	return w.camera.secrets[i], true
}

// hears reports the camera's present credential.
func (w *world) hears(kind lifecycle.ResetKind, presence string) bool {
	present, _ := w.camera.secretNow()
	return w.tells(present, kind, presence)
}

// tells reports a credential that the camera has made; nil: none.
func (w *world) tells(made *madeSecret, kind lifecycle.ResetKind, presence string) bool {
	w.now = w.now.Add(time.Minute)
	told := ""
	if made != nil {
		told = made.hash
		if made.told.IsZero() {
			made.told = w.now
		}
	}
	return w.do(lifecycle.Heard{
		Command: lifecycle.Command{Actor: camera(), At: w.now}, Order: w.order(),
		Report: lifecycle.Report{At: w.now, Epoch: w.s.Unit.Epoch, Kind: kind, Firmware: "2.3", Verifier: told,
			Network: "net", Presence: presence, Digest: w.id("digest")},
	})
}
