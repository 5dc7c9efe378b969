package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// recoveries is who has lost what they sign in with.
type recoveries interface {
	// ProvenMailLink is the recovery's link that this browser asked for and
	// opened.
	ProvenMailLink(ctx context.Context, browser string) (access.MailLink, error)
	FactorsOf(ctx context.Context, person lifecycle.PersonID) (access.Factors, error)
	// Recover takes the last step.
	Recover(ctx context.Context, link string, r access.Recovered) (access.Person, error)
}

// waits are the recoveries that only a mailbox has asked for.
type waits interface {
	OpenRecovery(ctx context.Context, person lifecycle.PersonID) (access.Recovery, error)
	Recovery(ctx context.Context, id string) (access.Recovery, error)
	// BeginRecovery uses up the link; where one stands already it is the answer,
	// and a warning of it that got nowhere is queued once more.
	BeginRecovery(ctx context.Context, link string, r access.Recovery, tell func(access.Recovery) notice.Notice) (access.Recovery, error)
	DueRecoveries(ctx context.Context, now time.Time, limit int) ([]access.Recovery, error)
	// MoveRecovery writes what becomes of one, if it is still as it was read.
	MoveRecovery(ctx context.Context, from, to access.Recovery, tell notice.Notice) (bool, error)
	// NoticeReach is how far a warning has got.
	NoticeReach(ctx context.Context, to lifecycle.PersonID, once string) (notice.Reach, error)
	StopRecovery(ctx context.Context, person lifecycle.PersonID) (bool, error)
}

// Choice is what somebody whose mailbox is proven can do.
type Choice struct {
	link   access.MailLink
	Person lifecycle.PersonID
	access.Factors
	// Proved: they have just proved themselves with what is stronger than a
	// password, in this browser.
	Proved bool
	// Waiting is their wait that stands; zero: none does.
	Waiting access.Recovery
	// Told is when its warning was handed over; zero: it was not yet, and the wait
	// does not count.
	Told time.Time
	now  time.Time
}

// Free reports whether a new password may be set now. Decision 0028 has the
// rule: never by less than made the account what it is.
func (c Choice) Free() bool { return !c.Strong() || c.Proved || c.Waited() && c.MailboxMakes() }

// Waited reports whether a wait is over.
func (c Choice) Waited() bool { return c.Waiting.Stage == access.RecoveryReady }

// Waits reports whether one has begun and is not over.
func (c Choice) Waits() bool { return c.Waiting.ID != "" && !c.Waited() }

// Ready is when the wait is over, at the earliest.
func (c Choice) Ready() time.Time { return c.Waiting.Ready(c.Told, c.now) }

// Rewarns reports whether the warning may be sent once more.
func (c Choice) Rewarns() bool {
	return c.Waits() && c.Told.IsZero() && c.now.Sub(c.Waiting.WarnedAt) >= access.RewarnAfter
}

// Choose says what the person of this browser's proven link can do.
func (e *Entrance) Choose(ctx context.Context, here Asker, p access.Principal) (Choice, error) {
	link, err := e.config.Store.ProvenMailLink(ctx, access.TokenHash(here.Browser))
	if err != nil {
		return Choice{}, fmt.Errorf("recover: %w", err)
	}
	choice := Choice{link: link, Person: link.Person, now: e.config.Now()}
	if choice.Factors, err = e.config.Store.FactorsOf(ctx, link.Person); err != nil {
		return Choice{}, fmt.Errorf("recover: %w", err)
	}
	choice.Proved = p.Person == link.Person && p.FreshlyVerified(true, e.config.Now())
	choice.Waiting, err = e.config.Store.OpenRecovery(ctx, link.Person)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return Choice{}, fmt.Errorf("recover: %w", err)
	}
	return e.withReach(ctx, choice)
}

// withReach looks how far the warning of a wait has got.
func (e *Entrance) withReach(ctx context.Context, choice Choice) (Choice, error) {
	if !choice.Waits() {
		return choice, nil
	}
	reach, err := e.config.Store.NoticeReach(ctx, choice.Person, choice.Waiting.Warning())
	if err != nil {
		return Choice{}, fmt.Errorf("look how far a warning has got: %w", err)
	}
	choice.Told = reach.Told()
	return choice, nil
}

