package main

// supportRows: support sees what an owner has consented to, and of an owner
// nothing at all. Whoever asks is told the same, whatever there is.
func supportRows() []row {
	agents := func(status int) map[string]answers {
		return map[string]answers{"consented": {"vendor": status}, "asked": {}}
	}
	asked := func(status int) map[string]answers {
		return map[string]answers{"home": everybody(status), "sold": everybody(status), "returned": everybody(status)}
	}
	terms := "&purpose=live-support&hours=1&case=C-1&from_day=&to_day="
	body := `{"brand":"{brand}","serial":"{serial}","purpose":"live-support","hours":1,"case":"C-1"}`
	return []row{
		{route: "GET /support", all: everybody(200)},
		{route: "GET /support/ask", all: everybody(200)},
		{route: "GET /support/code", all: everybody(200)},
		{route: "POST /support/ask", body: "brand={brand}&serial={serial}" + terms, of: asked(303), never: everybody(303), alone: true},
		{route: "POST /v1/support/asks", body: body, of: asked(202), never: everybody(202), alone: true},
		{route: "POST /support/code", body: "code={code}" + terms, all: everybody(422), orElse: 429},
		{route: "POST /v1/support/codes", body: `{"code":"{code}","purpose":"live-support","hours":1,"case":"C-1"}`, all: everybody(422), orElse: 429},
		{route: "GET /v1/support/consents", all: everybody(200)},
		{route: "GET /support/consents/:id", id: "consent", of: agents(200)},
		{route: "POST /support/consents/:id/open", id: "consent", body: "reason=fault&note=dark", of: agents(303)},
		{route: "POST /v1/support/consents/:id/open", id: "consent", body: `{"reason":"fault","note":"dark"}`, of: agents(201)},
		{route: "GET /support/accesses/:id", id: "look", of: agents(200)},
		{route: "GET /v1/support/accesses/:id", id: "look", of: agents(200)},
		{route: "GET /v1/support/accesses/:id/events", id: "look", of: agents(200)},
	}
}

// consentRows: a question and a consent are of the owner who was asked; who
// looked is of whose unit it was then.
func consentRows() []row {
	mine := func(status int) map[string]answers {
		return map[string]answers{"home": {"ada": status}, "consented": {"ada": status}, "returned": {}, "lapsed": {}, "sold": {}}
	}
	question := func(status int) map[string]answers {
		return map[string]answers{"asked": {"ada": status}, "consented": {}}
	}
	given := func(status int) map[string]answers {
		return map[string]answers{"consented": {"ada": status}, "asked": {}}
	}
	then := map[string]answers{"home": {"carl": 200}, "moved": {"carl": 200}, "returned": {"carl": 200}, "offered": {}}
	unit := "/mine/units/:brand/:serial"
	key := `{"brand":"{brand}","serial":"{serial}"}`
	signed := `{"ask":"{ask}","since":"2026-01-01T00:00:00.000Z","language":"en","response":{"id":"x"}}`
	return []row{
		{route: "GET /mine/consents", all: everybody(200)},
		{route: "GET /v1/consents", all: everybody(200)},
		{route: "GET /mine/consents/asks/:ask", id: "ask", of: question(200)},
		{route: "POST /mine/consents/asks/:ask", id: "ask", body: "since=2026-01-01T00:00:00Z&language=en&response=x", of: question(422)},
		{route: "POST /v1/consents", body: signed, of: question(422)},
		{route: "POST /v1/consents/asks/:ask/begin", id: "ask", body: `{"language":"en","disclosure":"` + hexSum("words") + `"}`, of: question(422)},
		{route: "POST /mine/consents/asks/:ask/refuse", id: "ask", body: "x=", of: question(303), alone: true},
		{route: "POST /v1/consents/asks/:ask/refuse", id: "ask", of: question(204), alone: true},
		{route: "POST /mine/consents/:id/revoke", id: "consent", body: "x=", of: given(303), alone: true},
		{route: "DELETE /v1/consents/:id", id: "consent", of: given(204), alone: true},
		{route: "GET " + unit + "/help", of: mine(200)},
		{route: "POST " + unit + "/help", body: "x=", of: mine(200)},
		{route: "POST /v1/consents/codes", body: key, of: mine(201)},
		{route: "GET " + unit + "/looked", of: mine(200)},
		{route: "GET /v1/mine/units/:brand/:serial/looked", of: mine(200)},
		{route: "GET /mine/past/:binding/looked", id: "past", of: then},
		{route: "GET /v1/mine/past/:binding/looked", id: "past", of: then},
		{route: "GET /mine/looked/:access", id: "look", of: given(200)},
		// Until its entry is signed, which takes a second, there is no proof.
		{route: "GET /v1/mine/looked/:access/proof", id: "look", of: given(200), orElse: 503},
		{route: "GET /v1/mine/looked/:access/leaf", id: "look", of: given(200)},
	}
}
