package oidc

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"sync"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"quitclaim/service/access"
)

const (
	// knownFor is how long a discovery document is good, and the keys with it; a
	// key that is new is asked for at once (OpenID Connect Core 1.0, 10.1.1).
	knownFor = time.Hour
	// restFor is how long a provider that does not answer is not asked again.
	restFor = 5 * time.Second
	// maxKnown is how many providers are remembered.
	maxKnown = 500
)

// known is a provider as it says of itself.
type known struct {
	of     access.Provider
	caller *caller
	keys   goidc.KeySet
	oauth  oauth2.Config
	// names: its answers name their issuer (RFC 9207 section 3).
	names bool
}

// metadata is what we read of a discovery document beside what go-oidc does.
type metadata struct {
	Keys         string   `json:"jwks_uri"`
	Challenges   []string `json:"code_challenge_methods_supported"`
	Algorithms   []string `json:"id_token_signing_alg_values_supported"`
	TokenMethods []string `json:"token_endpoint_auth_methods_supported"`
	NamesIssuer  bool     `json:"authorization_response_iss_parameter_supported"`
}

// directory remembers what providers said of themselves.
type directory struct {
	mu      sync.Mutex // guards what follows
	entries map[string]*entry
}

// entry is one provider as it is on record.
type entry struct {
	of     access.Provider
	caller *caller // one, so that turns are counted
	known  *known  // nil: it has said nothing yet
	until  time.Time
	rests  time.Time // it did not answer, and is not asked until then
}

func newDirectory() *directory { return &directory{entries: map[string]*entry{}} }

// know is what a provider says of itself. A change on record, or an hour, asks
// it anew.
func (r *Room) know(ctx context.Context, p access.Provider) (*known, error) {
	now := r.config.Now()
	e := r.directory.entry(r, p)
	// A clock that was put back must not make anything last longer.
	if e.known != nil && now.Before(e.until) && e.until.Sub(now) <= knownFor {
		return e.known, nil
	}
	if wait := e.rests.Sub(now); wait > 0 && wait <= restFor {
		return nil, fail(TroubleSilent, "discovery.resting")
	}
	// It is asked for everybody: whoever goes away meanwhile has not shown that it
	// is silent. The client's own limit ends the call.
	k, err := r.discover(context.WithoutCancel(ctx), p, e.caller)
	switch {
	case err == nil:
		r.directory.learn(p, k, now.Add(knownFor))
	case !errors.Is(err, errCrowd): // that was us
		r.directory.rest(p, now.Add(restFor))
	}
	return k, err
}

// entry is a copy of what is remembered of a provider.
func (d *directory) entry(r *Room, p access.Provider) entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, ok := d.entries[p.ID]
	if !ok || !same(e.of, p) {
		if len(d.entries) >= maxKnown {
			clear(d.entries)
		}
		e = &entry{of: p, caller: newCaller(r.transport, p)}
		d.entries[p.ID] = e
	}
	return *e
}

// learn keeps what a provider has just said of itself.
func (d *directory) learn(p access.Provider, k *known, until time.Time) {
	d.change(p, func(e *entry) { e.known, e.until = k, until })
}

// rest keeps that a provider did not answer. What it told somebody else at the
// same time stays.
func (d *directory) rest(p access.Provider, until time.Time) {
	d.change(p, func(e *entry) { e.rests = until })
}

func (d *directory) change(p access.Provider, how func(*entry)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e, ok := d.entries[p.ID]; ok && same(e.of, p) {
		how(e)
	}
}

// same reports whether two records are one as far as the provider can tell.
func same(a, b access.Provider) bool {
	return a.Issuer == b.Issuer && a.ClientID == b.ClientID && a.Secret == b.Secret && slices.Equal(a.Hosts, b.Hosts)
}

// discover reads a provider's discovery document and holds it against what is
// on record: OpenID Connect Discovery 1.0, section 4.3.
func (r *Room) discover(ctx context.Context, p access.Provider, c *caller) (*known, error) {
	ctx = goidc.ClientContext(ctx, c.client())
	found, err := goidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return nil, called(err, "discovery")
	}
	var said metadata
	if err := found.Claims(&said); err != nil {
		return nil, called(err, "discovery.claims")
	}
	endpoint := found.Endpoint()
	for name, address := range map[string]string{"authorize": endpoint.AuthURL, "token": endpoint.TokenURL, "keys": said.Keys} {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || !c.allows(u) {
			return nil, fail(TroubleAnswer, "discovery."+name+"-host")
		}
	}
	if said.Challenges != nil && !slices.Contains(said.Challenges, "S256") {
		return nil, fail(TroubleAnswer, "discovery.pkce")
	}
	if said.Algorithms != nil && !slices.ContainsFunc(said.Algorithms, func(a string) bool { return slices.Contains(algorithms(), a) }) {
		return nil, fail(TroubleAnswer, "discovery.algorithms")
	}
	endpoint.AuthStyle = authStyle(p, said)
	return &known{
		of: p, caller: c, keys: goidc.NewRemoteKeySet(goidc.ClientContext(ctx, c.keysClient()), said.Keys), names: said.NamesIssuer,
		oauth: oauth2.Config{
			ClientID: p.ClientID, ClientSecret: p.Secret, Endpoint: endpoint, RedirectURL: r.RedirectURL(p), Scopes: []string{goidc.ScopeOpenID},
		},
	}, nil
}

// authStyle is how we show our secret at the token endpoint. It is not found
// out by trying: a code that was tried once is used up.
func authStyle(p access.Provider, said metadata) oauth2.AuthStyle {
	basic := said.TokenMethods == nil || slices.Contains(said.TokenMethods, "client_secret_basic")
	if p.Secret == "" || !basic {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// RedirectURL is the one address that answers of a provider come to. No two
// share one: an answer that comes to another's is mixed up.
func (r *Room) RedirectURL(p access.Provider) string { return r.config.URL + "/sign-in/back/" + p.ID }

// try asks a provider what it says of itself, now.
func (r *Room) try(ctx context.Context, p access.Provider) error {
	ctx, cancel := context.WithTimeout(ctx, answerFor)
	defer cancel()
	_, err := r.discover(ctx, p, newCaller(r.transport, p))
	return err
}
