package access_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func consent() access.Consent {
	return access.Consent{
		ID: "cns_1", Ask: "ask_1", Unit: "unt_1", Epoch: 3, Owner: "psn_ada", Agent: "psn_sven", Org: "org_maker",
		For: access.ConsentForReview, From: noon.AddDate(0, 0, -2), To: noon.AddDate(0, 0, -1),
		Words: access.DisclosureVersion{Language: "de", Hash: "00ff"}, Since: noon, Until: noon.Add(2 * time.Hour),
	}
}

func standing() access.ConsentFacts {
	return access.ConsentFacts{
		Epoch: 3, Owner: "psn_ada", Vendor: "org_maker", OrgKind: lifecycle.OrgVendor,
		Agent: access.Person{ID: "psn_sven", Org: "org_maker", Roles: []lifecycle.Role{lifecycle.RoleSupportAgent}},
	}
}

// The bytes that owners sign are frozen: an auditor makes them anew from what is
// on the ledger.
func TestStatementIsFrozen(t *testing.T) {
	t.Parallel()
	const want = `quitclaim/consent/v1
id cns_1
ask ask_1
unit unt_1
epoch 3
owner psn_ada
agent psn_sven
organisation org_maker
purpose review
recordings-from 1795176000000
recordings-to 1795262400000
disclosure-language de
disclosure-sha256 00ff
since 1795348800000
until 1795356000000
`
	if got := string(consent().Statement()); got != want {
		t.Errorf("Statement:\n%s\nwant\n%s", got, want)
	}
	const hash = "e33f102e686f63c6056465726fa2d5aaad646c8755809c30ff9f007c5c727cfc"
	if got := hex.EncodeToString(consent().Challenge()); got != hash {
		t.Errorf("Challenge = %s, want %s", got, hash)
	}
	live := consent()
	live.From, live.To = time.Time{}, time.Time{}
	if !strings.Contains(string(live.Statement()), "recordings-from -\nrecordings-to -\n") {
		t.Errorf("without recordings: %s", live.Statement())
	}
}

// Whatever is altered, the challenge is another.
func TestEveryPartOfAConsentIsSigned(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*access.Consent){
		"id": func(c *access.Consent) { c.ID = "cns_2" }, "ask": func(c *access.Consent) { c.Ask = "ask_2" },
		"unit": func(c *access.Consent) { c.Unit = "unt_2" }, "epoch": func(c *access.Consent) { c.Epoch = 4 },
		"owner": func(c *access.Consent) { c.Owner = "psn_bob" }, "agent": func(c *access.Consent) { c.Agent = "psn_eve" },
		"org": func(c *access.Consent) { c.Org = "org_other" }, "purpose": func(c *access.Consent) { c.For = access.ConsentForLive },
		"from": func(c *access.Consent) { c.From = c.From.Add(-time.Hour) }, "to": func(c *access.Consent) { c.To = c.To.Add(time.Hour) },
		"language": func(c *access.Consent) { c.Words.Language = "en" }, "words": func(c *access.Consent) { c.Words.Hash = "00fe" },
		"since": func(c *access.Consent) { c.Since = c.Since.Add(-time.Hour) }, "until": func(c *access.Consent) { c.Until = c.Until.Add(time.Hour) },
	}
	for name, change := range changes {
		altered := consent()
		if change(&altered); bytes.Equal(altered.Challenge(), consent().Challenge()) {
			t.Errorf("another %s has the same challenge", name)
		}
	}
}

