package oidc

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

const (
	// maxProviders is how many an organisation may have, ended ones too.
	maxProviders = 100
	// maxNamed is how many hosts or classes a provider may name.
	maxNamed = 10
	// maxMaxAge is the longest age of a proof that is worth demanding.
	maxMaxAge = 30 * 24 * time.Hour
)

// Settings is what an admin says of a provider.
type Settings struct {
	Audience access.Audience
	Name     string
	Issuer   string
	ClientID string
	// Secret replaces the one on record; empty: that one stays.
	Secret string
	Hosts  []string
	ACR    []string
	MaxAge time.Duration
	Listed bool
}

// Check is every mistake in settings that only rules can find.
func (r *Room) Check(p access.Principal, in Settings) error {
	var invalid lifecycle.Invalid
	if _, ok := access.ParseAudience(string(in.Audience)); !ok {
		invalid.Add("audience", "provider.audience")
	} else if in.Audience == access.AudienceOwners && p.OrgKind != lifecycle.OrgVendor {
		invalid.Add("audience", "provider.owners-vendor")
	}
	if code := r.issuerMistake(in.Issuer); in.Issuer != "" && code != "" {
		invalid.Add("issuer", code)
	}
	if len(in.Hosts) > maxNamed || slices.ContainsFunc(in.Hosts, func(h string) bool { return !isHost(h) }) {
		invalid.Add("hosts", "provider.hosts")
	}
	odd := func(acr string) bool {
		return acr == "" || len(acr) > 200 || strings.ContainsFunc(acr, func(c rune) bool { return c <= ' ' || c > '~' })
	}
	if len(in.ACR) > maxNamed || slices.ContainsFunc(in.ACR, odd) {
		invalid.Add("acr", "provider.acr")
	}
	if in.MaxAge < 0 || in.MaxAge > maxMaxAge {
		invalid.Add("max_age", "provider.max-age")
	}
	return invalid.Err()
}

// issuerMistake is what is wrong with an issuer: OpenID Connect Discovery 1.0,
// section 3, wants https, and neither query nor fragment. On this machine plain
// http will do for a service that is itself on this machine.
func (r *Room) issuerMistake(issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil || !u.IsAbs() || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(issuer, "#") {
		return "provider.shape"
	}
	if u.Scheme == "https" || u.Scheme == "http" && r.loopback && isLoopback(u.Hostname()) {
		return ""
	}
	return "provider.issuer-https"
}

// isHost reports whether a text is a host, or host:port, and nothing else.
func isHost(text string) bool {
	u, err := url.Parse("https://" + text)
	return err == nil && len(text) <= 253 && u.Host == text && u.Hostname() != "" && text == strings.ToLower(text)
}

// Providers lists the providers of the principal's organisation.
func (r *Room) Providers(ctx context.Context, p access.Principal, page lifecycle.Page) ([]access.Provider, string, error) {
	return r.config.Store.Providers(ctx, p.Org, page)
}

// Provider is one of the principal's organisation; another's is not found.
func (r *Room) Provider(ctx context.Context, p access.Principal, id string) (access.Provider, error) {
	found, err := r.config.Store.Provider(ctx, id)
	if err == nil && (p.Org == "" || found.Org != p.Org) {
		err = fmt.Errorf("provider of another organisation: %w", lifecycle.ErrNotFound)
	}
	if err != nil {
		return access.Provider{}, fmt.Errorf("read provider: %w", err)
	}
	return found, nil
}

// Configure adds a provider to the principal's organisation.
func (r *Room) Configure(ctx context.Context, p access.Principal, in Settings) (access.Provider, error) {
	if err := r.Check(p, in); err != nil {
		return access.Provider{}, err
	}
	list, _, err := r.config.Store.Providers(ctx, p.Org, lifecycle.Page{Limit: maxProviders})
	if err != nil {
		return access.Provider{}, fmt.Errorf("configure provider: %w", err)
	}
	if len(list) >= maxProviders {
		return access.Provider{}, refusal("provider.enough")
	}
	made := in.over(access.Provider{
		ID: "prv_" + r.config.NewID(), Org: p.Org, Audience: in.Audience, By: p.Person, CreatedAt: r.config.Now(),
	})
	saved, err := r.config.Store.SaveProvider(ctx, made)
	if err != nil {
		return access.Provider{}, fmt.Errorf("configure provider: %w", err)
	}
	return saved, nil
}

// Change writes a provider's settings anew; whom it is for stays. A new issuer
// or client id is a new namespace of subjects, and the old secret is not sent
// to it.
func (r *Room) Change(ctx context.Context, p access.Principal, id string, in Settings) (access.Provider, error) {
	was, err := r.Provider(ctx, p, id)
	if err != nil {
		return was, err
	}
	if in.Audience = was.Audience; !was.Stands() {
		return was, refusal("provider.ended")
	}
	if err := r.Check(p, in); err != nil {
		return was, err
	}
	return r.change(ctx, p, id, func(one access.Provider) access.Provider {
		if one.Issuer != in.Issuer {
			one.Secret = ""
		}
		return in.over(one)
	})
}

// End lets nobody in through a provider any more, for good.
func (r *Room) End(ctx context.Context, p access.Principal, id string) (access.Provider, error) {
	return r.change(ctx, p, id, func(one access.Provider) access.Provider {
		if one.Stands() {
			one.EndedAt = r.config.Now()
		}
		return one
	})
}

func (r *Room) change(ctx context.Context, p access.Principal, id string, how func(access.Provider) access.Provider) (access.Provider, error) {
	changed, err := r.config.Store.ChangeProvider(ctx, id, func(one access.Provider, org access.Organisation) (access.Provider, error) {
		if p.Org == "" || one.Org != p.Org {
			return one, fmt.Errorf("provider of another organisation: %w", lifecycle.ErrNotFound)
		}
		next := how(one)
		if org.PasswordsOff() && one.Audience == access.AudienceStaff && weightier(one, next) && p.Means != access.MeansPasskey {
			return one, refusal("provider.passwords-off")
		}
		return next, nil
	})
	if err != nil {
		return changed, fmt.Errorf("change provider: %w", err)
	}
	return changed, nil
}

// weightier reports whether a change could keep out who comes in through the
// provider now.
func weightier(was, is access.Provider) bool {
	return !same(was, is) || was.MaxAge != is.MaxAge || !slices.Equal(was.ACR, is.ACR) || was.Stands() != is.Stands()
}

// over is a provider with these settings.
func (in Settings) over(p access.Provider) access.Provider {
	p.Name, p.Issuer, p.ClientID, p.Hosts, p.ACR, p.MaxAge = in.Name, in.Issuer, in.ClientID, in.Hosts, in.ACR, in.MaxAge
	if p.Listed = in.Listed; in.Secret != "" {
		p.Secret = in.Secret
	}
	return p
}

// Try asks one of the organisation's providers what it says of itself.
func (r *Room) Try(ctx context.Context, p access.Principal, id string) error {
	one, err := r.Provider(ctx, p, id)
	if err != nil {
		return err
	}
	if err := r.starts.Attempt(ctx, "try "+p.Key()); err != nil {
		return err
	}
	if err := r.try(ctx, one); err != nil {
		return r.failed(ctx, err, one, "try")
	}
	return nil
}

// refusal is a rule's no.
func refusal(code string) error {
	return &lifecycle.Refusal{Reasons: []lifecycle.Reason{{Code: code}}}
}
