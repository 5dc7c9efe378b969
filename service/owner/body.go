package owner

import (
	"context"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// marker and ender are methods of the room that two doors share.
type (
	marker func(context.Context, lifecycle.Actor, lifecycle.UnitKey) (Mark, error)
	ender  func(context.Context, lifecycle.Actor, string) (lifecycle.OfferState, error)
)

type keyBody struct {
	Brand  string `json:"brand"`
	Serial string `json:"serial"`
}

type boundBody struct {
	ID     lifecycle.BindingID    `json:"id"`
	Brand  string                 `json:"brand"`
	Serial string                 `json:"serial"`
	State  lifecycle.BindingState `json:"state"`
	At     web.Time               `json:"at"`
}

func boundBodyOf(b Bound) boundBody {
	body := boundBody{b.ID, b.Key.Brand, b.Key.Serial, lifecycle.BindingPending, web.Time(b.At)}
	if b.Live {
		body.State = lifecycle.BindingLive
	}
	return body
}

type markBody struct {
	Brand  string   `json:"brand"`
	Serial string   `json:"serial"`
	At     web.Time `json:"at"`
}

type contestBody struct {
	ContestedAt web.Time `json:"contested_at"`
}

type endedBody struct {
	State lifecycle.OfferState `json:"state"`
}

type mineBody struct {
	Units   []unitBody     `json:"units"`
	Pending []unitBody     `json:"pending"` // wait for the unit itself
	Claims  []unitBody     `json:"claims"`  // reset, and nobody else may bind them
	Offers  []proposalBody `json:"offers"`  // to the reader
}

func mineBodyOf(m Mine) mineBody {
	body := mineBody{unitBodies(m.Units), unitBodies(m.Pending), unitBodies(m.Claims), make([]proposalBody, len(m.Offers))}
	for i, offer := range m.Offers {
		body.Offers[i] = proposalBodyOf(offer)
	}
	return body
}

func unitBodies(holdings []Holding) []unitBody {
	bodies := make([]unitBody, len(holdings))
	for i, holding := range holdings {
		bodies[i] = unitBodyOf(holding)
	}
	return bodies
}

// unitBody is a unit as its owner sees it. What is not theirs yet, or no
// longer, has neither state nor holds.
type unitBody struct {
	Brand   string               `json:"brand"`
	Serial  string               `json:"serial"`
	Model   string               `json:"model"`
	State   lifecycle.State      `json:"state,omitempty"`
	Since   web.Time             `json:"since"`
	Binding lifecycle.BindingID  `json:"binding,omitempty"`
	Holds   []lifecycle.HoldKind `json:"holds,omitempty"`
	Stolen  bool                 `json:"stolen"` // by the reader's own mark
	Offer   *offerState          `json:"offer,omitempty"`
}

// offerState is the offer that stands on a unit.
type offerState struct {
	Code      string   `json:"code"`
	Named     bool     `json:"named"`
	ExpiresAt web.Time `json:"expires_at"`
	SeenAt    web.Time `json:"seen_at"` // null: whom it names has not opened it
}

func unitBodyOf(h Holding) unitBody {
	body := unitBody{
		Brand: h.Key.Brand, Serial: h.Key.Serial, Model: h.Model, State: h.State, Since: web.Time(h.Since()),
		Binding: h.Binding.ID, Holds: h.Holds, Stolen: h.Stolen,
	}
	if h.Offer != nil {
		body.Offer = &offerState{h.Offer.Code, h.Offer.Named, web.Time(h.Offer.ExpiresAt), web.Time(h.Offer.SeenAt)}
	}
	return body
}

type offerBody struct {
	Code      string   `json:"code"`
	URL       string   `json:"url"`
	ExpiresAt web.Time `json:"expires_at"`
}

func (h *Handler) offerBodyOf(o Offered) offerBody {
	return offerBody{o.Code, h.owner.Link(o.Code), web.Time(o.ExpiresAt)}
}

// proposalBody is an offer as whoever it is made to sees it.
type proposalBody struct {
	Code      string   `json:"code"`
	Brand     string   `json:"brand,omitempty"`
	Serial    string   `json:"serial,omitempty"`
	Model     string   `json:"model,omitempty"`
	ExpiresAt web.Time `json:"expires_at"`
	Over      bool     `json:"over"`
}

func proposalBodyOf(p Proposal) proposalBody {
	return proposalBody{p.Code, p.Key.Brand, p.Key.Serial, p.Model, web.Time(p.ExpiresAt), p.Over}
}

// periodBody is one of the reader's own times with a unit.
type periodBody struct {
	ID           lifecycle.BindingID   `json:"id"`
	Brand        string                `json:"brand"`
	Serial       string                `json:"serial"`
	Model        string                `json:"model"`
	Kind         lifecycle.BindingKind `json:"kind"`
	From         web.Time              `json:"from"`
	To           web.Time              `json:"to"`
	EndedBy      lifecycle.Event       `json:"ended_by"`
	Return       lifecycle.ReturnID    `json:"return,omitempty"`
	ContestUntil web.Time              `json:"contest_until"` // null: it cannot be contested
	Contested    bool                  `json:"contested"`
	Contest      *contestState         `json:"contest,omitempty"`
	BindAgain    bool                  `json:"bind_again"`
	Receipt      string                `json:"receipt,omitempty"` // of the reader's own release
	Keeps        []keepingBody         `json:"keeps"`             // cloud by cloud, what is left of it
}

// contestState is what becomes of the reader's objection.
type contestState struct {
	DueAt     web.Time                `json:"due_at"`
	Outcome   lifecycle.RulingOutcome `json:"outcome,omitempty"`
	Reason    string                  `json:"reason,omitempty"`
	DecidedAt web.Time                `json:"decided_at"`
	Where     string                  `json:"where,omitempty"` // who hands it over
}

func contestStateOf(c Contest) *contestState {
	if c.DueAt.IsZero() {
		return nil
	}
	return &contestState{web.Time(c.DueAt), c.Outcome, c.Reason, web.Time(c.At), c.Where}
}

func periodBodyOf(p Period) periodBody {
	return periodBody{
		p.ID, p.Key.Brand, p.Key.Serial, p.Model, p.Kind, web.Time(p.From), web.Time(p.To), p.How, p.Return,
		web.Time(p.Until), p.Contested, contestStateOf(p.Contest), p.BindAgain, p.Receipt, keepingBodies(p.Keepings),
	}
}
