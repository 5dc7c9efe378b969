package signin

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// people is who may come in.
type people interface {
	Person(ctx context.Context, id lifecycle.PersonID) (access.Person, error)
	PersonByEmail(ctx context.Context, email string) (access.Person, error)
	// ChangePerson changes one person in one transaction: a new password must
	// not undo what an admin does at the same time.
	ChangePerson(ctx context.Context, id lifecycle.PersonID, change func(p access.Person, otherAdmins int) (access.Person, error)) (access.Person, error)
	// SignUp adds a person, or does nothing where the address is known: with
	// the same work, the same ledger entry and no hint which it was.
	SignUp(ctx context.Context, p access.Person) error
	Organisation(ctx context.Context, id lifecycle.OrgID) (access.Organisation, error)
}

// store is everything that Entrance keeps somewhere.
type store interface {
	people
	links
	tokens
	askedLinks
	openedLinks
	recoveries
	waits
	addressChanges
	access.ThrottleStore
}

// Config is what the entrance stands on. All of it but OperatorHash must be
// given; Ticks and Log for Run.
type Config struct {
	Store     store
	Passwords *access.Passwords
	Now       func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
	// URL is how browsers reach us; set-up links begin with it.
	URL string
	// OperatorHash is access.TokenHash of the token that lies in the data
	// directory for the command line; empty: there is no operator.
	OperatorHash string
	// Passkeys: browsers use them at URL.
	Passkeys bool
	// Providers are those that people sign in through; nil: none.
	Providers providers
	// Mail: links are mailed, and a password alone lets nobody in.
	Mail bool
	// KeyedHash is the service's own, for codes that stop a recovery.
	KeyedHash func(kind, text string) string
	// Ticks is when Run looks whether a wait is over; Log is told what Run
	// cannot tell anybody.
	Ticks <-chan time.Time
	Log   *slog.Logger
}

// Entrance is where people come in.
type Entrance struct {
	config Config

	addresses *access.SharedThrottle // per mail address, known or not
	networks  *access.SharedThrottle // per network: one guess at each of many addresses
	signUps   *access.SharedThrottle // per network
	guesses   *access.SharedThrottle // per network: at links and codes
}

// New is the entrance.
func New(config Config) *Entrance {
	config.URL = strings.TrimRight(config.URL, "/")
	return &Entrance{
		config:    config,
		addresses: access.NewSharedThrottle(access.ThrottleConfig{Now: config.Now}, config.Store, "address"),
		// A shop shares one network, so it may err more often than a person
		// and waits less; right sign-ins are forgiven.
		networks: access.NewSharedThrottle(access.ThrottleConfig{Now: config.Now, Free: 30, Max: time.Minute}, config.Store, "network"),
		signUps:  access.NewSharedThrottle(access.ThrottleConfig{Now: config.Now, Free: 10}, config.Store, "sign-up"),
		// Nobody guesses 256 bits; this bounds the work of who tries.
		guesses: access.NewSharedThrottle(access.ThrottleConfig{Now: config.Now, Free: 100, Max: time.Minute}, config.Store, "link"),
	}
}

// SignIn is the person to whom address and password belong. Every way in which
// they do not looks the same, takes the same work and is counted.
func (e *Entrance) SignIn(ctx context.Context, email, password, network string) (access.Person, error) {
	if err := e.networks.Attempt(ctx, network); err != nil {
		return access.Person{}, err
	}
	person, err := e.check(ctx, email, password)
	if errors.Is(err, lifecycle.ErrUnauthenticated) {
		return access.Person{}, lifecycle.Mistake("password", "sign-in.wrong")
	}
	if err != nil {
		return access.Person{}, fmt.Errorf("sign in: %w", err)
	}
	if err := e.networks.Forgive(ctx, network); err != nil {
		return access.Person{}, fmt.Errorf("sign in: %w", err)
	}
	return person, e.passwordLetsIn(ctx, person)
}

// Verify is the person with this address and password, who signs as the second
// of two on somebody else's screen: no session begins. What does not fit is
// lifecycle.ErrUnauthenticated.
func (e *Entrance) Verify(ctx context.Context, email, password string) (access.Principal, error) {
	person, err := e.check(ctx, email, password)
	if err != nil {
		return access.Principal{}, fmt.Errorf("verify: %w", err)
	}
	_, org, err := e.standing(ctx, person.ID)
	if err != nil {
		return access.Principal{}, nobody(err)
	}
	return principalOf(person, org), nil
}

// check is compare, and forgets the attempts where it was right.
func (e *Entrance) check(ctx context.Context, email, password string) (access.Person, error) {
	person, err := e.compare(ctx, email, password)
	if err != nil {
		return access.Person{}, err
	}
	if err := e.addresses.Clear(ctx, addressKey(email)); err != nil {
		return access.Person{}, err
	}
	return person, nil
}

// compare counts the attempt, does its work, and then says whether it was right.
func (e *Entrance) compare(ctx context.Context, email, password string) (access.Person, error) {
	if err := e.addresses.Attempt(ctx, addressKey(email)); err != nil {
		return access.Person{}, err
	}
	person, err := e.config.Store.PersonByEmail(ctx, email)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return access.Person{}, err
	}
	right, err := e.verify(ctx, password, person.PasswordHash)
	if err != nil {
		return access.Person{}, err
	}
	if !right || !person.DisabledAt.IsZero() {
		return access.Person{}, lifecycle.ErrUnauthenticated
	}
	return person, nil
}

// verify does the same work whether or not there is a hash to compare with.
func (e *Entrance) verify(ctx context.Context, password, hash string) (bool, error) {
	if hash == "" {
		return false, e.config.Passwords.VerifyDecoy(ctx, password)
	}
	return e.config.Passwords.Verify(ctx, password, hash)
}

// Owner is somebody who signs up.
type Owner struct {
	Email, Password string
}

// SignUp adds an owner, who belongs to no organisation. Whether the address
// was known before shows in nothing. Until mail is sent to it, nobody has
// proven that it is theirs.
func (e *Entrance) SignUp(ctx context.Context, in Owner, network string) error {
	if err := e.signUps.Attempt(ctx, network); err != nil {
		return err
	}
	person, err := e.newOwner(ctx, in)
	if err != nil {
		return err
	}
	if err := e.config.Store.SignUp(ctx, person); err != nil {
		return fmt.Errorf("sign up: %w", err)
	}
	return nil
}

// newOwner is somebody who signs up, not on record yet.
func (e *Entrance) newOwner(ctx context.Context, in Owner) (access.Person, error) {
	hash, err := e.config.Passwords.Hash(ctx, in.Password)
	if err != nil {
		return access.Person{}, fmt.Errorf("sign up: %w", err)
	}
	return access.Person{
		ID: e.newPersonID(), Roles: []lifecycle.Role{lifecycle.RoleOwner}, Email: in.Email,
		PasswordHash: hash, Generation: 1, CreatedAt: e.config.Now(),
	}, nil
}

func (e *Entrance) newPersonID() lifecycle.PersonID {
	return lifecycle.PersonID("psn_" + e.config.NewID())
}

// addressKey is what a throttle counts by: never the address itself.
func addressKey(email string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(email))))
	return hex.EncodeToString(sum[:])
}
