package main

import "slices"

// accessRows is what each door answers, to whoever passes its rule, about what
// is theirs and what is not. The things are made in access_units_test.go.
func accessRows() []row {
	return slices.Concat(
		shellRows(), signInRows(), passkeyRows(), providerRows(), peopleRows(), organisationRows(), vendorRows(), stationRows(), kitRows(), auditRows(), flagRows(), deviceRows(),
		deskRows(), batchRows(), saleRows(), benchRows(), orderRows(), shipmentRows(), scannerRows(), printRows(), importRows(), fleetRows(), mineRows(), releaseRows(), firmwareRows(), offerRows(), pastRows(), shareRows(), contestRows(), linkRows(), dataRows(), noticeRows(),
		consentRows(), supportRows(),
	)
}

// everybody gets the same, whoever they are.
func everybody(status int) answers { return answers{"*": status} }

func shellRows() []row {
	return []row{
		// Home leads on to where somebody works; who works nowhere is told so.
		{route: "GET /", all: everybody(303), orElse: 403},
		{route: "GET /healthz", all: everybody(200)},
		{route: "POST /language", body: "language=de", all: everybody(303)},
		{route: "GET /favicon.ico", all: everybody(200)},
		{route: "GET /sw.js", all: everybody(200)},
		{route: "GET /manifest.webmanifest", all: everybody(200)},
		{route: "GET /assets/:version/*", id: "file", of: map[string]answers{"office": everybody(200)}, open: true},
	}
}

func signInRows() []row {
	own := map[string]answers{"office": everybody(303), "owner": {"ada": 303}}
	ownAPI := map[string]answers{"office": everybody(204), "owner": {"ada": 204}}
	return []row{
		// Who came by badge and PIN may say their password as well.
		{route: "GET /sign-in", all: answers{"": 200, "*": 303}, orElse: 200},
		{route: "POST /sign-in", body: "email=&password=", all: everybody(422)},
		{route: "POST /sign-out", body: "x=", all: everybody(303), ends: true},
		{route: "GET /sign-up", all: answers{"": 200, "*": 303}},
		{route: "POST /sign-up", body: "email=&password=", all: everybody(422)},
		// Whoever has the link may use it.
		{route: "GET /setup/:code", id: "setup", of: map[string]answers{"office": everybody(200)}},
		{route: "POST /setup/:code", id: "setup", body: "password=short&password_again=short", of: map[string]answers{"office": everybody(422)}},

		{route: "GET /account", all: everybody(200)},
		{route: "POST /account/password", body: "current=x&password=short&password_again=short", all: everybody(422)},
		{route: "POST /account/sessions/end", body: "x=", all: everybody(303)},
		{route: "POST /account/tokens", body: "name=", all: everybody(422)},
		{route: "POST /account/tokens/:id/end", id: "token", body: "x=", of: own},
		{route: "GET /v1/account", all: everybody(200)},
		{route: "POST /v1/account/password", body: `{"current":"x","password":"short"}`, all: everybody(422)},
		{route: "DELETE /v1/account/sessions", all: everybody(204)},
		{route: "GET /v1/account/tokens", all: everybody(200)},
		{route: "POST /v1/account/tokens", body: `{"name":""}`, all: everybody(422)},
		{route: "DELETE /v1/account/tokens/:id", id: "token", of: ownAPI},
	}
}

