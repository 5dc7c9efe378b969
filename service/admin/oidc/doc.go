// Package oidc lets people in through OpenID providers: owners by the accounts
// that they have with a vendor anyway, staff by their organisation's own.
//
// Place in the flow: a button → the provider → one redirect path of that
// provider alone → a session. What proves it: a one-time attempt that this
// browser began (its cookie, and state), the code under PKCE, and an id token
// that the provider signed for us, for this attempt (nonce), of the class and
// age that the organisation demands.
//
// Who somebody is, is issuer and sub. An address or a name in a token finds
// nobody: people change those, and pass them on.
//
// It trusts a provider with the accounts that were linked to it, and with
// nothing else: it calls no host but those on record, on no network but the
// public one and those that the operator names, follows no redirect, and reads
// no long answer. A provider that is down costs its own button.
package oidc
