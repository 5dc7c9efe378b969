package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/admin/passkey"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// consentAudit goes through the ledger in order and holds every access against
// the consent that it names: that its owner's passkey signed it, for this agent
// and this unit, and that it stood then.
type consentAudit struct {
	given  map[string]access.Consent
	over   map[string]time.Time       // consents that were revoked
	epochs map[string]lifecycle.Epoch // of units that a consent was given for, since then
	found  int64
	out    io.Writer
}

func newConsentAudit(out io.Writer) *consentAudit {
	return &consentAudit{
		given: map[string]access.Consent{}, over: map[string]time.Time{}, epochs: map[string]lifecycle.Epoch{}, out: out,
	}
}

// checkConsents reads the whole ledger once more. That the tables show owners
// what the ledger has of accesses, heldKinds see to.
func checkConsents(ctx context.Context, source ledger.Source, stdout io.Writer) (found int64, err error) {
	audit := newConsentAudit(stdout)
	head, err := source.Head(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the head of the log: %w", err)
	}
	for from := int64(0); from < head.Size; from += labelsAtOnce {
		entries, err := source.Entries(ctx, from, min(from+labelsAtOnce, head.Size))
		if err != nil {
			return audit.found, fmt.Errorf("read entries from %d: %w", from, err)
		}
		for _, entry := range entries {
			if leaf, err := ledger.DecodeLeaf(entry.Bytes); err == nil { // else the audit has said so
				audit.take(entry.Index, leaf)
			}
		}
	}
	return audit.found, nil
}

func (a *consentAudit) find(index int64, format string, args ...any) {
	a.found++
	fmt.Fprintf(a.out, "index %d: %s\n", index, fmt.Sprintf(format, args...))
}

func (a *consentAudit) take(index int64, leaf ledger.Leaf) {
	switch leaf.Kind + " " + leaf.Event {
	case "consent give":
		a.give(index, leaf)
	case "consent revoke":
		if _, known := a.given[leaf.Subject]; !known {
			a.find(index, "consent %s is revoked and was never given", leaf.Subject)
			return
		}
		a.over[leaf.Subject] = leaf.At
	case "access open", "access refuse":
		a.look(index, leaf)
	default:
		if _, watched := a.epochs[leaf.Subject]; watched && leaf.Kind == "unit" {
			var change lifecycle.Change
			if json.Unmarshal(leaf.Body, &change) == nil { // else the replay says so
				a.epochs[leaf.Subject] = change.Unit.Epoch
			}
		}
	}
}

// give checks a consent against the public key that stands in it.
func (a *consentAudit) give(index int64, leaf ledger.Leaf) {
	var c access.Consent
	if err := json.Unmarshal(leaf.Body, &c); err != nil || c.ID != leaf.Subject {
		a.find(index, "its entry holds no consent of its subject: %v", err)
		return
	}
	if _, twice := a.given[c.ID]; twice {
		a.find(index, "consent %s is given twice", c.ID)
	}
	if err := passkey.Verify(c.Proof.PublicKey, c.Proof, c.Challenge(), c.RPID); err != nil {
		a.find(index, "consent %s: %v", c.ID, err)
	}
	if held := c.Until.Sub(c.Since); held <= 0 || held > access.ConsentMost {
		a.find(index, "consent %s holds for %s", c.ID, held)
	}
	if late := leaf.At.Sub(c.Since); late < 0 || late > access.ConsentSignFor {
		a.find(index, "consent %s is on the ledger %s after it was read", c.ID, late)
	}
	a.given[c.ID], a.epochs[string(c.Unit)] = c, c.Epoch
}

// look checks that an access lies inside its consent.
func (a *consentAudit) look(index int64, leaf ledger.Leaf) {
	var looked access.Access
	if err := json.Unmarshal(leaf.Body, &looked); err != nil || looked.ID != leaf.Subject || !looked.At.Equal(leaf.At) {
		a.find(index, "its entry holds no access of its subject: %v", err)
		return
	}
	if leaf.Event == "refuse" {
		if looked.Refused == "" || len(looked.Shown) > 0 {
			a.find(index, "attempt %s was refused, and shows something", looked.ID)
		}
		return
	}
	c, known := a.given[looked.Consent]
	revoked, over := a.over[looked.Consent]
	switch {
	case !known:
		a.find(index, "access %s is under no consent that was given", looked.ID)
	case looked.Refused != "":
		a.find(index, "access %s was refused, and let in", looked.ID)
	case looked.Agent != c.Agent || looked.Org != c.Org || looked.Unit != c.Unit || looked.Epoch != c.Epoch || looked.Owner != c.Owner || looked.For != c.For:
		a.find(index, "access %s is not what consent %s allows", looked.ID, c.ID)
	case looked.At.Before(c.Since) || looked.Until.After(c.Until) || !looked.At.Before(looked.Until):
		a.find(index, "access %s is not within the time of consent %s", looked.ID, c.ID)
	case over && revoked.Before(looked.At):
		a.find(index, "access %s is after consent %s was revoked", looked.ID, c.ID)
	case a.epochs[string(c.Unit)] != c.Epoch:
		a.find(index, "access %s is after the unit of consent %s had moved on", looked.ID, c.ID)
	}
}
