package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/access"
	"quitclaim/service/admin/passkey"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/owner/consent"
	"quitclaim/service/store/storetest"
)

// signing is a world whose owners have real passkeys, and the rooms in which
// they consent.
type signing struct {
	*storetest.World
	keys     *passkey.Passkeys
	consents *consent.Consents
	site     virtualwebauthn.RelyingParty
	agent    lifecycle.Actor
	held     map[lifecycle.PersonID]virtualwebauthn.Credential
}

func newSigning(t *testing.T) *signing {
	t.Helper()
	w := storetest.NewWorld(t)
	id := func() string { return strings.ToLower(rand.Text()) }
	keys, err := passkey.New(passkey.Config{Store: w.Store, URL: "http://localhost:8080", Name: "Quitclaim", Now: w.Clock.Now, NewID: id})
	if err != nil {
		t.Fatal(err)
	}
	s := &signing{
		World: w, keys: keys, agent: w.Agent(t), held: map[lifecycle.PersonID]virtualwebauthn.Credential{},
		site: virtualwebauthn.RelyingParty{Name: "Quitclaim", ID: "localhost", Origin: "http://localhost:8080"},
	}
	s.consents = consent.New(consent.Config{
		Records: w.Store, People: w.Store, Looked: w.Store, Signer: keys, Passkeys: w.Store,
		Hashes: func(ctx context.Context) tlog.HashReader { return w.Ledger(ctx) },
		RPID:   "localhost", Now: w.Clock.Now, NewID: id,
	})
	s.enrol(t, w.Owner.Person)
	s.enrol(t, w.Neighbour.Person)
	return s
}

// enrol gives a person a passkey, as their browser would.
func (s *signing) enrol(t *testing.T, person lifecycle.PersonID) {
	t.Helper()
	key := access.NewToken()
	options, err := s.keys.BeginEnrolment(t.Context(), key, person)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := virtualwebauthn.ParseAttestationOptions(string(options))
	if err != nil {
		t.Fatal(err)
	}
	held := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	made := virtualwebauthn.CreateAttestationResponse(s.site, virtualwebauthn.NewAuthenticator(), held, *asked)
	if err := s.keys.FinishEnrolment(t.Context(), key, person, "phone", []byte(made)); err != nil {
		t.Fatal(err)
	}
	s.held[person] = held
}

// says has a passkey answer what was begun, at a site.
func (s *signing) says(t *testing.T, begun consent.Begun, held virtualwebauthn.Credential, site virtualwebauthn.RelyingParty) []byte {
	t.Helper()
	asked, err := virtualwebauthn.ParseAssertionOptions(string(begun.Options))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(virtualwebauthn.CreateAssertionResponse(site, virtualwebauthn.NewAuthenticator(), held, *asked))
}

// readWords is which words were read.
func readWords() access.DisclosureVersion { return access.HashDisclosure("en", "words") }

func (s *signing) begins(t *testing.T, ask access.ConsentAsk) consent.Begun {
	t.Helper()
	begun, err := s.consents.Begin(t.Context(), s.Owner.Person, ask.ID, readWords())
	if err != nil {
		t.Fatal(err)
	}
	return begun
}

// What another passkey, another site or other bytes have signed is no consent,
// and what was signed is one once; an auditor finds the same with nothing but the
// ledger.
func TestAConsentIsSignedByItsOwnersPasskey(t *testing.T) {
	t.Parallel()
	s := newSigning(t)
	unit := s.Bound(t)
	ask := s.Asked(t, s.agent, s.Owner, unit)
	own := s.held[s.Owner.Person]
	give := func(begun consent.Begun, response []byte) error {
		_, err := s.consents.Give(t.Context(), s.Owner.Person, ask.ID, readWords(), consent.Signed{Since: begun.Since, Response: response})
		return err
	}
	evil := s.site
	evil.Origin = "http://evil.example"
	wrong := map[string]func(consent.Begun) []byte{
		"another person's passkey": func(b consent.Begun) []byte { return s.says(t, b, s.held[s.Neighbour.Person], s.site) },
		"another origin":           func(b consent.Begun) []byte { return s.says(t, b, own, evil) },
		"other bytes": func(b consent.Begun) []byte {
			var options struct {
				PublicKey map[string]any `json:"publicKey"`
			}
			if err := json.Unmarshal(b.Options, &options); err != nil {
				t.Fatal(err)
			}
			options.PublicKey["challenge"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
			b.Options, _ = json.Marshal(options) // it was JSON before
			return s.says(t, b, own, s.site)
		},
		"no JSON": func(consent.Begun) []byte { return []byte("{") },
	}
	for name, response := range wrong {
		begun := s.begins(t, ask)
		if err := give(begun, response(begun)); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("signed by %s: %v, want ErrInvalid", name, err)
		}
		if name == "no JSON" {
			continue // nothing was tried, so the challenge is still good
		}
		if err := give(begun, s.says(t, begun, own, s.site)); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("%s, and then rightly for the same beginning: %v, want ErrInvalid", name, err)
		}
	}
	begun := s.begins(t, ask)
	response := s.says(t, begun, own, s.site)
	if err := give(begun, response); err != nil {
		t.Fatalf("signed rightly: %v", err)
	}
	second := s.Asked(t, s.agent, s.Owner, unit)
	if _, err := s.consents.Give(t.Context(), s.Owner.Person, second.ID, readWords(), consent.Signed{Since: begun.Since, Response: response}); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("the same signature for another question: %v, want ErrInvalid", err)
	}
	held, err := s.ConsentsOf(t.Context(), s.Owner.Person)
	if err != nil || len(held) != 1 {
		t.Fatalf("on record: %d consents, %v; want one", len(held), err)
	}
	s.Looks(t, s.agent, held[0].ID)
	s.Looks(t, s.Agent(t), held[0].ID)
	var out bytes.Buffer
	if found, err := checkConsents(t.Context(), s.Ledger(t.Context()), &out); err != nil || found != 0 {
		t.Errorf("an audit finds %d, %v: %s", found, err, out.String())
	}
}

