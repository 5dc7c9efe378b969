package support

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// records is what is kept of questions, consents and accesses.
type records interface {
	// AskForConsent and TypeConsentCode put a question to an owner.
	AskForConsent(ctx context.Context, key lifecycle.UnitKey, ask access.ConsentAsk) error
	TypeConsentCode(ctx context.Context, ask access.ConsentAsk) error
	// ConsentsTo are the consents to an agent that stand.
	ConsentsTo(ctx context.Context, agent lifecycle.PersonID) ([]access.HeldConsent, error)
	// OpenAccess decides on an access, and returns once it is on the ledger.
	OpenAccess(ctx context.Context, a access.Access) (access.Access, error)
	// AccessView is what may be shown under an access now.
	AccessView(ctx context.Context, id string, agent lifecycle.PersonID) (access.View, error)
}

// peers are the clouds by name.
type peers interface {
	Peer(name string) (cloud.Peer, error)
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Records records
	Clouds  peers
	// Attempts counts, for all processes together, how often an agent asks.
	Attempts access.ThrottleStore
	Now      func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
	// Watch ticks while a view is open, at least four times a second; the second
	// value stops it.
	Watch func() (<-chan time.Time, func())
}

// Support is the room.
type Support struct {
	config Config
	asks   *access.SharedThrottle // by agent
	units  *access.SharedThrottle // by unit, whoever of an organisation asks
	codes  *access.SharedThrottle
	tries  *access.SharedThrottle
	looks  *access.SharedThrottle // by agent and consent
}

// An agent asks a few owners an hour. Who asks more is going through serials.
const (
	freeAsks   = 20
	firstWait  = time.Minute
	longWait   = time.Hour
	asksForget = 24 * time.Hour
	freeCodes  = 5
	freeTries  = 10
	// Each question and each look is a mail to the owner. One unit's is asked a few
	// times a day by all of a vendor together: a no is a no. A consent of a day
	// is 96 quarters of an hour, and nobody looks in all of them.
	freeUnitAsks = 3
	freeLooks    = 40
)

// New is the room.
func New(c Config) *Support {
	slow := access.ThrottleConfig{Now: c.Now, Free: freeAsks, Base: firstWait, Max: longWait, Forget: asksForget}
	perUnit := access.ThrottleConfig{Now: c.Now, Free: freeUnitAsks, Base: longWait, Max: asksForget, Forget: asksForget}
	perConsent := access.ThrottleConfig{Now: c.Now, Free: freeLooks, Base: firstWait, Forget: asksForget}
	return &Support{
		config: c,
		asks:   access.NewSharedThrottle(slow, c.Attempts, "support-ask"),
		units:  access.NewSharedThrottle(perUnit, c.Attempts, "support-ask-unit"),
		codes:  access.NewSharedThrottle(access.ThrottleConfig{Now: c.Now, Free: freeCodes, Base: 10 * time.Second}, c.Attempts, "support-code"),
		tries:  access.NewSharedThrottle(access.ThrottleConfig{Now: c.Now, Free: freeTries, Base: 10 * time.Second}, c.Attempts, "support-try"),
		looks:  access.NewSharedThrottle(perConsent, c.Attempts, "support-look"),
	}
}

// Ask asks the owner of a unit, if it has one. The agent is told no more than
// that: neither whether there is such a unit, nor whether anybody has it; and
// how often one may be asked about is counted by what was typed.
func (s *Support) Ask(ctx context.Context, agent lifecycle.Actor, key lifecycle.UnitKey, terms access.ConsentTerms) error {
	if wrong := terms.Check(); wrong != nil {
		return wrong
	}
	if err := s.asks.Attempt(ctx, string(agent.Person)); err != nil {
		return fmt.Errorf("ask for consent: %w", err)
	}
	if err := s.units.Attempt(ctx, string(agent.Org)+" "+key.String()); err != nil {
		return fmt.Errorf("ask about a unit: %w", err)
	}
	if err := s.config.Records.AskForConsent(ctx, key, s.question(agent, terms, access.ConsentAskFor)); err != nil {
		return fmt.Errorf("ask for consent: %w", err)
	}
	return nil
}

