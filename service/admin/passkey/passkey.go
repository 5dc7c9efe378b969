package passkey

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// CeremonyFor is how long a challenge is good: NIST SP 800-63B-4 section 3.2.2
// asks for short, and a phone has to be fetched from another room.
const CeremonyFor = 5 * time.Minute

// keys is the passkeys on record.
type keys interface {
	PasskeyByCredential(ctx context.Context, credential []byte) (access.Passkey, error)
	PasskeysOf(ctx context.Context, person lifecycle.PersonID) ([]access.Passkey, error)
	UsePasskey(ctx context.Context, id string, counter uint32, backedUp bool, at time.Time) error
}

// changes is what their people do with them.
type changes interface {
	AddPasskey(ctx context.Context, p access.Passkey) error
	RenamePasskey(ctx context.Context, person lifecycle.PersonID, id, name string) error
	RemovePasskey(ctx context.Context, person lifecycle.PersonID, id, here string) error
}

// ceremonies is what has begun.
type ceremonies interface {
	BeginCeremony(ctx context.Context, c access.Ceremony) error
	TakeCeremony(ctx context.Context, c access.Ceremony) (access.Ceremony, error)
}

// store is everything that Passkeys keeps somewhere.
type store interface {
	keys
	changes
	ceremonies
	access.ThrottleStore
	Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error)
}

// Config is what passkeys stand on.
type Config struct {
	Store store
	// Prove checks a person's own password and counts the attempt. What is
	// wrong is an *lifecycle.Invalid on the field "password".
	Prove func(ctx context.Context, person lifecycle.PersonID, password string) error
	// Providers are the OpenID providers through which a person can prove
	// themselves as well; nil: there are none.
	Providers func(ctx context.Context, person lifecycle.PersonID) ([]access.Button, error)
	URL       string // as browsers reach us: the one origin that counts, and its host the RP id
	Name      string // what authenticators call us
	Now       func() time.Time
	NewID     func() string
}

// Passkeys enrols them and asks for them.
type Passkeys struct {
	config   Config
	library  *webauthn.WebAuthn     // nil where browsers would refuse
	networks *access.SharedThrottle // sign-in: each begins with a row of ours
}

// New is the passkeys of the site at config.URL. Where that is no place for
// them (an IP address, or plain http beyond localhost) they are not Available,
// and everybody comes in by other means.
func New(config Config) (*Passkeys, error) {
	external, err := url.Parse(config.URL)
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	p := &Passkeys{config: config, networks: access.NewSharedThrottle(
		access.ThrottleConfig{Now: config.Now, Free: 30, Max: time.Minute}, config.Store, "passkey")}
	host := external.Hostname()
	if external.Scheme != "https" && host != "localhost" || protocol.ValidateRPID(host) != nil {
		return p, nil
	}
	timeout := webauthn.TimeoutConfig{Timeout: CeremonyFor, TimeoutUVD: CeremonyFor} // we expire by our own clock
	p.library, err = webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: config.Name, RPOrigins: []string{external.Scheme + "://" + external.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationRequired,
		},
		// Some password managers tell about extensions that nobody asked for.
		// Nothing here reads them.
		ExtensionsUnsolicitedOutputPolicy: protocol.UnsolicitedOutputPolicyIgnore,
		Timeouts:                          webauthn.TimeoutsConfig{Login: timeout, Registration: timeout},
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return p, nil
}

// Available reports whether browsers use passkeys at this site's address.
func (p *Passkeys) Available() bool { return p.library != nil }

var errUnavailable = fmt.Errorf("no passkeys at this address: %w", lifecycle.ErrNotFound)

// begin keeps what a ceremony has begun with. key is what its browser has, or
// what is to be signed.
func (p *Passkeys) begin(ctx context.Context, key string, purpose access.Purpose, person lifecycle.PersonID, session *webauthn.SessionData) error {
	data, err := json.Marshal(session)
	if err != nil {
		return fmt.Errorf("encode ceremony: %w", err)
	}
	return p.config.Store.BeginCeremony(ctx, access.Ceremony{
		KeyHash: access.TokenHash(key), Purpose: purpose, Person: person, Data: data, ExpiresAt: p.config.Now().Add(CeremonyFor),
	})
}

// take is what the ceremony had begun with. It is gone then, whatever comes of
// it: a challenge is good once.
func (p *Passkeys) take(ctx context.Context, key string, purpose access.Purpose, person lifecycle.PersonID) (webauthn.SessionData, error) {
	var session webauthn.SessionData
	if p.library == nil {
		return session, errUnavailable
	}
	taken, err := p.config.Store.TakeCeremony(ctx, access.Ceremony{KeyHash: access.TokenHash(key), Purpose: purpose, Person: person})
	if errors.Is(err, lifecycle.ErrNotFound) {
		return session, mistake("passkey.late")
	}
	if err != nil {
		return session, fmt.Errorf("passkey: %w", err)
	}
	if err := json.Unmarshal(taken.Data, &session); err != nil {
		return session, fmt.Errorf("decode ceremony: %w", err)
	}
	return session, nil
}

// holder is a person as the library asks for them.
type holder struct {
	person   access.Person
	passkeys []access.Passkey // that stand
}

// holder reads a person who may sign in, with the passkeys that are good.
func (p *Passkeys) holder(ctx context.Context, id lifecycle.PersonID) (holder, error) {
	person, err := p.config.Store.Person(ctx, id)
	if err != nil {
		return holder{}, fmt.Errorf("passkey: %w", err)
	}
	if !person.DisabledAt.IsZero() {
		return holder{}, fmt.Errorf("passkey of a disabled person: %w", lifecycle.ErrForbidden)
	}
	list, err := p.config.Store.PasskeysOf(ctx, id)
	if err != nil {
		return holder{}, fmt.Errorf("passkey: %w", err)
	}
	h := holder{person: person}
	for _, one := range list {
		if one.Stands() {
			h.passkeys = append(h.passkeys, one)
		}
	}
	return h, nil
}

// WebAuthnID is the person's opaque id: authenticators keep it.
func (h holder) WebAuthnID() []byte { return []byte(h.person.ID) }

// WebAuthnName tells the person's passkeys for this site apart.
func (h holder) WebAuthnName() string { return h.person.Email }

// WebAuthnDisplayName is what the person is called.
func (h holder) WebAuthnDisplayName() string {
	if h.person.Name == "" {
		return h.person.Email
	}
	return h.person.Name
}

// WebAuthnCredentials is the passkeys that are good.
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	list := make([]webauthn.Credential, len(h.passkeys))
	for i, one := range h.passkeys {
		list[i] = webauthn.Credential{
			ID: one.Credential, PublicKey: one.PublicKey,
			Flags: webauthn.CredentialFlags{
				UserPresent: true, UserVerified: true, BackupEligible: one.BackupEligible, BackupState: one.BackedUp,
			},
			Authenticator: webauthn.Authenticator{AAGUID: one.AAGUID, SignCount: one.Counter},
		}
		for _, transport := range one.Transports {
			list[i].Transport = append(list[i].Transport, protocol.AuthenticatorTransport(transport))
		}
	}
	return list
}

// by is the person's passkey with this id of its authenticator's.
func (h holder) by(credential []byte) (access.Passkey, bool) {
	for _, one := range h.passkeys {
		if string(one.Credential) == string(credential) {
			return one, true
		}
	}
	return access.Passkey{}, false
}

// mistake is one mistake in what the browser sent.
func mistake(code string) error {
	return lifecycle.Mistake("response", code)
}
