package consent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/access"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
)

// records is what is kept of questions and consents.
type records interface {
	ShowConsentCode(ctx context.Context, ask access.ConsentAsk) error
	ConsentAsks(ctx context.Context, owner lifecycle.PersonID) ([]access.ConsentAsk, error)
	RefuseConsent(ctx context.Context, id string, owner lifecycle.PersonID) error
	GiveConsent(ctx context.Context, c access.Consent) (access.Consent, error)
	RevokeConsent(ctx context.Context, id string, owner lifecycle.PersonID) error
	ConsentsOf(ctx context.Context, owner lifecycle.PersonID) ([]access.HeldConsent, error)
}

// people is who is asked for by id, and what is theirs.
type people interface {
	MineOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonBinding, error)
	PastOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonBinding, error)
	Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error)
	Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error)
}

// looked is who looked, and the ledger's word for it.
type looked interface {
	AccessOf(ctx context.Context, id string, owner lifecycle.PersonID) (access.Access, error)
	AccessesOf(ctx context.Context, owner lifecycle.PersonID, unit lifecycle.UnitID, epoch lifecycle.Epoch, page lifecycle.Page) ([]access.Access, string, error)
	Leaf(ctx context.Context, subject string, index int64) (ledger.Leaf, error)
	Checkpoint(ctx context.Context) ([]byte, error)
}

// signer lets a person's passkey sign bytes of ours.
type signer interface {
	// Available reports whether browsers use passkeys at our address.
	Available() bool
	// BeginSignature is what the browser needs to sign the challenge.
	BeginSignature(ctx context.Context, person lifecycle.PersonID, challenge []byte) (json.RawMessage, error)
	// FinishSignature takes what the browser sent. It is good once.
	FinishSignature(ctx context.Context, person lifecycle.PersonID, challenge, response []byte) (access.PasskeySignature, error)
}

// passkeys is what a person can sign with.
type passkeys interface {
	PasskeysOf(ctx context.Context, person lifecycle.PersonID) ([]access.Passkey, error)
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Records  records
	People   people
	Looked   looked
	Signer   signer
	Passkeys passkeys
	// Hashes reads the stored tree of the ledger, for as long as ctx.
	Hashes func(ctx context.Context) tlog.HashReader
	// RPID is for whom passkeys sign (WebAuthn Level 3 section 4).
	RPID string
	Now  func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
}

// Consents is the room.
type Consents struct{ config Config }

// New is the room.
func New(c Config) *Consents { return &Consents{c} }

func (s *Consents) now() time.Time { return s.config.Now().UTC().Truncate(time.Millisecond) }

// Who is an agent as their organisation has them, and the organisation.
type Who struct{ Name, Org string }

// who finds the names; of somebody who is gone nothing is left but that.
func (s *Consents) who(ctx context.Context, agent lifecycle.PersonID, org lifecycle.OrgID) (Who, error) {
	person, err := s.config.People.Person(ctx, agent)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return Who{}, fmt.Errorf("read agent: %w", err)
	}
	organisation, err := s.config.People.Organisation(ctx, org)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return Who{}, fmt.Errorf("read organisation: %w", err)
	}
	return Who{person.Name, organisation.Name}, nil
}

// Asked is a question with who asks.
type Asked struct {
	access.ConsentAsk
	Who Who
}

// Given is a consent with whom it was given to.
type Given struct {
	access.HeldConsent
	Who Who
}

// Overview is an owner's questions and consents.
type Overview struct {
	Asked []Asked
	Open  []Given
	Past  []Given
}

// Overview lists them.
func (s *Consents) Overview(ctx context.Context, owner lifecycle.PersonID) (Overview, error) {
	var all Overview
	asks, err := s.config.Records.ConsentAsks(ctx, owner)
	if err != nil {
		return Overview{}, fmt.Errorf("list questions: %w", err)
	}
	for _, ask := range asks {
		who, err := s.who(ctx, ask.Agent, ask.Org)
		if err != nil {
			return Overview{}, err
		}
		all.Asked = append(all.Asked, Asked{ask, who})
	}
	given, err := s.config.Records.ConsentsOf(ctx, owner)
	if err != nil {
		return Overview{}, fmt.Errorf("list consents: %w", err)
	}
	for _, consent := range given {
		who, err := s.who(ctx, consent.Agent, consent.Org)
		if err != nil {
			return Overview{}, err
		}
		if consent.Over == "" {
			all.Open = append(all.Open, Given{consent, who})
		} else {
			all.Past = append(all.Past, Given{consent, who})
		}
	}
	return all, nil
}