// peopleRows: the office is of the shop. An owner is in no organisation, and so
// nobody's staff, not even the operator's.
func peopleRows() []row {
	shop := func(status int) map[string]answers {
		return map[string]answers{"office": {"shop": status}, "owner": {}}
	}
	return []row{
		{route: "GET /admin", all: answers{"*": 200, "operator": 422}},
		{route: "GET /admin/people", all: everybody(200)},
		{route: "POST /admin/people", body: "name=", all: everybody(422)},
		{route: "GET /admin/people/:id", id: "person", of: shop(200)},
		{route: "POST /admin/people/:id/roles", id: "person", body: "roles=clerk", of: shop(303)},
		{route: "POST /admin/people/:id/invite", id: "person", body: "x=", of: shop(201)},
		{route: "POST /admin/people/:id/disable", id: "leaver", body: "x=", of: shop(303)},
		{route: "POST /admin/people/:id/enable", id: "leaver", body: "x=", of: shop(303)},
		{route: "GET /v1/people", all: everybody(200)},
		{route: "POST /v1/people", body: `{"name":""}`, all: everybody(422)},
		{route: "GET /v1/people/:id", id: "person", of: shop(200)},
		{route: "POST /v1/people/:id/roles", id: "person", body: `{"roles":["clerk"]}`, of: shop(200)},
		{route: "POST /v1/people/:id/invite", id: "person", of: shop(201)},
		{route: "POST /v1/people/:id/disable", id: "leaver", of: shop(200)},
		{route: "POST /v1/people/:id/enable", id: "leaver", of: shop(200)},

		{route: "GET /admin/tokens", all: everybody(200)},
		{route: "POST /admin/tokens", body: "name=", all: everybody(422)},
		{route: "POST /admin/tokens/:id/end", id: "pagetoken", body: "x=", of: shop(303)},
		{route: "GET /v1/tokens", all: everybody(200)},
		{route: "POST /v1/tokens", body: `{"name":""}`, all: everybody(422)},
		{route: "DELETE /v1/tokens/:id", id: "apitoken", of: shop(204)},
	}
}

// organisationRows: the first vendor is the host. It and the operator make and
// change organisations; vendors see all, for they accredit them.
func organisationRows() []row {
	seen := map[string]answers{"office": {"shop": 200, "vendor": 200, "vendor2": 200, "operator": 200}}
	hosts := func(status int) answers { return answers{"vendor": status, "operator": status, "*": 403} }
	newForm := "kind=retailer&name=New&admin_name=Somebody&admin_email={taken}"
	newBody := `{"kind":"retailer","name":"New","admin_name":"Somebody","admin_email":"{taken}"}`
	return []row{
		{route: "GET /admin/organisations", all: everybody(200)},
		{route: "POST /admin/organisations", body: newForm, all: hosts(422)},
		{route: "GET /admin/organisations/:id", id: "orgid", of: seen},
		{route: "POST /admin/organisations/:id", id: "orgid", body: "name=House+shop&brands=acme",
			of: map[string]answers{"office": hosts(422)}, never: hosts(404)},
		{route: "POST /admin/organisations/:id/admin", id: "orgid", body: "name=Somebody&email={taken}",
			of: map[string]answers{"office": hosts(409)}, never: hosts(404)},
		{route: "GET /v1/organisations", all: everybody(200)},
		{route: "POST /v1/organisations", body: newBody, all: hosts(422)},
		{route: "GET /v1/organisations/:id", id: "orgid", of: seen},
		{route: "PUT /v1/organisations/:id", id: "orgid", body: `{"name":"House shop","brands":["acme"]}`,
			of: map[string]answers{"office": hosts(422)}, never: hosts(404)},
		{route: "POST /v1/organisations/:id/admin", id: "orgid", body: `{"name":"Somebody","email":"{taken}"}`,
			of: map[string]answers{"office": hosts(409)}, never: hosts(404)},
	}
}

