package main

import (
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// passkeyRows: at the address of this test browsers use no passkeys, so what
// begins a ceremony is not there. The office's passkey and session are somebody
// else's than any caller's. Whoever comes with a token has no session to verify.
func passkeyRows() []row {
	nobodys := map[string]answers{"office": {}}
	return []row{
		{route: "POST /sign-in/passkey/options", body: "{}", all: everybody(404)},
		{route: "POST /sign-in/passkey", body: "{}", all: everybody(422)},
		{route: "GET /verify", all: everybody(200)},
		{route: "POST /verify", body: "password=", all: everybody(422)},
		{route: "POST /verify/passkey/options", body: "{}", all: everybody(404)},
		{route: "POST /verify/passkey", body: "{}", all: everybody(422)},

		{route: "GET /account/passkeys", all: everybody(200)},
		{route: "POST /account/passkeys/options", body: "{}", all: everybody(404)},
		{route: "POST /account/passkeys", body: "name=", all: everybody(422)},
		{route: "POST /account/passkeys/:id/rename", id: "passkey", body: "name=mine", of: nobodys},
		{route: "POST /account/passkeys/:id/remove", id: "passkey", body: "x=", of: nobodys},
		{route: "GET /v1/account/passkeys", all: everybody(200)},
		{route: "DELETE /v1/account/passkeys/:id", id: "passkey", of: nobodys},

		{route: "POST /account/sessions/others/end", body: "x=", all: everybody(303)},
		{route: "POST /account/sessions/:id/end", id: "session", body: "x=", of: nobodys},
		{route: "GET /v1/account/sessions", all: everybody(200)},
		{route: "DELETE /v1/account/sessions/:id", id: "session", of: nobodys},
	}
}

// passkeyAndSession gives a person one of each.
func (w *accessWorld) passkeyAndSession(t *testing.T, person lifecycle.PersonID) (passkey, session string) {
	t.Helper()
	passkey, session = newPrefixedID("psk"), newPrefixedID("ses")
	err := w.house.store.AddPasskey(t.Context(), access.Passkey{
		ID: passkey, Person: person, Name: "phone", Credential: []byte(passkey), PublicKey: []byte("key"), CreatedAt: w.house.now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	err = w.house.store.CommitSession(t.Context(), access.Session{
		ID: session, Person: person, TokenHash: access.TokenHash(session), Data: []byte("data"), ExpiresAt: w.house.now().Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	return passkey, session
}
