package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"testing"

	"quitclaim/service/lifecycle"
)

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
		{route: "GET /firmware/:id/:digest", id: "model", of: map[string]answers{"office": everybody(200)}, open: true},
	}
}

// publish enters a version of a model's firmware, with its file.
func (w *accessWorld) publish(t *testing.T, model lifecycle.Model) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ctx, store := t.Context(), w.house.store
	by, at := lifecycle.PersonID(newPrefixedID("psn")), w.tick()
	key := lifecycle.FirmwareKey{Model: model.ID, ID: hexSum(string(public))[:16], Public: public, Name: "Release", By: by, At: at}
	if err := store.AddFirmwareKey(ctx, key); err != nil {
		t.Fatal(err)
	}
	f := lifecycle.Firmware{
		Model: model.ID, Version: "99.0", SHA256: hexSum(picture), Notes: map[string]string{"": "Mends the clock."}, By: by, At: at,
	}
	f.Signature = ed25519.Sign(private, f.Statement(model))
	if _, err := store.SaveFirmware(ctx, f); err != nil {
		t.Fatal(err)
	}
	if err := store.PutFirmwarePart(ctx, model.ID, f.Version, 0, []byte(picture)); err != nil {
		t.Fatal(err)
	}
	if err := store.FinishFirmware(ctx, model.ID, f.Version); err != nil {
		t.Fatal(err)
	}
}
