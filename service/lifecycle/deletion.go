package lifecycle

import (
	"fmt"
	"slices"
	"time"
)

const (
	// DeleteAfter is how long after the notice of an end clouds delete what they
	// keep of it (rule 9). It is not shorter than ContestFor: as long as an end can
	// be contested, what may prove it wrong is still there.
	DeleteAfter = 30 * 24 * time.Hour
	// AfterHold is how long nothing is deleted once a hold was lifted: one that
	// should have stood can be placed again.
	AfterHold = 7 * 24 * time.Hour
)

// ProofByItsWord is Proof where a cloud does not say what it keeps: it said yes,
// and no look shows a recording within reach.
const ProofByItsWord = "no-recording-found"

// Deletion is what one cloud is to delete of one owner's time with a unit, and
// how far it is. It stands beside the unit's order and outlives it: the unit may
// be somebody else's long before it is due.
type Deletion struct {
	Binding BindingID `json:"binding"` // the owner binding that ended
	Cloud   string    `json:"cloud"`
	Account PersonID  `json:"account"` // whose it was
	Epoch   Epoch     `json:"epoch"`   // of that binding
	// From and Before bound what was recorded in that epoch: what is older is of
	// an earlier owner, what was recorded at Before or later of a later one.
	From   time.Time `json:"from"`
	Before time.Time `json:"before"`
	// DueAt is the date that whose it was is told; zero: not before they ask.
	DueAt time.Time `json:"due_at,omitzero"`
	// WantedAt is when they asked for it; zero: they have not.
	WantedAt time.Time `json:"wanted_at,omitzero"`
	// NotBefore is until when a hold that was lifted is still heeded.
	NotBefore time.Time `json:"not_before,omitzero"`

	State   TaskState `json:"state"`
	Proof   string    `json:"proof,omitempty"`
	AskedAt time.Time `json:"asked_at,omitzero"` // when the cloud was first asked
	DoneAt  time.Time `json:"done_at,omitzero"`
}

// key is what a unit has one of.
func (x Deletion) key() string { return string(x.Binding) + "\x00" + x.Cloud }

// Done reports whether nothing more is expected of the cloud.
func (x Deletion) Done() bool { return x.State == TaskProven || x.State == TaskWaived }

// Due is when the cloud is to be asked; zero: not before its owner asks.
func (x Deletion) Due() time.Time {
	due := x.DueAt
	if !x.WantedAt.IsZero() {
		due = x.WantedAt
	}
	if due.IsZero() {
		return due
	}
	return maxTime(due, x.NotBefore)
}

// Deletion finds what a cloud has still to delete of an ended binding.
func (s Snapshot) Deletion(binding BindingID, cloud string) (Deletion, bool) {
	at := slices.IndexFunc(s.Deletions, func(x Deletion) bool {
		return x.Binding == binding && x.Cloud == cloud && !x.Done()
	})
	if at < 0 {
		return Deletion{}, false
	}
	return s.Deletions[at], true
}

// MayErase reports whether a cloud may be asked to delete now: never while a
// hold stands over the unit, whoever asked before (rule 9).
func MayErase(s Snapshot) bool { return len(s.StandingHolds()) == 0 }

// MayDelete reports whether a cloud may be asked for this deletion now.
func MayDelete(s Snapshot, x Deletion, now time.Time) bool {
	due := x.Due()
	return !x.Done() && !due.IsZero() && !now.Before(due) && MayErase(s)
}

// owe notes what clouds keep of an owner's time that ends with this change, and
// when it goes. Where a hard reset leaves its owner a claim, their association
// is over and the matter is not: then only they can ask.
func (d *draft) owe(ended Binding) {
	if ended.Kind != BindingOwner || !ended.IsLive(d.before.Unit.Epoch) {
		return
	}
	due := d.at().Add(DeleteAfter)
	if d.change.Event == EventHardResetSeen && d.before.Model.ResetPolicy == ResetLocks {
		due = time.Time{}
	}
	for _, cloud := range d.before.Model.Clouds {
		d.keep(Deletion{
			Binding: ended.ID, Cloud: cloud, Account: ended.Account, Epoch: ended.Epoch, From: d.before.Unit.EpochAt,
			Before: d.change.Unit.EpochAt, DueAt: due, State: TaskOpen,
		})
	}
}

