// Package passkey is what people prove themselves by: WebAuthn credentials,
// enrolled, used to come in, and asked for again before what cannot be undone.
//
// Place in the flow: signin lets people in by password; here a passkey does.
// A change whose access.Rule is Verified comes by /verify when the person's
// last proof is older than access.VerifiedFor. The owner's consent is a
// signature of a passkey over the hash of what was shown.
//
// It trusts the authenticator that its user was verified (WebAuthn Level 3
// section 6.1, flag UV) and nothing that the browser says beside what is
// signed. A challenge is good once, for CeremonyFor, in the browser that asked
// for it; an assertion counts only for the origin and the RP id of the
// configured external URL. A counter that goes backwards ends the passkey.
package passkey
