package main

import (
	"bytes"
	"encoding/json"
	"slices"

	"quitclaim/service/access"
	"quitclaim/service/ledger"
	"quitclaim/service/ledger/replay"
	"quitclaim/service/lifecycle"
)

// heldKinds are the rows beside units that verify holds against the ledger: who
// may do what, what an owner allowed and was told, what a sweep found. What is
// not among them, and why, is in docs/threat-model.md.
func heldKinds() []replay.Kind {
	return append(catalogKinds(), []replay.Kind{
		{Name: "person", Of: personOf, Fits: personFits, Must: personMust},
		{Name: "passkey", Of: passkeyOf},
		{Name: "token", Of: tokenOf, Fits: tokenFits, Must: func(string) bool { return false }},
		{Name: "accreditation", Of: accreditationOf},
		{Name: "flag", Of: flagsOf, Fits: flagFits},
		{Name: "consent", Of: consentOf},
		{Name: "access", Of: accessOf},
	}...)
}

// one is a subject's state; what cannot be put into words stands as it is.
func one(subject string, state any) []ledger.Standing {
	text, err := json.Marshal(state)
	if err != nil {
		return []ledger.Standing{{Subject: subject, State: "unreadable"}}
	}
	return []ledger.Standing{{Subject: subject, State: string(text)}}
}

func personOf(leaf ledger.Leaf, _ func(string) string) []ledger.Standing {
	if leaf.Kind != "person" {
		return nil
	}
	return []ledger.Standing{{Subject: leaf.Subject, State: string(leaf.Body)}}
}

// personFits: organisation and roles are what was entered, and nobody who was
// disabled is let in. Who never showed that an address is theirs is disabled
// without a word.
func personFits(logged, row string) bool {
	var want, got access.StandingPerson
	if json.Unmarshal([]byte(logged), &want) != nil || json.Unmarshal([]byte(row), &got) != nil {
		return false
	}
	return want.Org == got.Org && slices.Equal(want.Roles, got.Roles) && (got.Disabled || !want.Disabled)
}

// personMust: staff are in the tables. Of who signed up there is an entry too
// where the address was known already, and nobody was added.
func personMust(logged string) bool {
	var p access.StandingPerson
	return json.Unmarshal([]byte(logged), &p) != nil || p.Org != ""
}

// passkeyOf: a passkey stands from its entry to the one that takes it, and one
// that was disabled, for there were two of it, stays so.
func passkeyOf(leaf ledger.Leaf, _ func(string) string) []ledger.Standing {
	var p access.StandingPasskey
	if leaf.Kind != "passkey" || json.Unmarshal(leaf.Body, &p) != nil {
		return nil
	}
	subject := leaf.Subject + " " + p.ID
	if leaf.Event == "remove" {
		return []ledger.Standing{{Subject: subject}}
	}
	return one(subject, access.StandingPasskey{Disabled: leaf.Event == "disable"})
}

// tokenOf: a token stands from its entry to the one that ends it.
func tokenOf(leaf ledger.Leaf, _ func(string) string) []ledger.Standing {
	switch leaf.Kind + " " + leaf.Event {
	case "token add":
		return []ledger.Standing{{Subject: leaf.Subject, State: string(leaf.Body)}}
	case "token end":
		return []ledger.Standing{{Subject: leaf.Subject}}
	}
	return nil
}

func tokenFits(logged, row string) bool {
	var want, got access.StandingToken
	if json.Unmarshal([]byte(logged), &want) != nil || json.Unmarshal([]byte(row), &got) != nil {
		return false
	}
	return want.Kind == got.Kind && want.Person == got.Person && want.Org == got.Org &&
		slices.Equal(want.Scopes, got.Scopes) && (want.Hash == "" || want.Hash == got.Hash)
}

func accreditationOf(leaf ledger.Leaf, _ func(string) string) []ledger.Standing {
	var a lifecycle.Accreditation
	if leaf.Kind != "accreditation" || json.Unmarshal(leaf.Body, &a) != nil {
		return nil
	}
	subject := string(a.Model) + " " + string(a.Org)
	if leaf.Event == "end" {
		return []ledger.Standing{{Subject: subject}}
	}
	return one(subject, access.StandingAccreditation{SelfCustody: a.SelfCustody})
}

// flagsOf are the flags that a unit's change raised, or the one that a sweep
// raised or somebody worked.
func flagsOf(leaf ledger.Leaf, _ func(string) string) []ledger.Standing {
	var flags []lifecycle.Flag
	switch leaf.Kind {
	case "unit":
		var change struct {
			Flags []lifecycle.Flag `json:"flags"`
		}
		if !bytes.Contains(leaf.Body, []byte(`"flags"`)) || json.Unmarshal(leaf.Body, &change) != nil {
			return nil // most raise none; what cannot be read, the replay finds
		}
		flags = change.Flags
	case "flag":
		flags = make([]lifecycle.Flag, 1)
		if json.Unmarshal(leaf.Body, &flags[0]) != nil {
			return nil
		}
	}
	var list []ledger.Standing
	for _, f := range flags {
		list = append(list, one(string(f.Unit)+" "+string(f.ID), f)...)
	}
	return list
}

// flagFits: it is about what was entered, and nobody settled it or made less of
// it without an entry. That it was seen again is no entry.
func flagFits(logged, row string) bool {
	var want, got lifecycle.Flag
	if json.Unmarshal([]byte(logged), &want) != nil || json.Unmarshal([]byte(row), &got) != nil {
		return false
	}
	return want.Kind == got.Kind && want.Cause == got.Cause && want.State == got.State && want.DoneBy == got.DoneBy &&
		want.DoneAt.Equal(got.DoneAt) && want.FirstAt.Equal(got.FirstAt) && want.Reopened == got.Reopened &&
		got.Severity.Rank() >= want.Severity.Rank()
}

func consentOf(leaf ledger.Leaf, before func(string) string) []ledger.Standing {
	switch leaf.Kind + " " + leaf.Event {
	case "consent give":
		var c access.Consent
		if json.Unmarshal(leaf.Body, &c) != nil {
			return nil // the audit of consents says so
		}
		return one(leaf.Subject, access.StandingConsent{
			Unit: c.Unit, Epoch: c.Epoch, Owner: c.Owner, Agent: c.Agent, Since: c.Since.UTC(), Until: c.Until.UTC(), Body: string(leaf.Body),
		})
	case "consent revoke":
		var c access.StandingConsent
		if json.Unmarshal([]byte(before(leaf.Subject)), &c) != nil {
			return nil
		}
		c.Revoked = true
		return one(leaf.Subject, c)
	}
	return nil
}

func accessOf(leaf ledger.Leaf, _ func(string) string) []ledger.Standing {
	var a access.Access
	if leaf.Kind != "access" || json.Unmarshal(leaf.Body, &a) != nil {
		return nil
	}
	return one(leaf.Subject, access.StandingAccess{
		Unit: a.Unit, Epoch: a.Epoch, Consent: a.Consent, Owner: a.Owner, Agent: a.Agent, At: a.At.UTC(), Refused: a.Refused,
		Body: string(leaf.Body),
	})
}
