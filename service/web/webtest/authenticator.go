package webtest

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/descope/virtualwebauthn"

	"quitclaim/service/lifecycle"
)

// Authenticator is a person's authenticator with one passkey, without a
// browser: it answers the options that a server sends as a browser would.
type Authenticator struct {
	// Site is what the browser says of itself; tests make it another.
	Site virtualwebauthn.RelyingParty
	// Made is the authenticator: Options.UserNotVerified, for one that did not
	// look who is there.
	Made virtualwebauthn.Authenticator
	// Passkey is its one credential. Counter is what its next answer says.
	Passkey virtualwebauthn.Credential

	t testing.TB
}

// keyBytes is how long a COSE_Key of P-256 is (RFC 9053 section 7.1.1): two
// coordinates of 32 bytes.
const keyBytes = 77

// NewAuthenticator is one whose person comes to a site at this origin, of this
// RP id.
func NewAuthenticator(t testing.TB, origin, rpID string) *Authenticator {
	t.Helper()
	a := &Authenticator{
		Site: virtualwebauthn.RelyingParty{ID: rpID, Name: "Quitclaim", Origin: origin}, Made: virtualwebauthn.NewAuthenticator(), t: t,
	}
	// The library writes a coordinate that begins with a zero too short.
	for len(a.Passkey.ID) == 0 || len(a.Passkey.Key.AttestationData()) != keyBytes {
		a.Passkey = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
	}
	return a
}

// Create makes the passkey for a person, from the options of the server.
func (a *Authenticator) Create(person lifecycle.PersonID, options string) json.RawMessage {
	a.t.Helper()
	parsed, err := virtualwebauthn.ParseAttestationOptions(options)
	if err != nil {
		a.t.Fatalf("options %s: %v", options, err)
	}
	a.Made.Options.UserHandle = []byte(person)
	return json.RawMessage(virtualwebauthn.CreateAttestationResponse(a.Site, a.Made, a.Passkey, *parsed))
}

// Get answers with the passkey, to the options of the server.
func (a *Authenticator) Get(options string) json.RawMessage {
	a.t.Helper()
	parsed, err := virtualwebauthn.ParseAssertionOptions(options)
	if err != nil {
		a.t.Fatalf("options %s: %v", options, err)
	}
	return json.RawMessage(virtualwebauthn.CreateAssertionResponse(a.Site, a.Made, a.Passkey, *parsed))
}

// HoldKeys gives a browser's tab an authenticator that is always at hand and
// whose user is always verified: passkeys made in that tab work in it from then
// on. A page must be at http://localhost or https, or there are none.
func HoldKeys(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	if _, err := cdp.Call(ctx, t, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		return chromedp.Void{}, err
	}
	_, err := cdp.Call(ctx, t, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
		Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		},
	})
	return chromedp.Void{}, err
}
