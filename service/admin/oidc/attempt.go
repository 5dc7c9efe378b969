package oidc

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Begin is what somebody wants of a provider.
type Begin struct {
	Provider string
	Purpose  access.ProviderPurpose
	Person   lifecycle.PersonID // ForLink, ForVerify: who is signed in
	Next     string             // the page to go on with
	Link     string             // ForInvitation: the code of the one-time link
	Browser  string             // the browser's secret, where it has one already
	Network  string             // where the request comes from
}

// Departure is where a browser goes, and the secret that it needs to be let
// back in.
type Departure struct {
	To       string
	Browser  string
	Provider access.Provider
}

// Start begins a way to a provider. Everything of it is derived from state and
// the browser's secret: neither is kept, so who reads the database can finish
// nobody's attempt, and who sees the browser's addresses cannot know the
// verifier.
func (r *Room) Start(ctx context.Context, in Begin) (Departure, error) {
	p, err := r.config.Store.Provider(ctx, in.Provider)
	if err != nil {
		return Departure{}, fmt.Errorf("start: %w", err)
	}
	if !p.Stands() {
		return Departure{}, r.failed(ctx, fail(TroubleEnded, "provider"), p, in.Purpose)
	}
	if err := r.starts.Attempt(ctx, in.Network); err != nil {
		return Departure{}, err
	}
	k, err := r.know(ctx, p)
	if err != nil {
		return Departure{}, r.failed(ctx, err, p, in.Purpose)
	}
	browser, state, now := in.Browser, access.NewToken(), r.config.Now()
	if !isSecret(browser) {
		browser = access.NewToken()
	}
	attempt := access.ProviderAttempt{
		StateHash: access.TokenHash(state), BrowserHash: access.TokenHash(browser), Provider: p.ID, Purpose: in.Purpose,
		Person: in.Person, Kept: access.ProviderKept{Next: in.Next}, StartedAt: now, ExpiresAt: now.Add(access.ProviderAttemptFor),
	}
	if in.Link != "" {
		attempt.Kept.Link = access.TokenHash(in.Link)
	}
	if err := r.config.Store.StartProviderAttempt(ctx, attempt); err != nil {
		return Departure{}, fmt.Errorf("start: %w", err)
	}
	return Departure{To: k.oauth.AuthCodeURL(state, asked(p, in.Purpose, browser, state)...), Browser: browser, Provider: p}, nil
}

// asked are the parameters of the request: OpenID Connect Core 1.0, 3.1.2.1.
func asked(p access.Provider, purpose access.ProviderPurpose, browser, state string) []oauth2.AuthCodeOption {
	options := []oauth2.AuthCodeOption{
		oauth2.S256ChallengeOption(verifierOf(browser, state)), goidc.Nonce(nonceOf(browser, state)),
	}
	if len(p.ACR) > 0 {
		options = append(options, oauth2.SetAuthURLParam("acr_values", strings.Join(p.ACR, " ")))
	}
	switch {
	case purpose == access.ForVerify:
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	case p.MaxAge > 0:
		options = append(options, oauth2.SetAuthURLParam("max_age", strconv.FormatInt(int64(p.MaxAge/time.Second), 10)))
	}
	return options
}

// nonceOf ties a token to this attempt.
func nonceOf(browser, state string) string { return derive(browser, "nonce", state) }

// verifierOf is the PKCE verifier, 43 characters: RFC 7636 section 4.1.
func verifierOf(browser, state string) string { return derive(browser, "verifier", state) }

func derive(key, purpose, state string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("quitclaim/oidc/v1\n" + purpose + "\n" + state))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// isSecret reports whether a cookie holds what Start put there.
func isSecret(text string) bool { return len(text) == len(access.NewToken()) }
