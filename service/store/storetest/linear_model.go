package storetest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/anishathalye/porcupine"

	"quitclaim/service/lifecycle"
)

// asked is one operation on the unit, with everything that its answer depends
// on besides the unit.
type asked struct {
	what  string // see linearModel's rules
	who   lifecycle.PersonID
	at    int64 // milliseconds since the world began
	epoch lifecycle.Epoch
	text  string // a credential, or the id of a sale, a return or an offer
	proof string // besides an offer
}

// heard is its answer.
type heard struct {
	version int64
	state   lifecycle.State
	epoch   lifecycle.Epoch
	custody lifecycle.OrgID
	owner   lifecycle.PersonID
	// refused is why nothing was done: "refused", "not found", "stale"; "busy"
	// where it is not known whether anything was.
	refused string
}

// register is the whole of one unit, as far as these operations go. It is
// written from DESIGN section 3 and not from the code.
type register struct {
	version           int64
	state             lifecycle.State
	epoch             lifecycle.Epoch
	shop              bool // it is in the shop's custody
	owner             lifecycle.PersonID
	credential        string
	sale, back, offer string // the present ones
	saleEpoch         lifecycle.Epoch
	soldAt, contactAt int64
	bound             bool // since the sale
	offeredBy         lifecycle.PersonID
	told, toldToday   string      // what the unit has told ever, and in this epoch; see telling
	toldBefore        string      // what it had told when the offer was made
	waiting           [2]claimant // bound before the unit had told a credential, the older bind first
}

// claimant is an account that waits for the unit to report the credential that
// it named. There are two accounts, and each waits once.
type claimant struct {
	who   lifecycle.PersonID
	named string
	at    int64
}

