package notify

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notify/mail"
)

// What comes back from outside by a token of ours, and by nothing else.

// Unsubscribe ends mail of a kind for whoever has the mail with this token. A
// token that is none ends nothing, and the answer is the same: guessing tells
// nothing.
func (n *Notify) Unsubscribe(ctx context.Context, token string) error {
	id, ok := mail.Named(n.config.Hash, mail.ForUnsubscribe, token)
	if !ok {
		return nil
	}
	return n.config.Readers.Unsubscribe(ctx, id)
}

// permanent is a status that says that an address takes no mail (RFC 3463).
var permanent = regexp.MustCompile(`^5\.\d{1,3}\.\d{1,3}$`)

// Bounced notes that a mail which a server had taken could not be delivered. It
// reports whether the report was about a mail of ours.
func (n *Notify) Bounced(ctx context.Context, token, status string) (bool, error) {
	id, ok := mail.Named(n.config.Hash, mail.ForReturn, token)
	if !ok {
		return false, nil
	}
	if !permanent.MatchString(status) {
		return false, fmt.Errorf("status of a report: %w", lifecycle.ErrInvalid)
	}
	err := n.config.Queue.BouncedLater(ctx, id, status, n.now().Add(addressRest))
	if errors.Is(err, lifecycle.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
