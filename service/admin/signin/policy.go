package signin

import (
	"context"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// providers are the buttons of OpenID providers: oidc.Room.
type providers interface {
	// Buttons are those that everybody sees.
	Buttons(ctx context.Context) ([]access.Button, error)
	// ButtonsFor are those for somebody whom this person's organisation invites.
	ButtonsFor(ctx context.Context, person access.Person) ([]access.Button, error)
}

// passwordLetsIn keeps staff out whose organisation signs in without passwords.
// They learn it once theirs was right: a guesser learns nothing.
func (e *Entrance) passwordLetsIn(ctx context.Context, person access.Person) error {
	if person.Org == "" {
		return nil
	}
	org, err := e.config.Store.Organisation(ctx, person.Org)
	if err != nil {
		return fmt.Errorf("read sign-in policy: %w", err)
	}
	if org.PasswordsOff() {
		return lifecycle.Mistake("password", "sign-in.passwords-off")
	}
	return nil
}

// buttons are the sign-in page's.
func (e *Entrance) buttons(ctx context.Context) ([]access.Button, error) {
	if e.config.Providers == nil {
		return nil, nil
	}
	list, err := e.config.Providers.Buttons(ctx)
	if err != nil {
		return nil, fmt.Errorf("list providers: %w", err)
	}
	return list, nil
}

// buttonsFor are the invitation's.
func (e *Entrance) buttonsFor(ctx context.Context, person access.Person) ([]access.Button, error) {
	if e.config.Providers == nil || person.Org == "" {
		return nil, nil
	}
	list, err := e.config.Providers.ButtonsFor(ctx, person)
	if err != nil {
		return nil, fmt.Errorf("list providers: %w", err)
	}
	return list, nil
}
