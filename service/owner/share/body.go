package share

import (
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// shareBody is a share as the unit's owner reads it.
type shareBody struct {
	ID        lifecycle.BindingID    `json:"id"`
	Name      string                 `json:"name"`
	State     lifecycle.BindingState `json:"state"`
	Since     web.Time               `json:"since"` // null: nobody has accepted
	Until     web.Time               `json:"until"` // null: it has no date
	Code      string                 `json:"code,omitempty"`
	URL       string                 `json:"url,omitempty"`
	Named     bool                   `json:"named,omitempty"`
	ExpiresAt web.Time               `json:"expires_at"` // of the invitation
}

func (h *Handler) shareBodyOf(s Share) shareBody {
	body := shareBody{
		ID: s.ID, Name: s.Name, State: lifecycle.BindingLive, Since: web.Time(s.Since), Until: web.Time(s.Until),
		Named: s.Named, Code: s.Code, ExpiresAt: web.Time(s.ExpiresAt),
	}
	if s.Pending() {
		body.State, body.URL = lifecycle.BindingPending, h.shares.Link(s.Code)
	}
	return body
}

type joinedBody struct {
	ID     lifecycle.BindingID `json:"id"`
	Brand  string              `json:"brand"`
	Serial string              `json:"serial"`
	Until  web.Time            `json:"until"`
}

// proposalBody is an invitation as whoever it is made to reads it.
type proposalBody struct {
	Code      string   `json:"code"`
	Brand     string   `json:"brand,omitempty"`
	Serial    string   `json:"serial,omitempty"`
	Model     string   `json:"model,omitempty"`
	Until     web.Time `json:"until"`
	ExpiresAt web.Time `json:"expires_at"`
	Over      bool     `json:"over"`
}

func proposalBodyOf(p Proposal) proposalBody {
	return proposalBody{p.Code, p.Key.Brand, p.Key.Serial, p.Model, web.Time(p.Until), web.Time(p.ExpiresAt), p.Over}
}

// seenBody is a unit that is shared with the reader.
type seenBody struct {
	ID     lifecycle.BindingID `json:"id"`
	Brand  string              `json:"brand"`
	Serial string              `json:"serial"`
	Model  string              `json:"model"`
	Since  web.Time            `json:"since"`
	Until  web.Time            `json:"until"`
}

type sharedBody struct {
	Units       []seenBody     `json:"units"`
	Invitations []proposalBody `json:"invitations"`
}

func sharedBodyOf(s Shared) sharedBody {
	body := sharedBody{make([]seenBody, len(s.Units)), make([]proposalBody, len(s.Invitations))}
	for i, u := range s.Units {
		body.Units[i] = seenBody{u.ID, u.Key.Brand, u.Key.Serial, u.Model, web.Time(u.Since), web.Time(u.Until)}
	}
	for i, p := range s.Invitations {
		body.Invitations[i] = proposalBodyOf(p)
	}
	return body
}
