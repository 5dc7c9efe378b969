package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// openedLinks is where links end.
type openedLinks interface {
	// MailLink is a link that can still be used; any other is ErrNotFound.
	MailLink(ctx context.Context, hash string) (access.MailLink, error)
	// ShowMailCode keeps the code that was shown away from the browser that
	// asked; TypeMailCode uses the link in that browser by it.
	ShowMailCode(ctx context.Context, hash, code string) error
	TypeMailCode(ctx context.Context, browser, code string) (access.MailLink, access.Person, error)
	// UseMailLink uses the link in the browser that asked for it.
	UseMailLink(ctx context.Context, hash, browser string) (access.MailLink, access.Person, error)
}

// Opened is what came of opening a link.
type Opened struct {
	Kind   access.LinkKind
	Person access.Person
	// Code is to be typed in the browser that asked, for this is another; then
	// there is no Person.
	Code string
}

// LookAtLink says what a link is for and whether this browser asked for it. It
// uses nothing up: mail scanners look at links, too. A link that was used, is
// too old or never was is one lifecycle.ErrNotFound.
func (e *Entrance) LookAtLink(ctx context.Context, text string, here Asker) (kind access.LinkKind, asked bool, err error) {
	if err := e.guesses.Attempt(ctx, here.Network); err != nil {
		return "", false, err
	}
	link, err := e.config.Store.MailLink(ctx, access.TokenHash(text))
	if err != nil {
		return "", false, fmt.Errorf("look at a link: %w", err)
	}
	if err := e.guesses.Forgive(ctx, here.Network); err != nil {
		return "", false, fmt.Errorf("look at a link: %w", err)
	}
	return link.Kind, askedHere(link, here), nil
}

func askedHere(link access.MailLink, here Asker) bool {
	return here.Browser != "" && link.Browser == access.TokenHash(here.Browser)
}

// OpenLink uses a link where it was asked for; elsewhere it draws a code.
func (e *Entrance) OpenLink(ctx context.Context, text string, here Asker) (Opened, error) {
	if err := e.guesses.Attempt(ctx, here.Network); err != nil {
		return Opened{}, err
	}
	hash := access.TokenHash(text)
	link, err := e.config.Store.MailLink(ctx, hash)
	if err != nil {
		return Opened{}, fmt.Errorf("open a link: %w", err)
	}
	if !askedHere(link, here) {
		code, err := newMailCode()
		if err != nil {
			return Opened{}, fmt.Errorf("open a link: %w", err)
		}
		if err := e.config.Store.ShowMailCode(ctx, hash, code); err != nil {
			return Opened{}, fmt.Errorf("open a link: %w", err)
		}
		return Opened{Kind: link.Kind, Code: code}, e.guesses.Forgive(ctx, here.Network)
	}
	link, person, err := e.config.Store.UseMailLink(ctx, hash, link.Browser)
	if err != nil {
		return Opened{}, fmt.Errorf("open a link: %w", err)
	}
	return Opened{Kind: link.Kind, Person: person}, e.forgive(ctx, link, person, here)
}

// TypeCode is OpenLink by the code that it showed elsewhere.
func (e *Entrance) TypeCode(ctx context.Context, code string, here Asker) (Opened, error) {
	if err := e.guesses.Attempt(ctx, here.Network); err != nil {
		return Opened{}, err
	}
	link, person, err := e.config.Store.TypeMailCode(ctx, access.TokenHash(here.Browser), code)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return Opened{}, lifecycle.Mistake("code", "link.code-wrong")
	}
	if err != nil {
		return Opened{}, err
	}
	return Opened{Kind: link.Kind, Person: person}, e.forgive(ctx, link, person, here)
}

// forgive forgets the attempts that were right after all.
func (e *Entrance) forgive(ctx context.Context, link access.MailLink, person access.Person, here Asker) error {
	prefix := map[access.LinkKind]string{access.LinkRecover: "recover ", access.LinkSignUp: "sign-up "}[link.Kind]
	if err := e.addresses.Clear(ctx, prefix+addressKey(person.Email)); err != nil {
		return fmt.Errorf("open a link: %w", err)
	}
	for _, throttle := range []*access.SharedThrottle{e.networks, e.guesses} {
		if err := throttle.Forgive(ctx, here.Network); err != nil {
			return fmt.Errorf("open a link: %w", err)
		}
	}
	return nil
}

// newMailCode is six digits: few to type, and there are five tries.
func newMailCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}
