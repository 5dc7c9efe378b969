package main

// shareRows: a share is its owner's to give and end, and its member's to take
// and leave. Nobody else hears of it.
func shareRows() []row {
	mine := map[string]answers{"home": {"ada": 200}, "moved": {"ada": 200}, "shared": {"ada": 200}, "returned": {}, "sold": {}}
	own := map[string]answers{"home": {"ada": 409}, "moved": {"ada": 409}, "returned": {}, "sold": {}}
	owners := func(status int) map[string]answers {
		return map[string]answers{"shared": {"ada": status}, "home": {}, "lapsed": {}}
	}
	members := func(status int) map[string]answers {
		return map[string]answers{"shared": {"dora": status}, "home": {}, "lapsed": {}}
	}
	look := func(owner, member int) map[string]answers {
		return map[string]answers{"shared": {"ada": owner, "dora": member}, "home": {}}
	}
	unit := "/mine/units/:brand/:serial/shares"
	return []row{
		{route: "GET /mine/shared", all: everybody(200)},
		{route: "GET /v1/mine/shared", all: everybody(200)},
		{route: "GET /share", all: everybody(303)},
		{route: "GET " + unit, of: mine},
		{route: "GET /v1" + unit, of: mine},
		// Alone, for what somebody's address gets is counted.
		{route: "POST " + unit, body: "name=Me&to={adamail}", of: own, alone: true},
		{route: "POST /v1/shares", body: `{"brand":"{brand}","serial":"{serial}","name":"Me","to":"{adamail}"}`, of: own, alone: true},
		{route: "GET " + unit + "/:id/code.svg", id: "share", of: owners(200)},
		{route: "POST " + unit + "/:id/end", id: "share", body: "x=", of: owners(303), alone: true},
		{route: "POST /mine/shared/:id/leave", id: "share", body: "x=", of: members(303), alone: true},
		{route: "GET /share/:code", id: "sharecode", of: look(303, 200), alone: true},
		{route: "GET /v1/shares/:code", id: "sharecode", of: look(200, 200), alone: true},
		{route: "POST /share/:code/accept", id: "sharecode", body: "x=", of: members(303), alone: true},
		{route: "POST /v1/shares/:code/accept", id: "sharecode", of: members(200), alone: true},
		{route: "POST /share/:code/refuse", id: "sharecode", body: "x=", of: members(303), alone: true},
		{route: "POST /v1/shares/:code/refuse", id: "sharecode", of: members(204), alone: true},
	}
}

// contestRows: a contest is of the security officers of whoever has the unit.
func contestRows() []row {
	theirs := func(status int) map[string]answers {
		return map[string]answers{"contested": {"shop": status}, "home": {}, "disputed": {}}
	}
	return []row{
		{route: "GET /contests", all: everybody(200)},
		{route: "GET /v1/contests", all: everybody(200)},
		{route: "GET /contests/:id", id: "hold", of: theirs(200)},
		{route: "GET /v1/contests/:id", id: "hold", of: theirs(200)},
		{route: "POST /contests/:id/ruling", id: "hold", body: "answer=rejected%2Fnothing-shown", of: theirs(303), alone: true},
		{route: "POST /v1/contests/:id/ruling", id: "hold", body: `{"outcome":"rejected","reason":"nothing-shown"}`, of: theirs(200), alone: true},
		{route: "POST /contests/:id/object", id: "hold", body: "x=", of: theirs(409), alone: true},
		{route: "POST /v1/contests/:id/object", id: "hold", of: theirs(409), alone: true},
	}
}