// Whatever is wrong with a consent or an access, the ledger alone shows it.
func TestAnAuditFindsWhatNoConsentAllows(t *testing.T) {
	t.Parallel()
	s := newSigning(t)
	unit := s.Bound(t)
	ask := s.Asked(t, s.agent, s.Owner, unit)
	begun := s.begins(t, ask)
	given, err := s.consents.Give(t.Context(), s.Owner.Person, ask.ID, readWords(),
		consent.Signed{Since: begun.Since, Response: s.says(t, begun, s.held[s.Owner.Person], s.site)})
	if err != nil {
		t.Fatal(err)
	}
	looked := s.Looks(t, s.agent, given.ID)
	cases := []struct {
		name, want string
		change     func(c *access.Consent, a *access.Access)
		between    []ledger.Leaf
	}{
		{name: "nothing", change: func(*access.Consent, *access.Access) {}},
		{name: "longer than was signed", want: "challenge", change: func(c *access.Consent, _ *access.Access) { c.Until = c.Until.Add(time.Hour) }},
		{name: "for another agent", want: "challenge", change: func(c *access.Consent, a *access.Access) { c.Agent, a.Agent = "psn_eve", "psn_eve" }},
		{name: "another key", want: "signature", change: func(c *access.Consent, _ *access.Access) { c.Proof.Signature = bytes.Repeat([]byte{1}, 70) }},
		{name: "for another site", want: "origin", change: func(c *access.Consent, _ *access.Access) { c.RPID = "example.com" }},
		{name: "another agent's access", want: "not what consent", change: func(_ *access.Consent, a *access.Access) { a.Agent = "psn_eve" }},
		{name: "another unit's access", want: "not what consent", change: func(_ *access.Consent, a *access.Access) { a.Unit = "unt_other" }},
		{name: "for more than was allowed", want: "not what consent", change: func(_ *access.Consent, a *access.Access) { a.For = access.ConsentForReview }},
		{name: "under no consent", want: "no consent", change: func(_ *access.Consent, a *access.Access) { a.Consent = "cns_none" }},
		{name: "too late", want: "not within the time", change: func(c *access.Consent, a *access.Access) { a.At, a.Until = c.Until, c.Until.Add(time.Minute) }},
		{
			name: "after it was revoked", want: "after consent", change: func(*access.Consent, *access.Access) {},
			between: []ledger.Leaf{{Kind: "consent", Event: "revoke", Subject: given.ID, At: looked.At.Add(-time.Millisecond)}},
		},
		{
			name: "after the unit moved on", want: "had moved on", change: func(*access.Consent, *access.Access) {},
			between: []ledger.Leaf{{Kind: "unit", Event: "return", Subject: string(unit.ID), Body: []byte(`{"unit":{"epoch":99}}`)}},
		},
		{
			name: "a refusal that shows something", want: "shows something", change: func(_ *access.Consent, a *access.Access) { a.Refused = access.ConsentExpired },
		},
	}
	for _, c := range cases {
		one, look := given, looked
		c.change(&one, &look)
		var out bytes.Buffer
		audit := newConsentAudit(&out)
		audit.take(1, leafOf(t, "consent", "give", one.ID, one.Since, one))
		for _, leaf := range c.between {
			audit.take(2, leaf)
		}
		event := "open"
		if look.Refused != "" {
			event = "refuse"
		}
		audit.take(3, leafOf(t, "access", event, look.ID, look.At, look))
		if c.want == "" && audit.found > 0 || c.want != "" && !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: found %d: %q, want %q", c.name, audit.found, out.String(), c.want)
		}
	}
}

func leafOf(t *testing.T, kind, event, subject string, at time.Time, body any) ledger.Leaf {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return ledger.Leaf{Kind: kind, Event: event, Subject: subject, At: at, Body: text}
}