func TestAConsentIsOver(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(*access.Consent, *access.ConsentFacts, *time.Time)
		want   access.ConsentEnd
	}{
		{"as given", func(*access.Consent, *access.ConsentFacts, *time.Time) {}, ""},
		{"its last millisecond", func(_ *access.Consent, _ *access.ConsentFacts, now *time.Time) {
			*now = noon.Add(2*time.Hour - time.Millisecond)
		}, ""},
		{"its end", func(_ *access.Consent, _ *access.ConsentFacts, now *time.Time) { *now = noon.Add(2 * time.Hour) }, access.ConsentExpired},
		{"before it began", func(_ *access.Consent, _ *access.ConsentFacts, now *time.Time) { *now = noon.Add(-time.Millisecond) }, access.ConsentExpired},
		{"revoked", func(c *access.Consent, _ *access.ConsentFacts, _ *time.Time) { c.Ended = noon }, access.ConsentRevoked},
		{"another epoch", func(_ *access.Consent, f *access.ConsentFacts, _ *time.Time) { f.Epoch = 4 }, access.ConsentPassedOn},
		{"another owner", func(_ *access.Consent, f *access.ConsentFacts, _ *time.Time) { f.Owner = "psn_bob" }, access.ConsentPassedOn},
		{"no owner", func(_ *access.Consent, f *access.ConsentFacts, _ *time.Time) { f.Owner = "" }, access.ConsentPassedOn},
		{"another vendor's unit", func(_ *access.Consent, f *access.ConsentFacts, _ *time.Time) { f.Vendor = "org_other" }, access.ConsentPassedOn},
		{"a disabled agent", func(_ *access.Consent, f *access.ConsentFacts, _ *time.Time) { f.Agent.DisabledAt = noon }, access.ConsentNoAgent},
		{"an agent without the role", func(_ *access.Consent, f *access.ConsentFacts, _ *time.Time) {
			f.Agent.Roles = []lifecycle.Role{lifecycle.RoleAdmin}
		}, access.ConsentNoAgent},
		{"an agent who moved on", func(_ *access.Consent, f *access.ConsentFacts, _ *time.Time) { f.Agent.Org = "org_other" }, access.ConsentNoAgent},
		{"an agent of no vendor", func(_ *access.Consent, f *access.ConsentFacts, _ *time.Time) { f.OrgKind = lifecycle.OrgRetailer }, access.ConsentNoAgent},
	}
	for _, c := range cases {
		given, facts, now := consent(), standing(), noon.Add(time.Minute)
		c.change(&given, &facts, &now)
		if got := given.Over(facts, now); got != c.want {
			t.Errorf("%s: over %q, want %q", c.name, got, c.want)
		}
		looked := access.Access{At: noon, Until: noon.Add(24 * time.Hour)}
		if got := looked.Over(given, facts, now); got != c.want {
			if c.name != "before it began" {
				t.Errorf("%s: an access is over %q, want %q", c.name, got, c.want)
			}
		}
	}
}

func TestAnAccessIsOverByItself(t *testing.T) {
	t.Parallel()
	looked := access.Access{At: noon, Until: noon.Add(access.AccessFor)}
	for after, want := range map[time.Duration]access.ConsentEnd{
		-time.Millisecond: access.ConsentExpired, 0: "", access.AccessFor - time.Millisecond: "", access.AccessFor: access.ConsentExpired,
	} {
		if got := looked.Over(consent(), standing(), noon.Add(after)); got != want {
			t.Errorf("after %v: over %q, want %q", after, got, want)
		}
	}
	looked.Refused = access.ConsentNotTheirs
	if got := looked.Over(consent(), standing(), noon); got != access.ConsentNotTheirs {
		t.Errorf("an attempt that was refused: over %q", got)
	}
}

func TestTermsOfAConsent(t *testing.T) {
	t.Parallel()
	day := noon.Truncate(24 * time.Hour)
	cases := []struct {
		terms access.ConsentTerms
		want  string
	}{
		{access.ConsentTerms{Purpose: access.ConsentForLive, Hours: 1}, ""},
		{access.ConsentTerms{Purpose: access.ConsentForLive, Hours: 24}, ""},
		{access.ConsentTerms{Purpose: access.ConsentForReview, Hours: 1, From: day, To: day.AddDate(0, 0, 1)}, ""},
		{access.ConsentTerms{Purpose: access.ConsentForLive}, "consent.hours-1-to-24"},
		{access.ConsentTerms{Purpose: access.ConsentForLive, Hours: 25}, "consent.hours-1-to-24"},
		{access.ConsentTerms{Purpose: access.ConsentForLive, Hours: 1 << 60}, "consent.hours-1-to-24"},
		{access.ConsentTerms{Purpose: "curiosity", Hours: 1}, "consent.purpose-unknown"},
		{access.ConsentTerms{Purpose: access.ConsentForReview, Hours: 1}, "consent.recordings-not-named"},
		{access.ConsentTerms{Purpose: access.ConsentForReview, Hours: 1, From: day, To: day}, "consent.recordings-not-named"},
		{access.ConsentTerms{Purpose: access.ConsentForLive, Hours: 1, From: day, To: day.AddDate(0, 0, 1)}, "consent.recordings-not-live"},
	}
	for _, c := range cases {
		wrong := c.terms.Check()
		if c.want == "" && wrong != nil || c.want != "" && (wrong == nil || !lifecycle.HasReason(wrong.Reasons, c.want)) {
			t.Errorf("%+v: %v, want %q", c.terms, wrong, c.want)
		}
	}
}

func TestAConsentCodeIsFoundHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	want := access.ConsentCodeHash("ABCDE-FGHIJ")
	for _, typed := range []string{"abcdefghij", "ABCDE FGHIJ", "AbCdE-fGhIj", " abcde - fghij "} {
		if access.ConsentCodeHash(typed) != want {
			t.Errorf("%q is another code", typed)
		}
	}
	if access.ConsentCodeHash("ABCDE-FGHIK") == want {
		t.Error("another code has the same hash")
	}
}
