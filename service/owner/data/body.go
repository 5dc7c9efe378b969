package data

import (
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/web"
)

// another is the other side of something: whoever they are, they are nobody's
// data but their own.
const another = "another person"

// PersonBody is who somebody is to us.
type PersonBody struct {
	ID           lifecycle.PersonID `json:"id"`
	Organisation lifecycle.OrgID    `json:"organisation,omitempty"`
	Roles        []lifecycle.Role   `json:"roles"`
	Name         string             `json:"name"`
	Email        string             `json:"email"`
	Password     bool               `json:"password"` // whether there is one; nobody has it, we neither
	Language     string             `json:"language,omitempty"`
	BouncedAt    web.Time           `json:"mail_bounced_at"`
	CreatedAt    web.Time           `json:"created_at"`
}

func personBodyOf(p access.Person, s notice.Standing) PersonBody {
	return PersonBody{
		ID: p.ID, Organisation: p.Org, Roles: p.Roles, Name: p.Name, Email: p.Email, Password: p.PasswordHash != "",
		Language: s.Language, BouncedAt: web.Time(s.BouncedAt), CreatedAt: web.Time(p.CreatedAt),
	}
}

type passkeyBody struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	CreatedAt  web.Time `json:"created_at"`
	UsedAt     web.Time `json:"used_at"`
	DisabledAt web.Time `json:"disabled_at"`
}

func passkeyBodyOf(p access.Passkey) passkeyBody {
	return passkeyBody{p.ID, p.Name, web.Time(p.CreatedAt), web.Time(p.UsedAt), web.Time(p.DisabledAt)}
}

type identityBody struct {
	Provider string   `json:"provider"`
	LinkedAt web.Time `json:"linked_at"`
}

func identityBodyOf(i access.Identity) identityBody {
	return identityBody{i.Provider, web.Time(i.LinkedAt)}
}

type tokenBody struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	CreatedAt web.Time `json:"created_at"`
	EndedAt   web.Time `json:"ended_at"`
}

func tokenBodyOf(c access.Credential) tokenBody {
	return tokenBody{c.ID, c.Name, web.Time(c.CreatedAt), web.Time(c.EndedAt)}
}

type sessionBody struct {
	ID      string       `json:"id"`
	Means   access.Means `json:"means"`
	Browser string       `json:"browser"`
	System  string       `json:"system"`
	Since   web.Time     `json:"since"`
	Seen    web.Time     `json:"seen"`
	Here    bool         `json:"here"`
}

func sessionBodyOf(s web.OpenSession) sessionBody {
	return sessionBody{s.ID, s.Means, s.Browser, s.System, web.Time(s.Since), web.Time(s.Seen), s.Here}
}

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

func unitBodyOf(b lifecycle.PersonBinding, s lifecycle.Snapshot, who lifecycle.PersonID, now time.Time) unitBody {
	body := unitBody{
		keyBody: keyBodyOf(b.Key), Model: s.Model.Name, Binding: b.Binding.ID, As: b.Binding.Kind, State: b.Binding.State,
		Since: web.Time(b.Binding.CreatedAt),
	}
	if owner, owned := s.Owner(); !owned || owner.Account != who {
		return body // what else there is to it is its owner's
	}
	for _, share := range s.Shares(now) {
		body.Shares = append(body.Shares, shareBody{another, share.State, web.Time(share.CreatedAt), web.Time(share.Until)})
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
}

func contestBodyOf(c lifecycle.Contested) contestBody {
	return contestBody{keyBodyOf(c.Key), web.Time(c.Hold.PlacedAt), web.Time(c.Hold.LiftedAt)}
}

type consentBody struct {
	keyBody
	ID         string                   `json:"id"`
	Agent      lifecycle.PersonID       `json:"agent"` // an opaque id: whom they let in
	Org        lifecycle.OrgID          `json:"organisation"`
	Purpose    access.ConsentPurpose    `json:"purpose"`
	Disclosure access.DisclosureVersion `json:"disclosure"`
	Since      web.Time                 `json:"since"`
	Until      web.Time                 `json:"until"`
	RevokedAt  web.Time                 `json:"revoked_at"`
	Over       access.ConsentEnd        `json:"over,omitempty"`
	// Statement is what they signed, Signature their passkey's signature over it.
	Statement string                  `json:"statement"`
	Signature access.PasskeySignature `json:"signature"`
}

func consentBodyOf(c access.HeldConsent) consentBody {
	return consentBody{
		keyBody: keyBodyOf(c.Key), ID: c.ID, Agent: c.Agent, Org: c.Org, Purpose: c.For, Disclosure: c.Words,
		Since: web.Time(c.Since), Until: web.Time(c.Until), RevokedAt: web.Time(c.Ended), Over: c.Over,
		Statement: string(c.Statement()), Signature: c.Proof,
	}
}

type accessBody struct {
	keyBody
	ID      string                `json:"id"`
	Consent string                `json:"consent"`
	Agent   lifecycle.PersonID    `json:"agent"`
	Org     lifecycle.OrgID       `json:"organisation"`
	At      web.Time              `json:"at"`
	Purpose access.ConsentPurpose `json:"purpose,omitempty"`
	Reason  access.AccessReason   `json:"reason"`
	Shown   []string              `json:"shown,omitempty"`
	Refused access.ConsentEnd     `json:"refused,omitempty"`
	Note    string                `json:"note,omitempty"`
	Entry   string                `json:"ledger_entry"`
}

func accessBodyOf(a access.Access) accessBody {
	return accessBody{
		keyBody: keyBodyOf(a.Key), ID: a.ID, Consent: a.Consent, Agent: a.Agent, Org: a.Org, At: web.Time(a.At), Purpose: a.For,
		Reason: a.Reason, Shown: a.Shown, Refused: a.Refused, Note: a.Note, Entry: a.Entry,
	}
}

type noticeBody struct {
	ID     string            `json:"id"`
	Kind   notice.Kind       `json:"kind"`
	Params map[string]string `json:"params,omitempty"`
	At     web.Time          `json:"at"`
	ReadAt web.Time          `json:"read_at"`
	// Unreadable: there is such a message, and what it said does not open.
	Unreadable bool `json:"unreadable,omitempty"`
}

func noticeBodyOf(n notice.Notice) noticeBody {
	return noticeBody{n.ID, n.Kind, n.Params, web.Time(n.At), web.Time(n.ReadAt), n.Unreadable}
}

type choiceBody struct {
	Kind    notice.Kind    `json:"kind"`
	Channel notice.Channel `json:"channel"`
}

func choiceBodyOf(c notice.Choice) choiceBody { return choiceBody{c.Kind, c.Channel} }

// subscriptionBody is a browser that takes pushes, without the keys to it.
type subscriptionBody struct {
	ID       string   `json:"id"`
	Endpoint string   `json:"endpoint"`
	At       web.Time `json:"at"`
}

func subscriptionBodyOf(s notice.Subscription) subscriptionBody {
	return subscriptionBody{s.ID, s.Endpoint, web.Time(s.At)}
}
