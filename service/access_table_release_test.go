package main

// releaseRows: who has a receipt's code may read it, whoever they are; without
// it there is nothing. The plan of a release is its owner's.
func releaseRows() []row {
	released := map[string]answers{"released": everybody(200)}
	mine := map[string]answers{
		"home": {"ada": 200}, "moved": {"ada": 200}, "held": {"ada": 200}, "offered": {"ada": 200}, "returned": {}, "sold": {}, "released": {},
	}
	return []row{
		{route: "GET /v1/mine/units/:brand/:serial/release", of: mine},
		{route: "GET /R/:code", id: "receipt", of: released, open: true},
		{route: "GET /r/:code", id: "receipt", all: everybody(301)},
	}
}

// firmwareRows: a model's firmware is its vendor's to enter, and anybody's to
// get by its hash.
func firmwareRows() []row {
	maker := func(status int) map[string]answers { return map[string]answers{"office": {"vendor": status}} }
	none := map[string]answers{"office": {}}
	const api, page = "/v1/models/:id/firmware", "/admin/models/:id/firmware"
	return []row{
		{route: "GET " + api, id: "model", of: maker(200)},
		{route: "POST " + api, id: "model", body: `{"version":""}`, of: maker(422)},
		{route: "POST " + api + "/:version/withdraw", id: "model", body: `{}`, of: none},
		{route: "PUT " + api + "/:version/file", id: "model", body: `{}`, of: none},
		{route: "POST /v1/models/:id/firmware-keys", id: "model", body: `{"name":"x","public":"AA=="}`, of: maker(422)},
		{route: "POST /v1/models/:id/firmware-keys/:key/end", id: "model", body: `{}`, of: none},
		{route: "GET " + page, id: "model", of: maker(200)},
		{route: "POST " + page, id: "model", body: "version=", of: maker(422)},
		{route: "POST " + page + "/keys", id: "model", body: "name=x&public=AA==", of: maker(422)},
		{route: "POST " + page + "/keys/:key/end", id: "model", body: "x=", of: none},
		{route: "POST " + page + "/:version/withdraw", id: "model", body: "x=", of: none},
		{route: "POST " + page + "/:version/file", id: "model", body: "x=", of: none},
		{route: "GET /firmware/:id/:digest", id: "model", of: none},
	}
}
