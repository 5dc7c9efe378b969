package oidc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// answerFor is how long a provider has for all that it is asked at the end of
// an attempt.
const answerFor = 8 * time.Second

// Answer is what a browser brings back from a provider.
type Answer struct {
	Provider string // of the redirect path
	State    string
	Code     string
	Issuer   string // iss, RFC 9207
	Error    string
	Browser  string // the browser's secret, from its cookie
	Network  string
	// Here is who is signed in in this browser.
	Here access.Principal
}

// proof is what a provider has said of somebody.
type proof struct {
	provider access.Provider
	attempt  access.ProviderAttempt
	identity access.Identity // without a person
	name     string
	at       time.Time // auth_time; zero: it did not say
}

// Back ends an attempt: it is used up, whatever comes of it.
func (r *Room) Back(ctx context.Context, in Answer) (Outcome, error) {
	attempt, err := r.take(ctx, in.State, in.Browser)
	if err != nil {
		return Outcome{}, r.failed(ctx, err, access.Provider{}, "")
	}
	p, err := r.config.Store.Provider(ctx, attempt.Provider)
	if err != nil {
		return Outcome{}, fmt.Errorf("back from a provider: %w", err)
	}
	proof, err := r.prove(ctx, p, attempt, in)
	if err != nil {
		return Outcome{}, r.failed(ctx, err, p, attempt.Purpose)
	}
	outcome, err := r.admit(ctx, proof, in.Here)
	if err != nil {
		return Outcome{}, r.failed(ctx, err, p, attempt.Purpose)
	}
	if err := r.starts.Forgive(ctx, in.Network); err != nil {
		return Outcome{}, fmt.Errorf("back from a provider: %w", err)
	}
	return outcome, nil
}

func (r *Room) take(ctx context.Context, state, browser string) (access.ProviderAttempt, error) {
	if !isSecret(state) || !isSecret(browser) {
		return access.ProviderAttempt{}, fail(TroubleStale, "shape")
	}
	attempt, err := r.config.Store.TakeProviderAttempt(ctx, access.TokenHash(state), access.TokenHash(browser))
	if errors.Is(err, lifecycle.ErrNotFound) {
		return attempt, fail(TroubleStale, "attempt")
	}
	return attempt, err
}

// prove holds an answer against its attempt, and has the provider say who it is
// about.
func (r *Room) prove(ctx context.Context, p access.Provider, attempt access.ProviderAttempt, in Answer) (proof, error) {
	if attempt.Purpose == access.ForNewcomer {
		return proof{}, fail(TroubleStale, "purpose")
	}
	if attempt.Provider != in.Provider {
		return proof{}, fail(TroubleAnswer, "path") // RFC 9700 section 4.4.2.2
	}
	if !p.Stands() {
		return proof{}, fail(TroubleEnded, "provider")
	}
	ctx, cancel := context.WithTimeout(ctx, answerFor)
	defer cancel()
	k, err := r.know(ctx, p)
	if err != nil {
		return proof{}, err
	}
	switch {
	case in.Issuer != "" && in.Issuer != p.Issuer, in.Issuer == "" && k.names:
		return proof{}, fail(TroubleAnswer, "iss") // RFC 9207 section 2.4
	case in.Error != "":
		return proof{}, fail(TroubleDenied, deniedAs(in.Error))
	case in.Code == "":
		return proof{}, fail(TroubleAnswer, "code")
	}
	token, err := r.exchange(ctx, k, in)
	if err != nil {
		return proof{}, err
	}
	at, err := demandOf(p, attempt, nonceOf(in.Browser, in.State), r.config.Now()).check(token)
	if err != nil {
		return proof{}, err
	}
	return proof{
		provider: p, attempt: attempt, name: token.Name, at: at,
		identity: access.Identity{Provider: p.ID, Subject: r.subject(p.Issuer, token.Subject), LinkedAt: r.config.Now()},
	}, nil
}

// exchange turns the code into an id token whose signature, issuer, audience
// and expiry hold. The access token is thrown away: we want nothing else.
func (r *Room) exchange(ctx context.Context, k *known, in Answer) (checked, error) {
	calls := goidc.ClientContext(ctx, k.caller.client())
	answer, err := k.oauth.Exchange(calls, in.Code, oauth2.VerifierOption(verifierOf(in.Browser, in.State)))
	if err != nil {
		return checked{}, called(err, "token")
	}
	raw, ok := answer.Extra("id_token").(string)
	if !ok {
		return checked{}, fail(TroubleAnswer, "token.no-id-token")
	}
	keys := &watched{inner: k.keys}
	verifier := goidc.NewVerifier(k.of.Issuer, keys, &goidc.Config{
		ClientID: k.of.ClientID, SupportedSigningAlgs: algorithms(), Now: r.config.Now,
	})
	token, err := verifier.Verify(ctx, raw)
	var expired *goidc.TokenExpiredError
	switch {
	case err != nil && silent(keys.err):
		return checked{}, called(keys.err, "keys")
	case errors.As(err, &expired):
		return checked{}, fail(TroubleAnswer, "token.expired")
	case err != nil:
		return checked{}, &Failure{Trouble: TroubleAnswer, Detail: "token.invalid", Cause: err}
	}
	found := checked{Subject: token.Subject, Audience: token.Audience, Nonce: token.Nonce, IssuedAt: token.IssuedAt}
	if err := token.Claims(&found.claims); err != nil {
		return checked{}, &Failure{Trouble: TroubleAnswer, Detail: "token.claims", Cause: err}
	}
	return found, nil
}

// watched remembers why keys could not be had: go-oidc wraps that as text.
type watched struct {
	inner goidc.KeySet
	err   error
}

// VerifySignature is goidc.KeySet's.
func (w *watched) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := w.inner.VerifySignature(ctx, jwt)
	w.err = err
	return payload, err
}

// deniedAs is a provider's error code where it is one of OpenID Connect Core
// 1.0, 3.1.2.6, and RFC 6749, 4.1.2.1: any other text is the browser's to choose.
func deniedAs(code string) string {
	switch code {
	case "access_denied", "login_required", "interaction_required", "consent_required", "account_selection_required",
		"unmet_authentication_requirements", "temporarily_unavailable", "server_error", "invalid_request", "unauthorized_client", "invalid_scope":
		return "error." + code
	}
	return "error.other"
}

// failed fills a failure in and writes it down, without anything of a person.
func (r *Room) failed(ctx context.Context, err error, p access.Provider, purpose access.ProviderPurpose) error {
	var f *Failure
	if !errors.As(err, &f) {
		return err
	}
	filled := *f
	filled.Provider, filled.Purpose = p, purpose
	r.config.Log.LogAttrs(ctx, slog.LevelWarn, "sign-in through a provider failed",
		slog.String("provider", p.ID), slog.String("purpose", string(purpose)), slog.String("trouble", string(f.Trouble)), slog.String("detail", f.Detail))
	return &filled
}
