package consent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// noPasskey refuses a consent to an owner who has nothing to sign it with.
func noPasskey() error {
	return &lifecycle.Refusal{Event: "consent", Reasons: []lifecycle.Reason{{Code: "consent.no-passkey"}}}
}

// Begun is a consent that is ready to be signed.
type Begun struct {
	Since     time.Time
	Challenge []byte
	Options   json.RawMessage // for the browser
}

// Begin makes ready what the owner's passkey is to sign: the consent as it would
// be from now on, in these words.
func (s *Consents) Begin(ctx context.Context, owner lifecycle.PersonID, id string, words access.DisclosureVersion) (Begun, error) {
	asked, err := s.Question(ctx, owner, id)
	if err != nil {
		return Begun{}, err
	}
	able, err := s.CanSign(ctx, owner)
	if err != nil {
		return Begun{}, err
	}
	if !able {
		return Begun{}, fmt.Errorf("begin consent: %w", noPasskey())
	}
	draft := s.draft(asked.ConsentAsk, words, s.now())
	options, err := s.config.Signer.BeginSignature(ctx, owner, draft.Challenge())
	if err != nil {
		return Begun{}, fmt.Errorf("begin consent: %w", err)
	}
	return Begun{draft.Since, draft.Challenge(), options}, nil
}

// draft is the consent that a question becomes. All that is in it is on record,
// but for the words and since when, which its owner signs with it.
func (s *Consents) draft(ask access.ConsentAsk, words access.DisclosureVersion, since time.Time) access.Consent {
	return access.Consent{
		ID: idOf(ask.ID), Ask: ask.ID, Unit: ask.Unit, Epoch: ask.Epoch, Owner: ask.Owner,
		Agent: ask.Agent, Org: ask.Org, For: ask.Terms.Purpose, From: ask.Terms.From, To: ask.Terms.To, Words: words,
		Since: since, Until: since.Add(time.Duration(ask.Terms.Hours) * time.Hour), RPID: s.config.RPID,
	}
}

// idOf is the id of the consent that a question becomes: there is only one.
func idOf(ask string) string { return "cns_" + strings.TrimPrefix(ask, "ask_") }

// Signed is what the browser sends: since when, and the passkey's response.
type Signed struct {
	Since    time.Time
	Response []byte
}

// Give puts a signed consent on record. A signature by another passkey, over
// other bytes, for another origin, or sent again is refused by the signer; a
// beginning of long ago, or of tomorrow, here.
func (s *Consents) Give(ctx context.Context, owner lifecycle.PersonID, id string, words access.DisclosureVersion, signed Signed) (access.Consent, error) {
	asked, err := s.Question(ctx, owner, id)
	if err != nil {
		return access.Consent{}, err
	}
	now, since := s.now(), signed.Since.UTC().Truncate(time.Millisecond)
	if since.After(now) || now.Sub(since) >= access.ConsentSignFor {
		return access.Consent{}, fmt.Errorf("give consent: %w", tooLate())
	}
	consent := s.draft(asked.ConsentAsk, words, since)
	consent.Proof, err = s.config.Signer.FinishSignature(ctx, owner, consent.Challenge(), signed.Response)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return access.Consent{}, fmt.Errorf("give consent: %w", tooLate()) // it was never begun, or was taken
	}
	if err != nil {
		return access.Consent{}, fmt.Errorf("give consent: %w", err)
	}
	given, err := s.config.Records.GiveConsent(ctx, consent)
	if err != nil {
		return access.Consent{}, fmt.Errorf("give consent: %w", err)
	}
	return given, nil
}

// Already is the consent that this owner gave to the question with this
// beginning, and that still stands. Its passkey's response is good once, and its question is answered:
// so whoever lost the answer and sends the same again is told from here, and not
// that there never was a question.
func (s *Consents) Already(ctx context.Context, owner lifecycle.PersonID, ask string, since time.Time) (access.Consent, bool, error) {
	given, err := s.config.Records.ConsentsOf(ctx, owner)
	if err != nil {
		return access.Consent{}, false, fmt.Errorf("look for a consent that was given: %w", err)
	}
	since = since.UTC().Truncate(time.Millisecond)
	for _, consent := range given {
		if consent.ID == idOf(ask) && consent.Since.Equal(since) && consent.Over == "" {
			return consent.Consent, true, nil
		}
	}
	return access.Consent{}, false, nil
}

func tooLate() error {
	var wrong lifecycle.Invalid
	wrong.Add("response", "consent.signature-too-late")
	return wrong.Err()
}