// linearModel is the unit as porcupine asks for it: an operation is right in a
// state if the register would have given the same answer.
func linearModel(shop lifecycle.OrgID) porcupine.Model {
	model := porcupine.NondeterministicModel{
		Init: func() []any { return []any{register{version: 1, state: lifecycle.StateStock, epoch: 1, shop: true}} },
		Step: func(state, input, output any) []any {
			before, in, out := state.(register), input.(asked), output.(heard)
			after, refused := before.does(in)
			if in.what == "look" {
				after, refused = before, ""
			}
			switch {
			case out.refused == "busy" && refused == "":
				return []any{before, after}
			case out.refused == "busy":
				return []any{before}
			case out.refused != refused:
				return nil
			case refused == "" && after.shows(shop) != out:
				return nil
			}
			return []any{after}
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v: %+v", input, output) },
	}
	return model.ToModel()
}

func (r register) shows(shop lifecycle.OrgID) heard {
	out := heard{version: r.version, state: r.state, epoch: r.epoch, owner: r.owner}
	if r.shop {
		out.custody = shop
	}
	return out
}

// does is the unit after the operation, or why there is none.
func (r register) does(in asked) (register, string) {
	rules := map[string]func(asked) (register, string){
		"sell": r.sell, "void": r.void, "report": r.report, "bind": r.bind, "release": r.release,
		"return": r.takeBack, "cancel": r.cancel, "offer": r.makeOffer, "accept": r.accept,
		"look": func(asked) (register, string) { return r, "" },
	}
	after, refused := rules[in.what](in)
	if refused != "" {
		return r, refused
	}
	after.version++
	return after, ""
}

// advance begins the next epoch, in which nothing of this one counts.
func (r register) advance() register {
	r.epoch++
	r.owner, r.credential, r.toldToday, r.offer, r.waiting = "", "", "", "", [2]claimant{}
	return r
}

const (
	saysNo    = "refused"
	knowsNot  = "not found"
	tooLate   = "stale"
	comesBusy = "busy"
)

func (r register) sell(in asked) (register, string) {
	if r.state != lifecycle.StateStock {
		return r, saysNo
	}
	r = r.advance()
	r.state, r.shop, r.sale, r.saleEpoch, r.soldAt, r.bound = lifecycle.StateSold, false, in.text, r.epoch, in.at, false
	return r, ""
}

func (r register) void(in asked) (register, string) {
	if r.sale == "" || r.sale != in.text {
		return r, knowsNot
	}
	if r.state != lifecycle.StateSold || r.bound || r.contactAt > r.soldAt || r.epoch != r.saleEpoch {
		return r, saysNo
	}
	r.state, r.shop, r.sale, r.waiting = lifecycle.StateStock, true, "", [2]claimant{}
	return r, ""
}

// telling adds a credential to those that a register has: registers are compared
// by ==, so a list is a text.
func telling(told, credential string) string {
	if strings.Contains(told, credential) {
		return told
	}
	return told + "|" + credential
}

// report: a credential that was told before the last advance counts as none.
func (r register) report(in asked) (register, string) {
	if in.epoch != r.epoch {
		return r, tooLate
	}
	r.contactAt = in.at
	if strings.Contains(r.told, in.text) && !strings.Contains(r.toldToday, in.text) {
		return r, ""
	}
	r.credential, r.told, r.toldToday = in.text, telling(r.told, in.text), telling(r.toldToday, in.text)
	return r.confirmed(in.text), ""
}

// confirmed is the unit after it has told a credential: of those that wait, the
// first who named it owns the unit, and nobody waits any longer.
func (r register) confirmed(credential string) register {
	for _, c := range r.waiting {
		if c.who != "" && c.named == credential {
			r.state, r.owner, r.bound = lifecycle.StateBound, c.who, true
			break
		}
	}
	r.waiting = [2]claimant{}
	return r
}

func (r register) bind(in asked) (register, string) {
	if r.state != lifecycle.StateSold || r.credential != "" && r.credential != in.text {
		return r, saysNo
	}
	if r.credential == "" {
		return r.waitsFor(claimant{who: in.who, named: in.text, at: in.at}), ""
	}
	r.state, r.owner, r.bound, r.waiting = lifecycle.StateBound, in.who, true, [2]claimant{}
	return r, ""
}

// waitsFor is the unit with one more who waits, and shows nothing. Who asks
// again waits from then on.
func (r register) waitsFor(c claimant) register {
	if r.waiting[0].who == c.who {
		r.waiting[0] = r.waiting[1]
	}
	r.waiting[1] = c
	if first := r.waiting[0]; first.who == "" || first.at > c.at {
		r.waiting = [2]claimant{c, first}
	}
	return r
}

func (r register) release(in asked) (register, string) {
	if r.owner != in.who {
		return r, knowsNot
	}
	r = r.advance()
	r.state = lifecycle.StateSold
	return r, ""
}

func (r register) takeBack(in asked) (register, string) {
	if !r.state.InCustomerHands() {
		return r, saysNo
	}
	r = r.advance()
	r.state, r.shop, r.back = lifecycle.StateReturned, true, in.text
	return r, ""
}

func (r register) cancel(in asked) (register, string) {
	if r.back == "" || r.back != in.text || !r.shop {
		return r, knowsNot
	}
	r = r.advance()
	r.state, r.shop = lifecycle.StateSold, false
	return r, ""
}

func (r register) makeOffer(in asked) (register, string) {
	if r.owner != in.who {
		return r, knowsNot
	}
	r.offer, r.toldBefore, r.offeredBy = in.text, r.told, in.who
	return r, ""
}

// accept: possession is proven by a credential that the unit told first after
// the offer, whatever it told last and whatever any clock says.
func (r register) accept(in asked) (register, string) {
	if r.offer == "" || r.offer != in.text {
		return r, knowsNot
	}
	if r.offeredBy == in.who || r.credential == "" || strings.Contains(r.toldBefore, r.credential) || r.credential != in.proof {
		return r, saysNo
	}
	r = r.advance()
	r.owner, r.bound = in.who, true
	return r, ""
}

// refusalOf names an error as the register does; ok is false for one that no
// operation may end with.
func refusalOf(err error) (refused string, ok bool) {
	switch {
	case err == nil:
		return "", true
	case errors.Is(err, lifecycle.ErrRefused):
		return saysNo, true
	case errors.Is(err, lifecycle.ErrNotFound):
		return knowsNot, true
	case errors.Is(err, lifecycle.ErrStale):
		return tooLate, true
	case errors.Is(err, lifecycle.ErrBusy):
		return comesBusy, true
	}
	return "", false
}
