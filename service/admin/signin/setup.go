package signin

import (
	"context"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// SetUpFor is how long the first link of an empty database waits; a restart
// prints a new one.
const SetUpFor = 24 * time.Hour

// links is the one-time links.
type links interface {
	// Empty reports that nobody is on record yet.
	Empty(ctx context.Context) (bool, error)
	// SaveSetupLink adds a link and ends the person's earlier ones.
	SaveSetupLink(ctx context.Context, link access.SetupLink) error
	// SetupLink is a link that can still be used; any other is ErrNotFound.
	SetupLink(ctx context.Context, hash string) (access.SetupLink, error)
	// SetUp uses up the first link: the organisation and its admin are written,
	// or, where somebody was faster, nothing is.
	SetUp(ctx context.Context, hash string, org access.Organisation, admin access.Person) error
	// AcceptInvitation uses up a link of a person, whose password it sets.
	AcceptInvitation(ctx context.Context, hash, passwordHash string) (access.Person, error)
}

// FirstStart makes a one-time link while nobody is on record. Whoever starts
// the server prints it; every start ends the link of the start before.
func (e *Entrance) FirstStart(ctx context.Context) (link string, needed bool, err error) {
	empty, err := e.config.Store.Empty(ctx)
	if err != nil || !empty {
		return "", false, err
	}
	link, err = e.Link(ctx, "", SetUpFor)
	return link, err == nil, err
}

// Link makes a one-time link for a person, or for the very first admin.
func (e *Entrance) Link(ctx context.Context, person lifecycle.PersonID, lasting time.Duration) (string, error) {
	code := access.NewToken()
	err := e.config.Store.SaveSetupLink(ctx, access.SetupLink{
		Hash: access.TokenHash(code), Person: person, ExpiresAt: e.config.Now().Add(lasting),
	})
	if err != nil {
		return "", fmt.Errorf("make set-up link: %w", err)
	}
	if err := e.tellInvited(ctx, person, code); err != nil {
		return "", fmt.Errorf("make set-up link: %w", err)
	}
	return e.config.URL + "/setup/" + code, nil
}

// tellInvited tells who has come in before that an admin has made a link for
// them: with it their password is replaced, and it was handed to somebody.
func (e *Entrance) tellInvited(ctx context.Context, id lifecycle.PersonID, code string) error {
	if id == "" {
		return nil
	}
	person, err := e.config.Store.Person(ctx, id)
	if err != nil || person.PasswordHash == "" && person.JoinedAt.IsZero() {
		return err
	}
	return e.config.Store.QueueNotice(ctx, notice.Notice{
		To: id, Kind: notice.KindFactorChanged, Params: map[string]string{"what": "invitation"}, Link: "/account",
		Once: "invitation " + access.TokenHash(code), At: e.config.Now(),
	})
}

// Welcome is whom a link lets in.
type Welcome struct {
	// First: nobody is on record yet, and the rest is empty.
	First        bool
	Person       access.Person
	Organisation access.Organisation
	Providers    []access.Button // through which they may come in instead
}

// Open says whom a link is for, without using it up. A link that was used,
// is too old or never was is lifecycle.ErrNotFound.
func (e *Entrance) Open(ctx context.Context, code string) (Welcome, error) {
	link, err := e.config.Store.SetupLink(ctx, access.TokenHash(code))
	if err != nil {
		return Welcome{}, fmt.Errorf("open set-up link: %w", err)
	}
	if link.Person == "" {
		return Welcome{First: true}, nil
	}
	person, org, err := e.standing(ctx, link.Person)
	if err != nil {
		return Welcome{}, fmt.Errorf("open set-up link: %w", err)
	}
	buttons, err := e.buttonsFor(ctx, person)
	return Welcome{Person: person, Organisation: org, Providers: buttons}, err
}

// Founding is the first organisation, a vendor, and its first admin.
type Founding struct {
	Organisation string
	Brands       []string
	Name         string
	Email        string
	Password     string
}

// SetUp begins everything. Of two who use the link at once, one wins.
func (e *Entrance) SetUp(ctx context.Context, code string, in Founding) (access.Person, error) {
	if _, err := e.Open(ctx, code); err != nil {
		return access.Person{}, err // before hashing: a stranger must not make us work
	}
	hash, err := e.config.Passwords.Hash(ctx, in.Password)
	if err != nil {
		return access.Person{}, fmt.Errorf("set up: %w", err)
	}
	now := e.config.Now()
	org := access.Organisation{
		ID: lifecycle.OrgID("org_" + e.config.NewID()), Kind: lifecycle.OrgVendor, Name: in.Organisation,
		Brands: in.Brands, CreatedAt: now,
	}
	admin := access.Person{
		ID: e.newPersonID(), Org: org.ID, Roles: []lifecycle.Role{lifecycle.RoleAdmin}, Name: in.Name, Email: in.Email,
		PasswordHash: hash, Generation: 1, CreatedAt: now,
	}
	if err := e.config.Store.SetUp(ctx, access.TokenHash(code), org, admin); err != nil {
		return access.Person{}, fmt.Errorf("set up: %w", err)
	}
	return admin, nil
}

// Accept lets the invited person choose a password. Nobody else ever does.
func (e *Entrance) Accept(ctx context.Context, code, password string) (access.Person, error) {
	if _, err := e.Open(ctx, code); err != nil {
		return access.Person{}, err
	}
	hash, err := e.config.Passwords.Hash(ctx, password)
	if err != nil {
		return access.Person{}, fmt.Errorf("accept invitation: %w", err)
	}
	person, err := e.config.Store.AcceptInvitation(ctx, access.TokenHash(code), hash)
	if err != nil {
		return access.Person{}, fmt.Errorf("accept invitation: %w", err)
	}
	return person, nil
}

// standing is a person who may come in, and their organisation.
func (e *Entrance) standing(ctx context.Context, id lifecycle.PersonID) (access.Person, access.Organisation, error) {
	person, err := e.config.Store.Person(ctx, id)
	if err != nil {
		return access.Person{}, access.Organisation{}, err
	}
	if !person.DisabledAt.IsZero() {
		return access.Person{}, access.Organisation{}, fmt.Errorf("person is disabled: %w", lifecycle.ErrNotFound)
	}
	if person.Org == "" {
		return person, access.Organisation{}, nil
	}
	org, err := e.config.Store.Organisation(ctx, person.Org)
	return person, org, err
}
