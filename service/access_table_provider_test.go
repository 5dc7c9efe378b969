package main

import (
	"testing"

	"quitclaim/service/access"
)

// providerRows: the office's providers are the shop's. None of them is asked
// anything: one has ended, and the others are where nobody calls.
func providerRows() []row {
	shop := func(status int) map[string]answers { return map[string]answers{"office": {"shop": status}} }
	nobodys := map[string]answers{"office": {}}
	policy := map[string]answers{"office": {"shop": 200, "operator": 200}}
	return []row{
		// Whoever has the address of a button may press it.
		{route: "GET /sign-in/with/:provider", id: "provider", of: map[string]answers{"office": everybody(200)}, open: true},
		{route: "POST /sign-in/with/:provider", id: "endedprovider", body: "next=", of: map[string]answers{"office": everybody(410)}, open: true},
		// An answer without an attempt is over, whoever's it might have been.
		{route: "GET /sign-in/back/:provider", id: "provider", all: everybody(422)},
		{route: "POST /sign-in/new", body: "ticket=&name=", all: everybody(422)},
		{route: "POST /setup/:code/with/:provider", id: "setup", body: "x=", of: nobodys},
		{route: "POST /verify/with/:provider", id: "provider", body: "next=", of: nobodys},

		{route: "GET /account/providers", all: everybody(200)},
		{route: "POST /account/providers/:provider/link", id: "endedprovider", body: "x=", of: nobodys},
		{route: "POST /account/providers/:provider/unlink", id: "provider", body: "x=", of: nobodys},
		{route: "GET /v1/account/providers", all: everybody(200)},
		{route: "DELETE /v1/account/providers/:provider", id: "provider", of: nobodys},

		{route: "GET /admin/providers", all: everybody(200)},
		{route: "GET /admin/providers/new", all: everybody(200)},
		{route: "POST /admin/providers", body: "name=", all: everybody(422)},
		{route: "POST /admin/providers/passwords", body: "allowed=true", all: everybody(303)},
		{route: "GET /admin/providers/:id", id: "provider", of: shop(200)},
		{route: "POST /admin/providers/:id", id: "provider", body: "name=", of: shop(422)},
		{route: "POST /admin/providers/:id/try", id: "provider", body: "x=", of: shop(200)},
		{route: "POST /admin/providers/:id/end", id: "pageprovider", body: "x=", of: shop(303)},
		{route: "GET /v1/providers", all: everybody(200)},
		{route: "POST /v1/providers", body: `{"name":""}`, all: everybody(422)},
		{route: "GET /v1/providers/:id", id: "provider", of: shop(200)},
		{route: "PUT /v1/providers/:id", id: "provider", body: `{"name":""}`, of: shop(422)},
		{route: "DELETE /v1/providers/:id", id: "apiprovider", of: shop(204)},
		{route: "GET /v1/organisations/:id/sign-in", id: "orgid", of: policy},
		{route: "PUT /v1/organisations/:id/sign-in", id: "orgid", body: `{"passwords":true}`, of: policy},
	}
}

// provider is one of an organisation's for its staff, on this machine, where a
// service of the outside calls nobody.
func (w *accessWorld) provider(t *testing.T, side string, ended bool) string {
	t.Helper()
	p := access.Provider{
		ID: newPrefixedID("prv"), Org: w.orgs[side].ID, Audience: access.AudienceStaff, Name: "Sign-in of " + side,
		Issuer: "https://127.0.0.1:9", ClientID: "quitclaim", By: "psn_x", CreatedAt: w.house.now(),
	}
	if ended {
		p.EndedAt = p.CreatedAt
	}
	if _, err := w.house.store.SaveProvider(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return p.ID
}
