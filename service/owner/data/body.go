package data

import (
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

// identityBody is a way in through a provider. What it calls them is kept as a
// hash alone, and cannot be copied.
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

type badgeBody struct {
	ID     string   `json:"id"`
	MadeAt web.Time `json:"made_at"`
}

func badgeBodyOf(b access.Badge) badgeBody { return badgeBody{b.ID, web.Time(b.MadeAt)} }

type pinBody struct {
	ChangedAt web.Time `json:"changed_at"`
	LockedAt  web.Time `json:"locked_at"`
}

func pinBodyOf(p access.PIN) pinBody { return pinBody{web.Time(p.ChangedAt), web.Time(p.LockedAt)} }

// recoveryBody is a recovery by mail alone that waits.
type recoveryBody struct {
	ID        string               `json:"id"`
	Stage     access.RecoveryStage `json:"stage"`
	StartedAt web.Time             `json:"started_at"`
}

func recoveryBodyOf(r access.Recovery) recoveryBody {
	return recoveryBody{r.ID, r.Stage, web.Time(r.StartedAt)}
}

// addressBody is a change of the mail address, whatever became of it.
type addressBody struct {
	ID      string              `json:"id"`
	Stage   access.AddressStage `json:"stage"`
	New     string              `json:"new"`
	Old     string              `json:"old,omitempty"`
	AskedAt web.Time            `json:"asked_at"`
	Until   web.Time            `json:"until"`
	EndedAt web.Time            `json:"ended_at"`
}

func addressBodyOf(c access.AddressChange) addressBody {
	return addressBody{c.ID, c.Stage, c.New, c.Old, web.Time(c.AskedAt), web.Time(c.Until), web.Time(c.EndedAt)}
}

// questionBody is what somebody of support asks of them.
type questionBody struct {
	keyBody
	ID        string              `json:"id"`
	Agent     lifecycle.PersonID  `json:"agent"`
	Org       lifecycle.OrgID     `json:"organisation"`
	Terms     access.ConsentTerms `json:"terms"`
	MadeAt    web.Time            `json:"made_at"`
	ExpiresAt web.Time            `json:"expires_at"`
}

func questionBodyOf(a access.ConsentAsk) questionBody {
	return questionBody{keyBodyOf(a.Key), a.ID, a.Agent, a.Org, a.Terms, web.Time(a.MadeAt), web.Time(a.ExpiresAt)}
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
