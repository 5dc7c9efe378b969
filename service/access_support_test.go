package main

import (
	"context"
	"time"

	"quitclaim/service/access"
)

// asks has the vendor's support agent ask the owner, as their room does.
func (l *life) asks() access.ConsentAsk {
	l.t.Helper()
	agent, now := l.s.actor("vendor support_agent"), l.s.w.house.now()
	ask := access.ConsentAsk{
		ID: newPrefixedID("ask"), Agent: agent.Person, Org: agent.Org, MadeAt: now, ExpiresAt: now.Add(access.ConsentAskFor),
		Terms: access.ConsentTerms{Purpose: access.ConsentForLive, Hours: 12, Case: "C-1"},
	}
	if err := l.s.w.house.store.AskForConsent(context.WithoutCancel(l.t.Context()), l.key, ask); err != nil {
		l.t.Fatal(err)
	}
	l.v["ask"] = ask.ID
	return ask
}

func (l *life) asked() *life {
	l.asks()
	return l
}

// consented has the owner say yes, and the agent look once. The signature is
// made up: the store does not look at it.
func (l *life) consented(owner string) *life {
	l.t.Helper()
	ask, now, ctx := l.asks(), l.s.w.house.now(), context.WithoutCancel(l.t.Context())
	given, err := l.s.w.house.store.GiveConsent(ctx, access.Consent{
		ID: newPrefixedID("cns"), Ask: ask.ID, Unit: l.unit.ID, Epoch: l.unit.Epoch, Owner: l.s.owners[owner].person,
		Agent: ask.Agent, Org: ask.Org, For: ask.Terms.Purpose, Words: access.HashDisclosure("en", "words"),
		Since: now, Until: now.Add(12 * time.Hour), RPID: "quitclaim.test", Proof: access.PasskeySignature{At: now},
	})
	if err != nil {
		l.t.Fatal(err)
	}
	looked, err := l.s.w.house.store.OpenAccess(ctx, access.Access{
		ID: newPrefixedID("acc"), Consent: given.ID, Agent: ask.Agent, Org: ask.Org, Reason: access.ReasonFault, Note: "dark",
	})
	if err != nil || looked.Refused != "" {
		l.t.Fatalf("look: %+v, %v", looked, err)
	}
	l.v["consent"], l.v["look"] = given.ID, looked.ID
	return l
}