// NewPassword sets a password in place of one that was forgotten, and ends every
// session and token. After a wait the passkeys end too: they are lost, or
// somebody would have signed in with them.
func (e *Entrance) NewPassword(ctx context.Context, choice Choice, password string) error {
	if !choice.Free() {
		return fmt.Errorf("recover: %w", lifecycle.ErrForbidden)
	}
	hash, err := e.config.Passwords.Hash(ctx, password)
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	waited := choice.Strong() && !choice.Proved
	_, err = e.config.Store.Recover(ctx, choice.link.Hash, access.Recovered{
		PasswordHash: hash, Passkeys: waited, Waited: waited, Proved: choice.Proved,
	})
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	return nil
}

// LostPasskeys ends every passkey of who still knows the password.
func (e *Entrance) LostPasskeys(ctx context.Context, choice Choice, password string) error {
	if choice.Passkeys == 0 {
		return fmt.Errorf("recover: no passkeys: %w", lifecycle.ErrNotFound)
	}
	_, right, err := e.proven(ctx, choice.Person, password)
	if err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	if !right {
		return lifecycle.Mistake("current", "password.wrong")
	}
	if _, err := e.config.Store.Recover(ctx, choice.link.Hash, access.Recovered{Passkeys: true}); err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	return nil
}

// Wait begins the wait of who has nothing left but the mailbox.
func (e *Entrance) Wait(ctx context.Context, choice Choice) (Choice, error) {
	if !choice.MailboxMakes() {
		return choice, fmt.Errorf("recover round a provider: %w", lifecycle.ErrForbidden)
	}
	begun := access.BeginRecovery("rcv_"+e.config.NewID(), e.config.Now())
	begun.Person = choice.Person
	begun, err := e.config.Store.BeginRecovery(ctx, choice.link.Hash, begun, e.waitNotice)
	if err != nil {
		return choice, fmt.Errorf("wait for a recovery: %w", err)
	}
	choice.Waiting = begun
	return e.withReach(ctx, choice)
}

// waitNotice tells how far a wait has come, and how to stop it.
func (e *Entrance) waitNotice(r access.Recovery) notice.Notice {
	return notice.Notice{
		To: r.Person, Kind: notice.KindRecoveryWaits, Params: map[string]string{"what": string(r.Stage)},
		Link: "/recover/stop/" + e.stopCode(r.ID), Once: r.Warning(), At: e.config.Now(),
	}
}

// stopCode lets whoever reads a notice stop the wait, without signing in: it
// opens nothing else. It is made of the id, so that each notice has it.
func (e *Entrance) stopCode(id string) string {
	return id + "." + e.config.KeyedHash("recovery-stop", id)[:26]
}

// FindWait is the wait that a notice's code can stop; one that is over is
// lifecycle.ErrNotFound, like one that never was.
func (e *Entrance) FindWait(ctx context.Context, code, network string) (access.Recovery, error) {
	if err := e.guesses.Attempt(ctx, network); err != nil {
		return access.Recovery{}, err
	}
	id, _, _ := strings.Cut(code, ".")
	wait, err := e.config.Store.Recovery(ctx, id)
	if err == nil && (!wait.EndedAt.IsZero() || subtle.ConstantTimeCompare([]byte(code), []byte(e.stopCode(id))) != 1) {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return access.Recovery{}, fmt.Errorf("find a recovery: %w", err)
	}
	return wait, e.guesses.Forgive(ctx, network)
}

// StopWait stops it.
func (e *Entrance) StopWait(ctx context.Context, code, network string) error {
	wait, err := e.FindWait(ctx, code, network)
	if err != nil {
		return err
	}
	if _, err := e.config.Store.StopRecovery(ctx, wait.Person); err != nil {
		return fmt.Errorf("stop a recovery: %w", err)
	}
	return nil
}
