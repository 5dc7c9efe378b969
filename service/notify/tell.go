package notify

import (
	"fmt"
	"net/url"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// tells reports whether somebody may have to hear of an entry: a person, or
// officers of a flag in it. What a bench, a till or a clock does is no person's
// business, and most of the feed; what is not told of is not read either.
func tells(entry lifecycle.Entry) bool {
	switch entry.Event {
	case lifecycle.EventRegister, lifecycle.EventAdmit, lifecycle.EventConfirm, lifecycle.EventVoid, lifecycle.EventReturnSealed,
		lifecycle.EventVouch, lifecycle.EventShip, lifecycle.EventReceive:
		return false
	case lifecycle.EventContactSeen:
		return entry.State == lifecycle.StateRetired // an alarm; else it spoke, as it does every day
	}
	return true
}

// asksNow reports whether what is told of an event depends on how the unit is by
// now: whose it is, and what return a certificate is about.
func asksNow(event lifecycle.Event) bool {
	switch event {
	case lifecycle.EventCertify, lifecycle.EventJoin, lifecycle.EventBindingSeen:
		return true
	}
	return false
}

// notices is who is told what of a change. It is pure. s is the unit as it is
// now, where asksNow wants it; that may be later, so what it says counts only as
// far as it was so then.
//
// A former owner hears of the end of their own period, and of what becomes of
// that end: it was cancelled, certified, contested, decided. Nobody hears of
// anybody's later period. So a bind is told to nobody of before: its refusal
// would already tell whoever may ask, and a former owner may not.
func notices(e lifecycle.Entry, c lifecycle.Change, s lifecycle.Snapshot) []notice.Notice {
	t := &telling{entry: e, change: c, now: s}
	t.ends()
	t.waived()
	t.returns()
	t.shares()
	t.offers()
	t.holds()
	t.strangers()
	return t.list
}

// telling collects the notices of one change.
type telling struct {
	entry  lifecycle.Entry
	change lifecycle.Change
	now    lifecycle.Snapshot
	list   []notice.Notice
}

// Where a notice leads.
const (
	pastPage   = "/mine/past"
	sharedPage = "/mine/shared"
)

// to tells one person. Nobody is told what they have just been told by the page
// on which they did it, but where it is a receipt or an alarm.
func (t *telling) to(person lifecycle.PersonID, kind notice.Kind, what, link string) {
	if person == "" {
		return
	}
	params := map[string]string{"unit": t.entry.Key.Brand + " " + t.entry.Key.Serial}
	if what != "" {
		params["what"] = what
	}
	t.list = append(t.list, notice.Notice{
		To: person, Kind: kind, Params: params, Link: link, At: t.change.At,
		Once: fmt.Sprintf("entry %d %s %s", t.entry.Seq, kind, what),
	})
}

// byOther is to, for what its reader did not do themselves.
func (t *telling) byOther(person lifecycle.PersonID, kind notice.Kind, what, link string) {
	if t.change.Actor.Person != person {
		t.to(person, kind, what, link)
	}
}

// ends: an owner's period is over, or what was to become one.
func (t *telling) ends() {
	for _, b := range t.change.Bindings {
		if b.Kind != lifecycle.BindingOwner || b.State != lifecycle.BindingEnded || b.EndedBy != t.change.Event {
			continue
		}
		link, told := pastPage+"/"+url.PathEscape(string(b.ID)), len(t.list)
		if b.LiveAt.IsZero() {
			bound := t.change.Event == lifecycle.EventBind || t.change.Event == lifecycle.EventBindConfirmed
			if bound && t.newOwner() != b.Account {
				t.byOther(b.Account, notice.KindBoundByOther, "pending", "/mine")
			}
			continue
		}
		switch t.change.Event {
		case lifecycle.EventRelease:
			t.to(b.Account, notice.KindReleased, "", link)
		case lifecycle.EventTransfer:
			t.to(b.Account, notice.KindTransferred, "", link)
		case lifecycle.EventHardResetSeen:
			what := ""
			if t.change.Unit.Claim == b.Account {
				what = "claim"
			}
			t.to(b.Account, notice.KindReset, what, link)
		case lifecycle.EventReturn:
			t.to(b.Account, notice.KindReturned, "", link)
		}
		for i := told; i < len(t.list); i++ {
			t.dated(t.list[i].Params, b.ID)
		}
	}
}

// waived: a cloud that is gone for good was given up with what it kept of an owner's
// time. By whom is not said: it would tell who has the unit now.
func (t *telling) waived() {
	for _, x := range t.change.Deletions {
		if t.change.Event != lifecycle.EventWaive || x.State != lifecycle.TaskWaived {
			continue
		}
		told := len(t.list)
		t.to(x.Account, notice.KindReleased, "waived", pastPage+"/"+url.PathEscape(string(x.Binding)))
		for i := told; i < len(t.list); i++ {
			t.list[i].Params["cloud"] = x.Cloud
			t.list[i].Once += " " + x.Cloud + " " + string(x.Binding)
		}
	}
}

// dated says until when clouds keep what they have of a time that is over: rule 9
// counts from this notice. What its owner has asked for already has no date.
func (t *telling) dated(params map[string]string, ended lifecycle.BindingID) {
	for _, x := range t.change.Deletions {
		if x.Binding == ended && x.WantedAt.IsZero() && !x.DueAt.IsZero() {
			params["kept-until"] = x.DueAt.UTC().Format(time.DateOnly)
		}
	}
}

// newOwner is whose binding became live with this change.
func (t *telling) newOwner() lifecycle.PersonID {
	for _, b := range t.change.Bindings {
		if b.Kind == lifecycle.BindingOwner && b.State == lifecycle.BindingLive {
			return b.Account
		}
	}
	return ""
}

// returns: what becomes of a return, to whoever was the owner until then.
func (t *telling) returns() {
	c := t.change
	switch {
	case c.Event == lifecycle.EventReturn && c.Return != nil && !t.told(c.Return.FormerOwner, notice.KindReturned):
		// A hard reset had ended the binding before, and left a claim.
		t.to(c.Return.FormerOwner, notice.KindReturned, "", pastPage)
	case c.Event == lifecycle.EventCancel && c.Return != nil:
		t.to(c.Return.FormerOwner, notice.KindReturned, "cancelled", pastPage)
	case c.Event == lifecycle.EventCertify && t.now.Return != nil && t.now.Return.At.Before(c.At):
		// The newest return, if it is not later than the certificate, is the one
		// that it is about. Which certificate it is, is not said: by its code one
		// could follow the unit to whoever has it next.
		t.to(t.now.Return.FormerOwner, notice.KindCertificate, "", pastPage)
	}
}

func (t *telling) told(person lifecycle.PersonID, kind notice.Kind) bool {
	for _, one := range t.list {
		if one.To == person && one.Kind == kind {
			return true
		}
	}
	return false
}

// shares: given, accepted, ended.
func (t *telling) shares() {
	for _, b := range t.change.Bindings {
		if b.Kind != lifecycle.BindingMember {
			continue
		}
		switch {
		case b.State == lifecycle.BindingPending && t.change.Event == lifecycle.EventShare:
			t.byOther(b.Account, notice.KindShare, "given", sharedPage)
		case b.State == lifecycle.BindingLive && t.change.Event == lifecycle.EventJoin:
			t.byOther(t.owner(), notice.KindShare, "joined", t.page())
		case b.State == lifecycle.BindingEnded && b.EndedBy == t.change.Event && !b.LiveAt.IsZero():
			t.byOther(b.Account, notice.KindShare, "ended", sharedPage)
		}
	}
}

// offers: made, answered, over.
func (t *telling) offers() {
	for _, o := range t.change.Offers {
		switch o.State {
		case lifecycle.OfferPending:
			if o.CreatedAt.Equal(t.change.At) {
				t.to(o.To, notice.KindTransferOffered, "", "/mine")
			}
		case lifecycle.OfferRefused:
			t.byOther(o.From, notice.KindTransferEnded, "refused", t.page())
		case lifecycle.OfferExpired:
			t.to(o.From, notice.KindTransferEnded, "expired", t.page())
		case lifecycle.OfferWithdrawn, lifecycle.OfferEnded:
			t.byOther(o.To, notice.KindTransferEnded, "withdrawn", "/mine")
		}
	}
}

// holds: a stolen mark, a contest.
func (t *telling) holds() {
	for _, h := range t.change.Holds {
		byOwner := h.PlacedBy.Org == ""
		switch {
		case h.Kind == lifecycle.HoldStolen && byOwner && !h.LiftedAt.IsZero():
			t.to(h.PlacedBy.Person, notice.KindStolen, "lifted", "/mine")
		case h.Kind == lifecycle.HoldStolen && byOwner && h.PlacedAt.Equal(t.change.At):
			t.to(h.PlacedBy.Person, notice.KindStolen, "", "/mine")
		case h.Kind == lifecycle.HoldContest && byOwner && h.PlacedAt.Equal(t.change.At):
			t.to(h.PlacedBy.Person, notice.KindContest, "", pastPage)
		case h.Kind == lifecycle.HoldContest && byOwner && h.Ruling.Final() && h.Ruling.At.Equal(t.change.At):
			t.to(h.PlacedBy.Person, notice.KindContest, string(h.Ruling.Outcome), pastPage)
		}
	}
}

// strangers: a cloud reports somebody on the unit who is not of our bindings.
// Its present owner hears of it once for each account and epoch, and not whose
// it is.
func (t *telling) strangers() {
	if t.change.Event != lifecycle.EventBindingSeen || t.change.Unit.State != lifecycle.StateBound {
		return
	}
	for _, flag := range t.change.Flags {
		before := len(t.list)
		t.to(t.owner(), notice.KindBoundByOther, "", t.page())
		for i := before; i < len(t.list); i++ {
			t.list[i].Once = fmt.Sprintf("stranger %s %d %s", t.entry.Unit, t.change.Unit.Epoch, flag.Cause)
		}
	}
}

// owner is the live owner, if the unit is still at the change's epoch: then they
// were the owner at the change, too, or there was none.
func (t *telling) owner() lifecycle.PersonID {
	owner, owned := t.now.Owner()
	if !owned || t.now.Unit.Epoch != t.change.Unit.Epoch || owner.LiveAt.After(t.change.At) {
		return ""
	}
	return owner.Account
}

// page is the unit's own page.
func (t *telling) page() string {
	return "/mine/units/" + url.PathEscape(t.entry.Key.Brand) + "/" + url.PathEscape(t.entry.Key.Serial)
}
