package share

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"log/slog"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// store is what the room reads and writes.
type store interface {
	Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error)
	// AdvanceWithShare is Advance, and keeps how the owner calls whom it is for.
	AdvanceWithShare(ctx context.Context, unit lifecycle.UnitID, owner lifecycle.PersonID, share lifecycle.BindingID, name string,
		decide lifecycle.Decide) (lifecycle.Outcome, error)
	Snapshot(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Snapshot, error)
	// InvitationByCode resolves the hash of an invitation's code.
	InvitationByCode(ctx context.Context, codeHash string) (lifecycle.Invitation, error)
	ShareNames(ctx context.Context, unit lifecycle.UnitID, owner lifecycle.PersonID, epoch lifecycle.Epoch) (map[lifecycle.BindingID]string, error)
}

// people is what is asked from a person's side.
type people interface {
	// MineOf are the person's bindings that stand.
	MineOf(ctx context.Context, person lifecycle.PersonID) ([]lifecycle.PersonBinding, error)
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Store  store
	People people
	// Recipient is who has a mail address: an id that nobody has where it is
	// nobody's, or staff's.
	Recipient func(ctx context.Context, actor lifecycle.Actor, email string) (lifecycle.PersonID, error)
	// AccountHash is the hash under which the built-in cloud reports a person.
	AccountHash func(account string) string
	// Link brings the built-in cloud up to what is shared.
	Link func(ctx context.Context, unit lifecycle.UnitID)
	// Code is a keyed hash of an invitation's id, of which its code is made.
	Code func(lifecycle.BindingID) string
	// Attempts counts guesses at codes, for all processes together; nil: they are
	// not counted.
	Attempts access.ThrottleStore
	// Origin is the scheme and host in the QR codes of invitations.
	Origin string
	Now    func() time.Time
	NewID  func() string // 26 random base32 characters
	Log    *slog.Logger
}

// Shares is the room.
type Shares struct {
	config Config
	// guesses slows down whoever tries codes, by person.
	guesses *access.Guesses
}

// freeGuesses is how often a person may be wrong before they have to wait.
const freeGuesses = 10

// New is the room.
func New(config Config) *Shares {
	return &Shares{config, access.NewGuesses(config.Now, freeGuesses, config.Attempts, "guess", config.Log)}
}

// nobody stands for a unit that is not on record, or not this person's
// business: the same reads and the same write door are tried with it.
const nobody = lifecycle.UnitID("unt_none")

func (s *Shares) now() time.Time { return s.config.Now().UTC().Truncate(time.Millisecond) }

func (s *Shares) command(actor lifecycle.Actor) lifecycle.Command {
	return lifecycle.Command{Actor: actor, At: s.now()}
}

// owned finds a unit by its key among those that the person owns.
func (s *Shares) owned(ctx context.Context, person lifecycle.PersonID, key lifecycle.UnitKey) (lifecycle.UnitID, error) {
	mine, err := s.config.People.MineOf(ctx, person)
	if err != nil {
		return "", fmt.Errorf("find a unit: %w", err)
	}
	for _, b := range mine {
		if b.Binding.Kind == lifecycle.BindingOwner && b.Key.Equal(key) {
			return b.Unit, nil
		}
	}
	return nobody, nil
}

// codeLength is 130 bits in base32: nobody guesses one.
const codeLength = 26

// codeOf is the code of an invitation. It is made of its id, so that it can be
// shown again while the record holds no more than its SHA-256.
func (s *Shares) codeOf(id lifecycle.BindingID) string {
	sum := sha256.Sum256([]byte(s.config.Code(id)))
	return base32.StdEncoding.EncodeToString(sum[:])[:codeLength]
}

func hashOf(code string) string {
	sum := sha256.Sum256([]byte(plain(code)))
	return hex.EncodeToString(sum[:])
}

// Link is the address behind an invitation's QR code.
func (s *Shares) Link(code string) string { return s.config.Origin + "/share/" + code }
