package main

// mineRows: a unit's doors are its owner's. To whoever had it before, each is
// as if the unit had never been.
func mineRows() []row {
	mine := func(status int) map[string]answers {
		return map[string]answers{
			"home": {"ada": status}, "moved": {"ada": status}, "held": {"ada": status}, "offered": {"ada": status},
			"returned": {}, "sold": {}, "stock": {},
		}
	}
	once := func(status int) map[string]answers { return map[string]answers{"home": {"ada": status}, "lapsed": {}} }
	marked := func(status int) map[string]answers {
		return map[string]answers{"home": {"ada": status}, "stolen": {"ada": 409}, "lapsed": {}}
	}
	lifted := func(status int) map[string]answers {
		return map[string]answers{"stolen": {"ada": status}, "home": {}, "lapsed": {}}
	}
	offer := map[string]answers{"home": {"ada": 409}, "moved": {"ada": 409}, "returned": {}, "sold": {}}
	key := `{"brand":"{brand}","serial":"{serial}"}`
	unit := "/mine/units/:brand/:serial"
	return []row{
		{route: "GET /v1/mine", all: everybody(200)},
		{route: "GET /mine", all: everybody(200)},
		{route: "GET /v1/mine/units/:brand/:serial", of: mine(200)},
		{route: "GET /v1/mine/units/:brand/:serial/events", of: mine(200)},
		{route: "GET " + unit, of: mine(200)},
		{route: "GET " + unit + "/release", of: mine(200)},
		{route: "POST " + unit + "/release", body: "x=", of: once(303), alone: true},
		{route: "POST /v1/releases", body: key, of: once(201), alone: true},
		{route: "GET " + unit + "/stolen", of: mine(200)},
		{route: "POST " + unit + "/stolen", body: "x=", of: marked(303), alone: true},
		{route: "POST /v1/mine/stolen", body: key, of: marked(200), alone: true},
		{route: "POST " + unit + "/stolen/lift", body: "x=", of: lifted(303), alone: true},
		{route: "POST /v1/mine/stolen/lift", body: key, of: lifted(200), alone: true},
		{route: "GET " + unit + "/transfer", of: mine(200)},
		{route: "POST " + unit + "/transfer", body: "to={adamail}", of: offer},
		{route: "POST /v1/transfers", body: `{"brand":"{brand}","serial":"{serial}","to":"{adamail}"}`, of: offer},
		{route: "GET " + unit + "/transfer.svg", of: map[string]answers{"offered": {"ada": 200}, "home": {}, "lapsed": {}}},

		// Whoever has the unit in their hands is told that it is bound, not whose
		// it is. Anybody else, its owner too, is told nothing.
		{route: "GET /mine/bind", all: everybody(200)},
		{route: "POST /mine/bind", body: "brand={brand}&serial={serial}&proof={proof}", alone: true,
			of: map[string]answers{"home": everybody(409), "desk": {}}},
		{route: "POST /v1/bindings", body: `{"brand":"{brand}","serial":"{serial}","proof":"{wrongproof}"}`, alone: true,
			of: map[string]answers{"home": {}, "lapsed": {}, "stock": {}}},
		{route: "DELETE /v1/bindings/:id", id: "binding", of: map[string]answers{"home": {"ada": 409}, "moved": {"ada": 409}, "before": {}}},
		{route: "POST /mine/bindings/:id/end", id: "binding", body: "x=", of: map[string]answers{
			"home": {"ada": 409}, "moved": {"ada": 409}, "before": {}}},
	}
}

// offerRows: an offer is of its maker and of whom it names. Once it is over,
// its maker has nothing more to do with it; whom it named may hear that it is.
// Wrong codes are counted by person, so each door has people of its own.
func offerRows() []row {
	look := func(maker, named, over int) map[string]answers {
		return map[string]answers{"offered": {"ada": maker, "dora": named}, "lapsed": {"dora": over}, "moved": {"ada": over}}
	}
	answer := func(status, over int) map[string]answers {
		return map[string]answers{"offered": {"dora": status}, "lapsed": {"dora": over}, "moved": {"ada": over}}
	}
	withdraw := func(status int) map[string]answers {
		return map[string]answers{"offered": {"ada": status}, "lapsed": {}, "moved": {}}
	}
	return []row{
		{route: "GET /transfer", all: everybody(200)},
		{route: "GET /transfer/:code", id: "code", of: look(303, 200, 410), alone: true},
		{route: "GET /v1/transfers/:code", id: "code", of: look(200, 200, 200), alone: true},
		{route: "POST /transfer/:code/accept", id: "code", body: "proof={wrongproof}", of: answer(409, 410), alone: true},
		{route: "POST /v1/transfers/:code/accept", id: "code", body: `{"proof":"{wrongproof}"}`, of: answer(409, 409), alone: true},
		{route: "POST /transfer/:code/refuse", id: "code", body: "x=", of: answer(303, 409), alone: true},
		{route: "POST /v1/transfers/:code/refuse", id: "code", of: answer(200, 409), alone: true},
		{route: "POST /transfer/:code/withdraw", id: "code", body: "x=", of: withdraw(303), alone: true},
		{route: "POST /v1/transfers/:code/withdraw", id: "code", of: withdraw(200), alone: true},
	}
}

// pastRows: a past time is of whoever had it, and of nobody after them.
func pastRows() []row {
	contest := func(status int) map[string]answers {
		return map[string]answers{"home": {"carl": status}, "contested": {"carl": 409}, "moved": {}}
	}
	cancel := map[string]answers{"home": {"carl": 409}, "contested": {"carl": 409}, "returned": {"carl": 409}, "moved": {}}
	deletes := func(status int) map[string]answers {
		return map[string]answers{"home": {"carl": status}, "returned": {"carl": status}, "moved": {"carl": status}, "contested": {"carl": 409}, "offered": {}}
	}
	return []row{
		{route: "POST /v1/mine/past/:binding/delete", id: "past", of: deletes(202), alone: true},
		{route: "POST /mine/past/:binding/delete", id: "past", body: "x=", of: deletes(303), alone: true},
		{route: "GET /v1/mine/past", all: everybody(200)},
		{route: "GET /mine/past", all: everybody(200)},
		{route: "GET /mine/past/:binding", id: "past", of: map[string]answers{
			"home": {"carl": 200}, "moved": {"carl": 200}, "returned": {"carl": 200}, "offered": {}}},
		{route: "POST /v1/mine/past/:binding/contest", id: "past", of: contest(201), alone: true},
		{route: "POST /mine/past/:binding/contest", id: "past", body: "x=", of: contest(303), alone: true},
		{route: "POST /mine/past/:binding/cancel", id: "past", body: "proof={wrongproof}", of: cancel},
		{route: "POST /v1/returns/:id/cancel-own", id: "return", body: `{"proof":"{wrongproof}"}`, of: cancel},
	}
}
