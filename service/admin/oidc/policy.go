package oidc

import (
	"context"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Policy is whether staff of an organisation may sign in with passwords. An
// admin sees their own organisation's; the operator, any.
func (r *Room) Policy(ctx context.Context, p access.Principal, id lifecycle.OrgID) (access.Organisation, error) {
	if !p.Operator() && (p.Org == "" || p.Org != id) {
		return access.Organisation{}, fmt.Errorf("policy of another organisation: %w", lifecycle.ErrNotFound)
	}
	org, err := r.config.Store.Organisation(ctx, id)
	if err != nil {
		return org, fmt.Errorf("read policy: %w", err)
	}
	return org, nil
}

// SetPasswords says whether staff may sign in with passwords.
//
// Nobody is locked out for good. Only who came in without a password, by a
// passkey or through the organisation's provider, can end passwords: so at least
// one admin has another way that works, and keeps the session they are in. As
// long as passwords have ended, their last way in cannot be taken from anybody by
// themselves, and who would change the provider comes by passkey. Where all of
// that fails (the provider is gone and the phone in a river), whoever runs the
// server lets passwords in again with the operator's token.
func (r *Room) SetPasswords(ctx context.Context, p access.Principal, id lifecycle.OrgID, allowed bool) (access.Organisation, error) {
	org, err := r.Policy(ctx, p, id)
	if err != nil {
		return org, err
	}
	if !allowed && !withoutPassword(p) {
		return org, refusal("passwords.come-without")
	}
	if org, err = r.config.Store.SetPasswords(ctx, id, p.Person, allowed); err != nil {
		return org, fmt.Errorf("set passwords: %w", err)
	}
	return org, nil
}

// withoutPassword reports whether somebody is here by what will still let them
// in when passwords do not.
func withoutPassword(p access.Principal) bool {
	return p.Means == access.MeansPasskey || p.Means == access.MeansOIDC
}