// Question is one question that waits for its owner; any other is
// lifecycle.ErrNotFound.
func (s *Consents) Question(ctx context.Context, owner lifecycle.PersonID, id string) (Asked, error) {
	asks, err := s.config.Records.ConsentAsks(ctx, owner)
	if err != nil {
		return Asked{}, fmt.Errorf("find question: %w", err)
	}
	at := slices.IndexFunc(asks, func(a access.ConsentAsk) bool { return a.ID == id && a.Waits(s.now()) })
	if at < 0 {
		return Asked{}, fmt.Errorf("find question: %w", lifecycle.ErrNotFound)
	}
	who, err := s.who(ctx, asks[at].Agent, asks[at].Org)
	return Asked{asks[at], who}, err
}

// CanSign reports whether the owner has a passkey that is good.
func (s *Consents) CanSign(ctx context.Context, owner lifecycle.PersonID) (bool, error) {
	if !s.config.Signer.Available() {
		return false, nil
	}
	keys, err := s.config.Passkeys.PasskeysOf(ctx, owner)
	if err != nil {
		return false, fmt.Errorf("list passkeys: %w", err)
	}
	return slices.ContainsFunc(keys, access.Passkey.Stands), nil
}

// Code is what an owner reads out to an agent.
type Code struct {
	Text  string // in groups
	Key   lifecycle.UnitKey
	Until time.Time
}

// ShowCode draws a code for one of the owner's units. The one before it is no
// longer good.
func (s *Consents) ShowCode(ctx context.Context, owner lifecycle.PersonID, key lifecycle.UnitKey) (Code, error) {
	binding, err := s.mine(ctx, owner, key)
	if err != nil {
		return Code{}, err
	}
	text := strings.ToUpper(s.config.NewID()[:access.ConsentCodeLength])
	now := s.now()
	err = s.config.Records.ShowConsentCode(ctx, access.ConsentAsk{
		ID: "ask_" + s.config.NewID(), Unit: binding.Unit, Epoch: binding.Binding.Epoch, Owner: owner,
		CodeHash: access.ConsentCodeHash(text), MadeAt: now, ExpiresAt: now.Add(access.ConsentCodeFor),
	})
	if err != nil {
		return Code{}, fmt.Errorf("show code: %w", err)
	}
	return Code{text[:5] + "-" + text[5:], binding.Key, now.Add(access.ConsentCodeFor)}, nil
}

// mine is the live owner binding of a unit of theirs. Another's is not asked
// after at all.
func (s *Consents) mine(ctx context.Context, owner lifecycle.PersonID, key lifecycle.UnitKey) (lifecycle.PersonBinding, error) {
	list, err := s.config.People.MineOf(ctx, owner)
	if err != nil {
		return lifecycle.PersonBinding{}, fmt.Errorf("find a unit: %w", err)
	}
	for _, b := range list {
		if b.Key.Equal(key) && b.Binding.Kind == lifecycle.BindingOwner && b.Binding.State == lifecycle.BindingLive {
			return b, nil
		}
	}
	return lifecycle.PersonBinding{}, fmt.Errorf("find a unit: %w", lifecycle.ErrNotFound)
}

// Refuse is an owner's no.
func (s *Consents) Refuse(ctx context.Context, owner lifecycle.PersonID, id string) error {
	if err := s.config.Records.RefuseConsent(ctx, id, owner); err != nil {
		return fmt.Errorf("refuse: %w", err)
	}
	return nil
}

// Revoke takes a consent back. Whatever is open under it is over within a
// second.
func (s *Consents) Revoke(ctx context.Context, owner lifecycle.PersonID, id string) error {
	if err := s.config.Records.RevokeConsent(ctx, id, owner); err != nil {
		return fmt.Errorf("revoke: %w", err)
	}
	return nil
}
