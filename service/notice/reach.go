package notice

import "time"

// Reach is how far a notice has got, as far as we can know. A push is not
// counted: it names nothing, and may lie on somebody else's screen.
type Reach struct {
	// QueuedAt is zero where there is no such notice: it was never queued, or its
	// reader is forgotten, or a year is over.
	QueuedAt time.Time
	// MailedAt is when a mail server took it over. It is zero as long as none
	// has, and again where the mail came back.
	MailedAt time.Time
	// ReadAt is when its reader said in their inbox that they read it.
	ReadAt time.Time
}

// Told is since when it can be said that its reader could know; zero: not yet.
func (r Reach) Told() time.Time {
	if r.MailedAt.IsZero() || !r.ReadAt.IsZero() && r.ReadAt.Before(r.MailedAt) {
		return r.ReadAt
	}
	return r.MailedAt
}
