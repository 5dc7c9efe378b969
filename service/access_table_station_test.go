package main

// stationRows: the office's station, badge and alarm are the shop's. Whoever is
// at a station gets its page where others are led to it.
func stationRows() []row {
	shop := func(status int) map[string]answers {
		return map[string]answers{"office": {"shop": status}, "owner": {}}
	}
	return []row{
		{route: "GET /switch", all: everybody(200)},
		{route: "POST /switch", body: "badge=", all: everybody(303), orElse: 422},
		{route: "POST /switch/leave", body: "next=", all: everybody(303), ends: true},
		{route: "POST /switch/stay", body: "x=", all: everybody(204), orElse: 401},
		{route: "POST /switch/cover", body: "x=", all: everybody(303), ends: true},
		{route: "POST /switch/uncover", body: "pin=", all: everybody(303), orElse: 422},
		// Looking at the link uses nothing up, and says nothing of whose it is.
		{route: "GET /switch/enrol/:code", id: "setup", all: everybody(200)},
		{route: "POST /switch/enrol", body: "code=", all: everybody(422)},

		{route: "GET /account/pin", all: everybody(200)},
		{route: "POST /account/pin", body: "current=x&pin=1&pin_again=1", all: everybody(422)},

		{route: "GET /stations", all: everybody(200)},
		{route: "POST /stations", body: "name=", all: everybody(422)},
		{route: "POST /stations/:id/end", id: "station", body: "x=", of: shop(303)},
		{route: "POST /stations/alarms/:id/seen", id: "alarm", body: "x=", of: shop(303)},
		{route: "GET /stations/badges", all: everybody(200)},
		{route: "POST /stations/badges/:person/issue", id: "person", body: "x=", of: shop(201)},
		{route: "POST /stations/badges/:person/end", id: "person", body: "x=", of: shop(303)},
		{route: "GET /v1/stations", all: everybody(200)},
		{route: "POST /v1/stations", body: `{"name":""}`, all: everybody(422)},
		{route: "DELETE /v1/stations/:id", id: "apistation", of: shop(204)},
		{route: "POST /v1/people/:id/badge", id: "person", of: shop(201)},
		{route: "DELETE /v1/people/:id/badge", id: "person", of: shop(204)},
	}
}
