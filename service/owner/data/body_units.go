package data

import (
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

type keyBody struct {
	Brand  string `json:"brand"`
	Serial string `json:"serial"`
}

func keyBodyOf(key lifecycle.UnitKey) keyBody { return keyBody{key.Brand, key.Serial} }

type unitBody struct {
	keyBody
	Model   string                 `json:"model"`
	Binding lifecycle.BindingID    `json:"binding"`
	As      lifecycle.BindingKind  `json:"as"`
	State   lifecycle.BindingState `json:"state"`
	Since   web.Time               `json:"since"`
	Shares  []shareBody            `json:"shares,omitempty"`
	Offers  []givenBody            `json:"offers,omitempty"`
	Holds   []lifecycle.HoldKind   `json:"holds,omitempty"`
}

type shareBody struct {
	With  string                 `json:"with"`
	Name  string                 `json:"name,omitempty"` // as they call them
	State lifecycle.BindingState `json:"state"`
	Since web.Time               `json:"since"`
	Until web.Time               `json:"until"`
}

// givenBody is an offer that they made.
type givenBody struct {
	To        string   `json:"to"`
	CreatedAt web.Time `json:"created_at"`
	ExpiresAt web.Time `json:"expires_at"`
}

func unitBodyOf(b lifecycle.PersonBinding, s lifecycle.Snapshot, who lifecycle.PersonID, names map[lifecycle.BindingID]string, now time.Time) unitBody {
	body := unitBody{
		keyBody: keyBodyOf(b.Key), Model: s.Model.Name, Binding: b.Binding.ID, As: b.Binding.Kind, State: b.Binding.State,
		Since: web.Time(b.Binding.CreatedAt),
	}
	if owner, owned := s.Owner(); !owned || owner.Account != who {
		return body // what else there is to it is its owner's
	}
	for _, share := range s.Shares(now) {
		body.Shares = append(body.Shares, shareBody{another, names[share.ID], share.State, web.Time(share.CreatedAt), web.Time(share.Until)})
	}
	for _, offer := range s.Offers {
		body.Offers = append(body.Offers, givenBody{another, web.Time(offer.CreatedAt), web.Time(offer.ExpiresAt)})
	}
	for _, hold := range s.StandingHolds() {
		body.Holds = append(body.Holds, hold.Kind)
	}
	return body
}

type pastBody struct {
	keyBody
	Binding lifecycle.BindingID   `json:"binding"`
	As      lifecycle.BindingKind `json:"as"`
	From    web.Time              `json:"from"`
	To      web.Time              `json:"to"`
	EndedBy lifecycle.Event       `json:"ended_by"`
	// PassedTo is whom a transfer went to.
	PassedTo string `json:"passed_to,omitempty"`
	// Receipt is the code of the receipt of their release.
	Receipt string `json:"receipt,omitempty"`
	// Claim: the unit was reset, and nobody but them may bind it.
	Claim bool `json:"claim,omitempty"`
	// Kept is what clouds keep, or have deleted, of that time.
	Kept []keptBody `json:"kept,omitempty"`
}

type keptBody struct {
	Cloud    string              `json:"cloud"`
	State    lifecycle.TaskState `json:"state"`
	DueAt    web.Time            `json:"due_at"`    // null: not before they ask
	WantedAt web.Time            `json:"wanted_at"` // when they asked
	DoneAt   web.Time            `json:"done_at"`
}

func keptBodyOf(x lifecycle.Deletion) keptBody {
	return keptBody{x.Cloud, x.State, web.Time(x.Due()), web.Time(x.WantedAt), web.Time(x.DoneAt)}
}

func pastBodyOf(b lifecycle.PersonBinding) pastBody {
	body := pastBody{
		keyBody: keyBodyOf(b.Key), Binding: b.Binding.ID, As: b.Binding.Kind, From: web.Time(b.Binding.LiveAt),
		To: web.Time(b.Binding.EndedAt), EndedBy: b.Binding.EndedBy,
	}
	if b.Binding.EndedBy == lifecycle.EventTransfer && b.Binding.Kind == lifecycle.BindingOwner {
		body.PassedTo = another
	}
	return body
}

// offerBody is an offer to them. What is offered is not theirs yet: its serial is
// shown where it is answered, for as long as it can be.
type offerBody struct {
	From      string   `json:"from"`
	CreatedAt web.Time `json:"created_at"`
	ExpiresAt web.Time `json:"expires_at"`
}

func offerBodyOf(o lifecycle.PersonOffer) offerBody {
	return offerBody{another, web.Time(o.Offer.CreatedAt), web.Time(o.Offer.ExpiresAt)}
}

type contestBody struct {
	keyBody
	PlacedAt web.Time `json:"placed_at"`
	EndedAt  web.Time `json:"ended_at"`
	Words    string   `json:"words,omitempty"` // what they wrote
	// How it was decided, and why; empty while nobody has.
	Outcome   lifecycle.RulingOutcome `json:"outcome,omitempty"`
	Reason    string                  `json:"reason,omitempty"`
	DecidedAt web.Time                `json:"decided_at"`
}

// contestBodyOf leaves out what one person has proposed and nobody confirmed: it
// is no decision.
func contestBodyOf(c lifecycle.Contested) contestBody {
	body := contestBody{keyBody: keyBodyOf(c.Key), PlacedAt: web.Time(c.Hold.PlacedAt), EndedAt: web.Time(c.Hold.LiftedAt)}
	if r := c.Hold.Ruling; r.Final() {
		body.Outcome, body.Reason, body.DecidedAt = r.Outcome, r.Reason, web.Time(r.At)
	}
	return body
}