// TypeCode asks the owner who read this code out.
func (s *Support) TypeCode(ctx context.Context, agent lifecycle.Actor, code string, terms access.ConsentTerms) error {
	if wrong := terms.Check(); wrong != nil {
		return wrong
	}
	if err := s.codes.Attempt(ctx, string(agent.Person)); err != nil {
		return fmt.Errorf("type a code: %w", err)
	}
	ask := s.question(agent, terms, access.ConsentCodeFor)
	ask.CodeHash = access.ConsentCodeHash(code)
	err := s.config.Records.TypeConsentCode(ctx, ask)
	if errors.Is(err, lifecycle.ErrNotFound) {
		var wrong lifecycle.Invalid
		wrong.Add("code", "support.code-none")
		return wrong.Err()
	}
	if err != nil {
		return fmt.Errorf("type a code: %w", err)
	}
	return s.codes.Forgive(ctx, string(agent.Person))
}

func (s *Support) question(agent lifecycle.Actor, terms access.ConsentTerms, waits time.Duration) access.ConsentAsk {
	now := s.now()
	return access.ConsentAsk{
		ID: "ask_" + s.config.NewID(), Agent: agent.Person, Org: agent.Org, Terms: terms, MadeAt: now, ExpiresAt: now.Add(waits),
	}
}

func (s *Support) now() time.Time { return s.config.Now().UTC().Truncate(time.Millisecond) }

// Consents are the agent's own that stand.
func (s *Support) Consents(ctx context.Context, agent lifecycle.Actor) ([]access.HeldConsent, error) {
	list, err := s.config.Records.ConsentsTo(ctx, agent.Person)
	if err != nil {
		return nil, fmt.Errorf("list consents: %w", err)
	}
	return list, nil
}

// Consent is one of them; any other is lifecycle.ErrNotFound.
func (s *Support) Consent(ctx context.Context, agent lifecycle.Actor, id string) (access.HeldConsent, error) {
	list, err := s.Consents(ctx, agent)
	if err != nil {
		return access.HeldConsent{}, err
	}
	at := slices.IndexFunc(list, func(c access.HeldConsent) bool { return c.ID == id })
	if at < 0 {
		return access.HeldConsent{}, fmt.Errorf("find consent: %w", lifecycle.ErrNotFound)
	}
	return list[at], nil
}

// Over is an access that shows nothing any more, to the agent whose consent it
// was. It matches lifecycle.ErrNotFound: there is nothing here.
type Over struct{ Why access.ConsentEnd }

// Error says why.
func (o *Over) Error() string { return "access is over: " + string(o.Why) }

// Is makes errors.Is(err, lifecycle.ErrNotFound) true.
func (o *Over) Is(target error) bool { return target == lifecycle.ErrNotFound }

// Attested is what an agent says that they look for.
type Attested struct {
	Reason access.AccessReason
	Note   string
}

// Open opens a unit under a consent. Whatever is decided is on the ledger, and
// its owner is told, before this returns; an attempt under a consent that is
// over, or not the agent's, is an attempt on the ledger and lifecycle.ErrNotFound
// here.
func (s *Support) Open(ctx context.Context, agent lifecycle.Actor, consent string, says Attested) (access.Access, error) {
	if !slices.Contains(access.AccessReasons(), says.Reason) {
		var wrong lifecycle.Invalid
		wrong.Add("reason", "support.reason-unknown")
		return access.Access{}, wrong.Err()
	}
	if err := s.tries.Attempt(ctx, string(agent.Person)); err != nil {
		return access.Access{}, fmt.Errorf("open under consent: %w", err)
	}
	if err := s.looks.Attempt(ctx, string(agent.Person)+" "+consent); err != nil {
		return access.Access{}, fmt.Errorf("open under consent: %w", err)
	}
	if held, err := s.Consent(ctx, agent, consent); err == nil && !says.Reason.Suits(held.For) {
		var wrong lifecycle.Invalid
		wrong.Add("reason", "support.reason-unknown")
		return access.Access{}, wrong.Err()
	}
	opened, err := s.config.Records.OpenAccess(ctx, access.Access{
		ID: "acc_" + s.config.NewID(), Consent: consent, Agent: agent.Person, Org: agent.Org, Reason: says.Reason, Note: says.Note,
	})
	if err != nil {
		return access.Access{}, fmt.Errorf("open under consent: %w", err)
	}
	switch opened.Refused {
	case "":
		return opened, s.tries.Forgive(ctx, string(agent.Person))
	case access.ConsentNotTheirs:
		return access.Access{}, fmt.Errorf("open under consent: %w", lifecycle.ErrNotFound)
	}
	return access.Access{}, &Over{opened.Refused}
}
