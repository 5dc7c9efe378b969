package signin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// askedLinks is where links begin.
type askedLinks interface {
	// SaveMailLink keeps a link and queues the mail that carries it; a link of
	// nobody is written alike.
	SaveMailLink(ctx context.Context, link access.MailLink, mail notice.Notice) error
	// SignUpByMail keeps who signs up until a link shows that the address is
	// theirs. A known address gets the other mail.
	SignUpByMail(ctx context.Context, p access.Person, link access.MailLink, welcome, known notice.Notice) error
	// QueueNotice tells a person something.
	QueueNotice(ctx context.Context, n notice.Notice) error
}

// Asker is the browser that asks for a link.
type Asker struct {
	Network string
	// Browser is the secret in its cookie: the link counts there.
	Browser string
	// Language is what its page is in.
	Language string
}

// ByMail reports whether links are mailed: else a password is enough, for there
// is no second thing to ask for.
func (e *Entrance) ByMail() bool { return e.config.Mail }

// AskSignIn checks a password and mails a link to whom it belongs to. Right,
// wrong and unknown are one answer after the same work: a password hash, and a
// link that is kept. Attempts are forgotten only once a link was opened, or
// they would say which password was right.
func (e *Entrance) AskSignIn(ctx context.Context, email, password string, from Asker) error {
	if err := e.networks.Attempt(ctx, from.Network); err != nil {
		return err
	}
	person, err := e.compare(ctx, email, password)
	if err != nil && !errors.Is(err, lifecycle.ErrUnauthenticated) {
		return fmt.Errorf("ask for a sign-in: %w", err)
	}
	return e.mailLink(ctx, access.LinkSignIn, person, from)
}

// AskRecovery mails a link to who has lost a password or a passkey. Staff are
// told who can help them: an organisation lets its own people in. A hash that
// nobody needs drowns what it takes more to queue a mail than to queue none.
func (e *Entrance) AskRecovery(ctx context.Context, email string, from Asker) error {
	if err := e.networks.Attempt(ctx, from.Network); err != nil {
		return err
	}
	if err := e.addresses.Attempt(ctx, "recover "+addressKey(email)); err != nil {
		return err
	}
	person, err := e.config.Store.PersonByEmail(ctx, email)
	if err != nil && !errors.Is(err, lifecycle.ErrNotFound) {
		return fmt.Errorf("ask for a recovery: %w", err)
	}
	if !person.DisabledAt.IsZero() {
		person = access.Person{}
	}
	if err := e.config.Passwords.VerifyDecoy(ctx, email); err != nil {
		return fmt.Errorf("ask for a recovery: %w", err)
	}
	return e.mailLink(ctx, access.LinkRecover, person, from)
}

// mailLink makes a link for a person, or one that looks like it.
func (e *Entrance) mailLink(ctx context.Context, kind access.LinkKind, person access.Person, from Asker) error {
	text, link := e.newLink(kind, access.MailLinkFor, from)
	link.Person, link.Generation = person.ID, person.Generation
	mail := e.letter(kind, text, link, from)
	mail.To = person.ID
	if kind == access.LinkRecover && person.Org != "" {
		link.Person, mail.Link, mail.Params = "", "/sign-in", map[string]string{"what": "staff"}
	}
	if err := e.config.Store.SaveMailLink(ctx, link, mail); err != nil {
		return fmt.Errorf("mail a link: %w", err)
	}
	return nil
}

// newLink draws a link; its text is in the mail and nowhere else.
func (e *Entrance) newLink(kind access.LinkKind, lasting time.Duration, from Asker) (text string, link access.MailLink) {
	text = access.NewToken()
	now := e.config.Now()
	return text, access.MailLink{
		Hash: access.TokenHash(text), Kind: kind, Browser: access.TokenHash(from.Browser), MadeAt: now, ExpiresAt: now.Add(lasting),
	}
}

// letter is the mail that carries a link.
func (e *Entrance) letter(kind access.LinkKind, text string, link access.MailLink, from Asker) notice.Notice {
	n := notice.Notice{
		Kind: notice.KindSignInLink, Link: "/link/" + text, Language: from.Language, Once: "link " + link.Hash,
		At: link.MadeAt, Until: link.ExpiresAt,
	}
	switch kind {
	case access.LinkSignUp:
		n.Params = map[string]string{"what": "sign-up"}
	case access.LinkRecover:
		n.Kind = notice.KindRecovery
	}
	return n
}

// AskSignUp begins an account and mails a link to its address: until that is
// opened it can do nothing. To an address that has one the mail says so.
func (e *Entrance) AskSignUp(ctx context.Context, in Owner, from Asker) error {
	if err := e.signUps.Attempt(ctx, from.Network); err != nil {
		return err
	}
	if err := e.addresses.Attempt(ctx, "sign-up "+addressKey(in.Email)); err != nil {
		return err
	}
	person, err := e.newOwner(ctx, in)
	if err != nil {
		return err
	}
	text, link := e.newLink(access.LinkSignUp, access.SignUpLinkFor, from)
	welcome := e.letter(access.LinkSignUp, text, link, from)
	known := welcome
	known.Link, known.Params = "/sign-in", map[string]string{"what": "known"}
	if err := e.config.Store.SignUpByMail(ctx, person, link, welcome, known); err != nil {
		return fmt.Errorf("sign up: %w", err)
	}
	return nil
}
