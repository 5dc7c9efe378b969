package signin

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// addressChanges is people's addresses on their way to be others.
type addressChanges interface {
	// AskAddress keeps a change and mails its link; where the address is somebody
	// else's it mails the other letter, and nobody has the link.
	AskAddress(ctx context.Context, c access.AddressChange, link, known, warning notice.Notice) error
	AskedAddress(ctx context.Context, person lifecycle.PersonID) (access.AddressChange, error)
	AddressChange(ctx context.Context, id string) (access.AddressChange, error)
	AddressChangeByLink(ctx context.Context, linkHash string) (access.AddressChange, error)
	// ConfirmAddress gives who asked the address that the link had gone to.
	ConfirmAddress(ctx context.Context, linkHash string, by lifecycle.PersonID, changed, undo notice.Notice) error
	// StopAddress stops a change, or undoes it.
	StopAddress(ctx context.Context, id string, told, gone notice.Notice) (access.AddressChange, error)
	DropAddress(ctx context.Context, person lifecycle.PersonID) error
}

// addressPage is where a person gives and changes their address.
const addressPage = "/account/address"

// AskAddress mails a link to an address that a person wants to be their own.
// Whether somebody else has it shows in nothing but the mail.
func (e *Entrance) AskAddress(ctx context.Context, id lifecycle.PersonID, email string, from Asker) error {
	if !e.config.Mail {
		return fmt.Errorf("no mail leaves here: %w", lifecycle.ErrNotFound)
	}
	person, err := e.config.Store.Person(ctx, id)
	if err != nil {
		return fmt.Errorf("ask for an address: %w", err)
	}
	if addressKey(person.Email) == addressKey(email) {
		return lifecycle.Mistake("email", "address.same")
	}
	// By person and by address: neither may become a way to fill a mailbox.
	for _, key := range []string{"address of " + string(id), "address " + addressKey(email)} {
		if err := e.addresses.Attempt(ctx, key); err != nil {
			return err
		}
	}
	text, now := access.NewToken(), e.config.Now()
	c := access.AddressChange{
		ID: "adr_" + e.config.NewID(), Person: id, Stage: access.AddressAsked, LinkHash: access.TokenHash(text),
		Generation: person.Generation, New: strings.TrimSpace(email), AskedAt: now, Until: now.Add(access.AddressLinkFor),
	}
	link := notice.Notice{
		Kind: notice.KindAddressLink, Link: addressPage + "/" + text, Language: from.Language, Once: "address " + c.ID, At: now, Until: c.Until,
	}
	known := link
	known.Link, known.Params = "/sign-in", map[string]string{"what": "known"}
	if err := e.config.Store.AskAddress(ctx, c, link, known, e.addressNotice(c, "asked")); err != nil {
		return fmt.Errorf("ask for an address: %w", err)
	}
	return nil
}

// addressNotice tells the person how far a change has come, and how to stop it.
func (e *Entrance) addressNotice(c access.AddressChange, what string) notice.Notice {
	return notice.Notice{
		To: c.Person, Kind: notice.KindAddressChanged, Params: map[string]string{"what": what}, Link: e.addressStop(c.ID),
		Once: "address " + c.ID + " " + what, At: e.config.Now(),
	}
}

// addressLetter tells an address that is no longer the person's.
func (e *Entrance) addressLetter(c access.AddressChange, what string, from Asker) notice.Notice {
	n := e.addressNotice(c, what)
	n.To, n.Language = "", from.Language
	return n
}

// addressStop is the page that stops a change or undoes it. As with a recovery
// its code needs no sign-in, and opens nothing.
func (e *Entrance) addressStop(id string) string { return "/address/stop/" + e.addressCode(id) }

func (e *Entrance) addressCode(id string) string {
	return id + "." + e.config.KeyedHash("address-stop", id)[:26]
}

