package main

// linkRows: without the mail that has it nobody has a link, and without having
// asked in this browser nobody has anything to recover. None of it asks who
// somebody is. A set-up link is none.
func linkRows() []row {
	return []row{
		{route: "GET /link", all: everybody(200)},
		{route: "POST /link", body: "code=", all: everybody(422)},
		{route: "GET /link/:code", id: "setup", all: everybody(404)},
		{route: "POST /link/:code", id: "setup", body: "x=", all: everybody(404)},
		{route: "GET /recover", all: everybody(200)},
		{route: "POST /recover", body: "email=", all: everybody(422)},
		{route: "GET /recover/choose", all: everybody(404)},
		{route: "POST /recover/password", body: "password=", all: everybody(404)},
		{route: "POST /recover/passkeys", body: "current=", all: everybody(404)},
		{route: "POST /recover/wait", body: "x=", all: everybody(404)},
		{route: "GET /recover/stop/:code", id: "setup", all: everybody(404)},
		{route: "POST /recover/stop/:code", id: "setup", body: "x=", all: everybody(404)},
	}
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