// keep puts a deletion into the change, over an earlier word of the same change.
func (d *draft) keep(x Deletion) {
	for i, known := range d.change.Deletions {
		if known.Binding == x.Binding && known.Cloud == x.Cloud {
			d.change.Deletions[i] = x
			return
		}
	}
	d.change.Deletions = append(d.change.Deletions, x)
}

// owed are the deletions that are not done, as this change leaves them so far.
func (d *draft) owed() []Deletion {
	all := Snapshot{Deletions: d.before.Deletions}.Apply(d.change).Deletions
	return slices.DeleteFunc(all, Deletion.Done)
}

// undated takes the date off what a person has not asked for: their end turned
// out to be wrong, so nothing goes before they say so.
func (d *draft) undated(account PersonID) {
	for _, x := range d.owed() {
		if x.Account == account && account != "" && x.WantedAt.IsZero() {
			x.DueAt = time.Time{}
			d.keep(x)
		}
	}
}

// heed puts off what is owed where a hold was lifted.
func (d *draft) heed() {
	if !slices.ContainsFunc(d.change.Holds, func(h Hold) bool { return !h.Stands() }) {
		return
	}
	for _, x := range d.owed() {
		x.NotBefore = maxTime(x.NotBefore, d.at().Add(AfterHold))
		d.keep(x)
	}
}

// WantDeletion is a former owner's word that clouds delete now what they keep of
// their time with a unit. A hold refuses it: the table says so.
type WantDeletion struct {
	Command
	Binding BindingID
}

// Decide answers with what is to be deleted.
func (c WantDeletion) Decide(s Snapshot) (Change, error) {
	d := begin(s, EventDelete, c.Command)
	theirs := false
	for _, x := range s.Deletions {
		if x.Binding != c.Binding || x.Account != c.Actor.Person || c.Actor.Org != "" || x.Done() {
			continue
		}
		if theirs = true; x.WantedAt.IsZero() {
			x.WantedAt = c.At
			d.keep(x)
		}
	}
	if !theirs || c.Actor.Person == "" {
		return Change{}, fmt.Errorf("delete what is not theirs: %w", ErrNotFound)
	}
	d.refuseUnless(len(d.change.Deletions) > 0, "delete.already")
	return d.finish()
}

// BeginDeletion is the worker's word that it will ask a cloud to delete. It is
// on the ledger before the cloud is asked, for what was deleted shows nowhere
// else; a hold that came first refuses it.
type BeginDeletion struct {
	Command
	Binding BindingID
	Cloud   string
}

// Decide answers with the deletion asked for.
func (c BeginDeletion) Decide(s Snapshot) (Change, error) {
	x, owed := s.Deletion(c.Binding, c.Cloud)
	if !owed || x.State != TaskOpen {
		return Change{}, fmt.Errorf("nothing to delete in %s: %w", c.Cloud, ErrStale)
	}
	d := begin(s, EventDelete, c.Command)
	d.refuseUnless(MayDelete(s, x, c.At) || !MayErase(s), "delete.not-due")
	x.State, x.AskedAt = TaskAsked, c.At
	d.keep(x)
	return d.finish()
}

// EndDeletion is what a later look at the cloud showed: that nothing is left, or
// that it said yes and everything is still there.
type EndDeletion struct {
	Command
	Binding BindingID
	Cloud   string
	Proof   string // empty: it is still there
}

// Decide answers with the deletion done, or with a flag.
func (c EndDeletion) Decide(s Snapshot) (Change, error) {
	x, owed := s.Deletion(c.Binding, c.Cloud)
	if !owed || x.State != TaskAsked {
		return Change{}, fmt.Errorf("nothing was asked of %s: %w", c.Cloud, ErrStale)
	}
	d := begin(s, EventProgress, c.Command)
	if c.Proof == "" {
		d.flag(FlagAnswerWithoutEffect, c.Cloud+" "+string(c.Binding), SeverityHigh, map[string]string{"cloud": c.Cloud, "verb": string(VerbDelete)})
		return d.finish()
	}
	x.State, x.Proof, x.DoneAt = TaskProven, c.Proof, c.At
	d.keep(x)
	return d.finish()
}