// vendorRows: the office's model is the first vendor's.
func vendorRows() []row {
	maker := func(status int) map[string]answers { return map[string]answers{"office": {"vendor": status}} }
	accredited := map[string]answers{"office": {"vendor": 422, "*": 422}}
	return []row{
		{route: "GET /admin/models", all: everybody(200)},
		{route: "GET /admin/models/new", all: everybody(200)},
		{route: "POST /admin/models", body: "name=", all: everybody(422)},
		{route: "GET /admin/models/:id", id: "model", of: maker(200)},
		{route: "GET /admin/models/:model/steps/:check", of: maker(200)},
		{route: "POST /admin/models/:model/steps/:check", body: "text=", of: maker(422)},
		{route: "GET /admin/models/:model/steps/:check/picture", of: maker(200)},
		{route: "POST /admin/models/:id", id: "model", body: "name=", of: maker(422)},
		{route: "GET /v1/models", all: everybody(200)},
		{route: "POST /v1/models", body: `{"name":""}`, all: everybody(422)},
		{route: "GET /v1/models/:id", id: "model", of: maker(200)},
		{route: "PUT /v1/models/:id", id: "model", body: `{"name":""}`, of: maker(422)},

		{route: "GET /admin/accreditations", all: everybody(200)},
		{route: "POST /admin/accreditations", body: "model={model}&org=org_nobody", of: accredited, never: everybody(422)},
		{route: "POST /admin/accreditations/:model/:org/end", id: "accreditedorg", body: "x=", of: maker(303)},
		{route: "GET /v1/accreditations", all: everybody(200)},
		{route: "POST /v1/accreditations", body: `{"model":"{model}","org":"org_nobody"}`, of: accredited, never: everybody(422)},
		{route: "DELETE /v1/accreditations/:model/:org", id: "accreditedtoo", of: maker(204)},
	}
}

func auditRows() []row {
	anybody := map[string]answers{"certified": everybody(200), "home": everybody(200)}
	return []row{
		{route: "GET /C/:code", id: "certificate", of: anybody, open: true},
		{route: "GET /c/:code", id: "certificate", all: everybody(301)},
		{route: "GET /U/:code", id: "code", all: everybody(200)},
		{route: "GET /u/:code", id: "code", all: everybody(200)},
		{route: "GET /log/checkpoint", all: everybody(200)},
		{route: "GET /log/tile/*", id: "tile", of: map[string]answers{"office": everybody(200)}, open: true},
		{route: "GET /log/proof/:index", id: "index", of: map[string]answers{"office": everybody(200)}, open: true},
		{route: "GET /log/keys", all: everybody(200)},
	}
}

// flagRows: a flag is its organisation's, and the vendor's of the unit.
func flagRows() []row {
	theirs := func(status int) map[string]answers {
		return map[string]answers{"returned": {"warehouse": status, "vendor": status}, "left": {"shop": status, "vendor": status}}
	}
	job := map[string]answers{"office": everybody(200)}
	jobPage := map[string]answers{"office": everybody(303)}
	return []row{
		{route: "GET /v1/flags", all: everybody(200)},
		{route: "GET /v1/flags/:id", id: "flag", of: theirs(200)},
		{route: "POST /v1/flags/:id/acknowledge", id: "flag", of: theirs(200)},
		{route: "POST /v1/flags/:id/resolve", id: "flag", of: theirs(200)},
		// Two runs in one millisecond are one.
		{route: "GET /v1/sweeps", all: everybody(200)},
		{route: "POST /v1/sweeps/:job", id: "job", of: job, orElse: 409},
		{route: "GET /flags", all: everybody(200)},
		{route: "GET /flags/:id", id: "flag", of: theirs(200)},
		{route: "POST /flags/:id", id: "flag", body: "to=acknowledged", of: theirs(303)},
		{route: "POST /flags/sweeps/:job", id: "job", body: "x=", of: jobPage, orElse: 409},
	}
}

// deviceRows: anybody may knock, and learns nothing without the unit's key.
func deviceRows() []row {
	report := `{"brand":"{brand}","serial":"{serial}","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","epoch":1,"kind":"none",` +
		`"firmware":"1.0","verifier":"0000000000000000000000000000000000000000000000000000000000000000","signature":` +
		`"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`
	return []row{
		{route: "POST /device/v1/challenge", body: `{"brand":"{brand}","serial":"{serial}"}`,
			of: map[string]answers{"home": everybody(200), "desk": everybody(200)}, never: everybody(200), told: true},
		{route: "POST /device/v1/report", body: report, of: map[string]answers{"home": {}, "desk": {}}},
	}
}