// AskedAddress is the address that a person has asked for and not confirmed;
// none is a zero change.
func (e *Entrance) AskedAddress(ctx context.Context, id lifecycle.PersonID) (access.AddressChange, error) {
	c, err := e.config.Store.AskedAddress(ctx, id)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return access.AddressChange{}, nil
	}
	if err != nil {
		return c, fmt.Errorf("read change of address: %w", err)
	}
	return c, nil
}

// LookAtAddress is the change that a link confirms. It uses nothing up. A link
// of anybody else's is lifecycle.ErrNotFound, like one that is over.
func (e *Entrance) LookAtAddress(ctx context.Context, text string, by lifecycle.PersonID, network string) (access.AddressChange, error) {
	if err := e.guesses.Attempt(ctx, network); err != nil {
		return access.AddressChange{}, err
	}
	c, err := e.config.Store.AddressChangeByLink(ctx, access.TokenHash(text))
	if err == nil && (c.Person != by || c.Stage != access.AddressAsked) {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return access.AddressChange{}, fmt.Errorf("look at an address: %w", err)
	}
	return c, e.guesses.Forgive(ctx, network)
}

// ConfirmAddress gives a person the address to which the link had gone: it takes
// the mailbox and the person who is signed in, both.
func (e *Entrance) ConfirmAddress(ctx context.Context, text string, by lifecycle.PersonID, from Asker) error {
	c, err := e.LookAtAddress(ctx, text, by, from.Network)
	if err != nil {
		return err
	}
	changed, undo := e.addressNotice(c, ""), e.addressLetter(c, "old", from)
	changed.Params = nil
	if c.Old == "" {
		changed.Link = addressPage // there is nothing to go back to
	}
	if err := e.config.Store.ConfirmAddress(ctx, c.LinkHash, by, changed, undo); err != nil {
		return fmt.Errorf("confirm an address: %w", err)
	}
	if err := e.addresses.Clear(ctx, "address of "+string(by)); err != nil {
		return fmt.Errorf("confirm an address: %w", err)
	}
	return nil
}

// FindAddressStop is the change that a notice's code can stop or undo; any other
// is lifecycle.ErrNotFound.
func (e *Entrance) FindAddressStop(ctx context.Context, code, network string) (access.AddressChange, error) {
	if err := e.guesses.Attempt(ctx, network); err != nil {
		return access.AddressChange{}, err
	}
	id, _, _ := strings.Cut(code, ".")
	c, err := e.config.Store.AddressChange(ctx, id)
	if err == nil && (!c.Stoppable() || subtle.ConstantTimeCompare([]byte(code), []byte(e.addressCode(id))) != 1) {
		err = lifecycle.ErrNotFound
	}
	if err != nil {
		return access.AddressChange{}, fmt.Errorf("find a change of address: %w", err)
	}
	return c, e.guesses.Forgive(ctx, network)
}

// StopAddress stops a change that was asked for, or undoes one that has happened.
func (e *Entrance) StopAddress(ctx context.Context, code string, from Asker) (access.AddressChange, error) {
	c, err := e.FindAddressStop(ctx, code, from.Network)
	if err != nil {
		return c, err
	}
	what := string(access.AddressStopped)
	if c.Stage == access.AddressChanged {
		what = string(access.AddressUndone)
	}
	told := e.addressNotice(c, what)
	told.Link = addressPage
	gone := e.addressLetter(c, what, from)
	gone.Link = ""
	stopped, err := e.config.Store.StopAddress(ctx, c.ID, told, gone)
	if err != nil {
		return c, fmt.Errorf("stop a change of address: %w", err)
	}
	return stopped, nil
}

// DropAddress stops a change that a person has asked for, by themselves.
func (e *Entrance) DropAddress(ctx context.Context, id lifecycle.PersonID) error {
	if err := e.config.Store.DropAddress(ctx, id); err != nil {
		return fmt.Errorf("drop a change of address: %w", err)
	}
	return nil
}
