package main

import (
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// linkRows: whoever has a mailed link opens it, and gets a code for the browser
// that asked, which none of these is. Whoever has that browser's cookie goes on
// with what it has proven. They are good for minutes, so these rows stand alone:
// what they ask with is made when they begin.
func linkRows() []row {
	office := func(status int) map[string]answers { return map[string]answers{"office": everybody(status)} }
	return []row{
		{route: "GET /link", all: everybody(200)},
		{route: "POST /link", body: "code=", all: everybody(422)},
		{route: "GET /link/:code", id: "maillink", of: office(200), alone: true},
		{route: "POST /link/:code", id: "maillink", body: "x=", of: office(200), alone: true},
		{route: "GET /recover", all: everybody(200)},
		{route: "POST /recover", body: "email=", all: everybody(422)},
		{route: "GET /recover/choose", id: "asked", of: office(200), alone: true},
		{route: "POST /recover/password", id: "asked", body: "password=", of: office(422), alone: true},
		{route: "POST /recover/passkeys", id: "asked", body: "current=", of: office(422), alone: true},
		{route: "POST /recover/wait", id: "asked", body: "x=", of: office(200), alone: true},
		{route: "GET /recover/stop/:code", id: "stopcode", of: office(200)},
		{route: "POST /recover/stop/:code", id: "setup", body: "x=", all: everybody(404)},

		// An address is confirmed by who asked for it, unless they drop it meanwhile.
		{route: "GET /account/address", all: everybody(200)},
		{route: "POST /account/address", body: "email=", all: everybody(422)},
		{route: "POST /account/address/drop", body: "x=", all: everybody(303)},
		{route: "GET /account/address/:code", id: "addresslink", alone: true, of: map[string]answers{"addressed": {"ada": 200}}},
		{route: "POST /account/address/:code", id: "setup", body: "x=", all: everybody(404)},
		{route: "GET /address/stop/:code", id: "addressstop", of: office(200)},
		{route: "POST /address/stop/:code", id: "setup", body: "x=", all: everybody(404)},
		{route: "GET /v1/account/address", all: everybody(200)},
		{route: "POST /v1/account/address", body: "{}", all: everybody(422)},
		{route: "POST /v1/account/address/confirm", body: "{}", all: everybody(422)},
		{route: "DELETE /v1/account/address", all: everybody(404)},
	}
}

// mailed is a link, the secret of a browser that has opened one for somebody who
// has lost much, and the code that stops somebody's wait.
func (w *accessWorld) mailed(t *testing.T) values {
	t.Helper()
	ctx, s, now := t.Context(), w.house.store, w.house.now()
	v := values{"maillink": access.NewToken(), "asked": access.NewToken()}
	lost := func(link, browser string, opened bool) (access.Person, access.MailLink) {
		person, err := s.SavePerson(ctx, access.Person{
			ID: lifecycle.PersonID(newPrefixedID("psn")), Roles: []lifecycle.Role{lifecycle.RoleOwner}, Email: newID() + "@owner.example",
			PasswordHash: "$argon2id$", Generation: 1, CreatedAt: now,
		})
		if err != nil {
			t.Fatal(err)
		}
		w.passkeyAndSession(t, person.ID)
		kept := access.MailLink{
			Hash: access.TokenHash(link), Kind: access.LinkRecover, Person: person.ID, Generation: person.Generation,
			Browser: access.TokenHash(browser), MadeAt: now, ExpiresAt: now.Add(time.Hour),
		}
		if err := s.SaveMailLink(ctx, kept, notice.Notice{}); err != nil {
			t.Fatal(err)
		}
		if !opened {
			return person, kept
		}
		if _, _, err := s.UseMailLink(ctx, kept.Hash, kept.Browser); err != nil {
			t.Fatal(err)
		}
		return person, kept
	}
	lost(v["maillink"], access.NewToken(), false)
	lost(access.NewToken(), v["asked"], true)
	_, link := lost(access.NewToken(), access.NewToken(), true)
	tell := func(r access.Recovery) notice.Notice {
		return notice.Notice{To: r.Person, Kind: notice.KindRecoveryWaits, Once: r.Warning(), At: now}
	}
	wait, err := s.BeginRecovery(ctx, link.Hash, access.BeginRecovery(newPrefixedID("rcv"), now), tell)
	if err != nil {
		t.Fatal(err)
	}
	v["stopcode"] = wait.ID + "." + w.house.keys.LookupHash("recovery-stop", wait.ID)[:26]
	v["addresslink"], v["addressstop"] = w.askedAddress(t, wait.Person)
	return v
}

// askedAddress is a change of address that a person has asked for: the code that
// confirms it, and the one that stops it.
func (w *accessWorld) askedAddress(t *testing.T, person lifecycle.PersonID) (link, stop string) {
	t.Helper()
	now := w.house.now()
	link = access.NewToken()
	change := access.AddressChange{
		ID: newPrefixedID("adr"), Person: person, Stage: access.AddressAsked, LinkHash: access.TokenHash(link),
		Generation: 1, New: newID() + "@new.example", AskedAt: now, Until: now.Add(access.AddressLinkFor),
	}
	letter := notice.Notice{Kind: notice.KindAddressLink, Once: change.ID, At: now}
	warning := notice.Notice{To: person, Kind: notice.KindAddressChanged, Once: change.ID, At: now}
	if err := w.house.store.AskAddress(t.Context(), change, letter, letter, warning); err != nil {
		t.Fatal(err)
	}
	return link, change.ID + "." + w.house.keys.LookupHash("address-stop", change.ID)[:26]
}

// dataRows: everybody has a copy of their own, and owners an end of it. Staff are
// erased by their organisation, when they have left.
func dataRows() []row {
	stillHere := map[string]answers{"office": {"shop": 409}, "owner": {}}
	return []row{
		{route: "GET /account/data", all: everybody(200)},
		{route: "POST /account/data/export", body: "x=", all: everybody(200)},
		{route: "POST /v1/account/data/export", body: "{}", all: everybody(200)},
		{route: "GET /account/data/erase", all: everybody(200)},
		{route: "POST /account/data/erase", body: "x=", all: everybody(422)},
		{route: "GET /v1/account/data/obligations", all: everybody(200)},
		{route: "POST /v1/account/data/erase", body: "{}", all: everybody(422)},
		{route: "POST /admin/people/:id/erase", id: "person", body: "x=", of: stillHere},
		{route: "POST /v1/people/:id/erase", id: "person", of: stillHere},
	}
}
