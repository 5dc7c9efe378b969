package oidc

import (
	"slices"
	"time"

	"quitclaim/service/access"
)

// skew is how far a provider's clock may be from ours.
const skew = time.Minute

// maxSubject is the longest sub: OpenID Connect Core 1.0, section 2.
const maxSubject = 255

// algorithms sign id tokens: RFC 8725 section 3.1 wants a short list of ours,
// whatever the provider says that it supports. Neither "none" nor one whose key
// we would share.
func algorithms() []string { return []string{"RS256", "ES256", "EdDSA"} }

// claims are what we read of an id token, beside what go-oidc does.
type claims struct {
	Party    string `json:"azp"`
	ACR      string `json:"acr"`
	AuthTime int64  `json:"auth_time"`
	Name     string `json:"name"`
}

// checked is an id token whose signature, issuer, audience and expiry hold.
type checked struct {
	Subject  string
	Audience []string
	Nonce    string
	IssuedAt time.Time
	claims
}

// demand is what an attempt wants of its token.
type demand struct {
	client string
	nonce  string
	acr    []string      // one of them; empty: any
	maxAge time.Duration // zero: any
	// fresh: their proof must be of after started, whatever session the
	// provider had with them.
	fresh   bool
	started time.Time
	now     time.Time
}

// demandOf is what an attempt at a provider wants.
func demandOf(p access.Provider, a access.ProviderAttempt, nonce string, now time.Time) demand {
	return demand{
		client: p.ClientID, nonce: nonce, acr: p.ACR, maxAge: p.MaxAge,
		fresh: a.Purpose == access.ForVerify, started: a.StartedAt, now: now,
	}
}

// check is what OpenID Connect Core 1.0, section 3.1.3.7, leaves to us. It
// returns when the person proved themselves; zero where the provider does not
// say.
func (d demand) check(t checked) (time.Time, error) {
	switch {
	case t.Nonce != d.nonce:
		return time.Time{}, fail(TroubleAnswer, "nonce")
	case t.Subject == "" || len(t.Subject) > maxSubject:
		return time.Time{}, fail(TroubleAnswer, "sub")
	// Steps 4 and 5: a token for others too is for us only if it says so.
	case t.Party != "" && t.Party != d.client, t.Party == "" && len(t.Audience) > 1:
		return time.Time{}, fail(TroubleAnswer, "azp")
	case t.IssuedAt.After(d.now.Add(skew)):
		return time.Time{}, fail(TroubleAnswer, "iat")
	case len(d.acr) > 0 && !slices.Contains(d.acr, t.ACR):
		return time.Time{}, fail(TroubleWeak, "acr")
	}
	var proved time.Time
	if t.AuthTime > 0 {
		proved = time.Unix(t.AuthTime, 0).UTC()
	}
	switch {
	case proved.After(d.now.Add(skew)):
		return time.Time{}, fail(TroubleAnswer, "auth_time.future")
	case (d.maxAge > 0 || d.fresh) && proved.IsZero():
		return time.Time{}, fail(TroubleWeak, "auth_time.missing")
	case d.maxAge > 0 && d.now.Sub(proved) > d.maxAge+skew:
		return time.Time{}, fail(TroubleWeak, "auth_time.old")
	case d.fresh && proved.Before(d.started.Add(-skew)):
		return time.Time{}, fail(TroubleWeak, "auth_time.not-fresh")
	}
	if proved.After(d.now) {
		proved = d.now // their clock runs ahead; ours is what we measure by
	}
	return proved, nil
}
