package owner

import (
	"context"
	"fmt"
	"strings"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// An invitation or an offer to an address tells whoever has it, and waits on
// their page for two weeks. A household's is a few dozen on one day, all cameras
// for everybody; who goes on is filling somebody's inbox.
const (
	// freeOfOne is how many one person makes, freeOfPair how many of them to one
	// address; freeToOne is how many one address gets of everybody, more than one
	// person makes, so that nobody alone can keep others from inviting somebody.
	freeOfOne   = 60
	freeOfPair  = 20
	freeToOne   = 60
	inviteWait  = time.Minute
	inviteLong  = time.Hour
	inviteAfter = 24 * time.Hour
)

// invites counts invitations and offers to addresses, for all processes
// together.
type invites struct{ of, pair, to *access.SharedThrottle }

func newInvites(now func() time.Time, store access.ThrottleStore) *invites {
	if store == nil {
		return nil
	}
	throttle := func(free int, name string) *access.SharedThrottle {
		return access.NewSharedThrottle(access.ThrottleConfig{Now: now, Free: free, Base: inviteWait, Max: inviteLong, Forget: inviteAfter}, store, name)
	}
	return &invites{throttle(freeOfOne, "invite-of"), throttle(freeOfPair, "invite-pair"), throttle(freeToOne, "invite-to")}
}

// attempt counts one, whether or not anybody has the address.
func (i *invites) attempt(ctx context.Context, actor lifecycle.Actor, email string) error {
	if i == nil {
		return nil
	}
	from, to := string(actor.Person), strings.ToLower(strings.TrimSpace(email))
	for _, count := range []func() error{
		func() error { return i.of.Attempt(ctx, from) },
		func() error { return i.pair.Attempt(ctx, from+" "+to) },
		func() error { return i.to.Attempt(ctx, to) },
	} {
		if err := count(); err != nil {
			return fmt.Errorf("invite somebody: %w", err)
		}
	}
	return nil
}
