package main

import (
	"testing"

	"quitclaim/service/lifecycle"
)

// newBatch is a batch of the shop's, with an exception that is settled: its
// entry is called as the batch is.
func (w *accessWorld) newBatch(t *testing.T) lifecycle.BatchID {
	t.Helper()
	clerk, s := w.person(t, "shop", lifecycle.RoleClerk).person, w.house.store
	batch := lifecycle.Batch{
		ID: lifecycle.BatchID(newPrefixedID("bat")), Org: w.orgs["shop"].ID, OpenedBy: clerk, OpenedAt: w.house.now(),
		Condition: "used", Reason: "other",
	}
	if _, err := s.SaveBatch(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	_, err := s.AddBatchEntry(t.Context(), lifecycle.BatchEntry{
		Batch: batch.ID, ID: string(batch.ID), Person: clerk, ScannedAt: w.house.now(), Verdict: lifecycle.VerdictUnknown,
		State: lifecycle.EntryException,
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SettleBatchEntry(t.Context(), batch.ID, string(batch.ID), "nothing", clerk); err != nil {
		t.Fatal(err)
	}
	return batch.ID
}

// batchRows: a batch is its organisation's, and nobody else's.
func batchRows() []row {
	shop := func(status int) map[string]answers { return map[string]answers{"office": {"shop": status}} }
	// Scanned in a thousand years, as deskRows has it; what every desk is told is told.
	queued := `{"payload":"{payload}","scanned_at":"2999-01-01T00:00:00Z","condition":"used","reason":"other"}`
	return []row{
		{route: "POST /v1/returns/queued", body: queued, never: everybody(409), told: true, of: map[string]answers{
			"home": everybody(409), "stock": {"shop": 409, "*": 409}, "desk": {"shop": 409, "*": 409}, "retired": {"warehouse": 409, "*": 409}}},
		{route: "GET /v1/batches", all: everybody(200)},
		{route: "POST /v1/batches", body: `{"condition":""}`, all: everybody(422)},
		{route: "GET /v1/batches/:id", id: "batch", of: shop(200)},
		{route: "POST /v1/batches/:id/entries", id: "batch", body: `{"payload":"no code"}`, of: shop(201)},
		{route: "POST /v1/batches/:id/entries/:entry/settle", id: "batch", body: `{"settlement":"nothing"}`, of: shop(409)},
		{route: "POST /v1/batches/:id/again", id: "batch", body: `{}`, of: shop(200)},
		{route: "POST /v1/batches/:id/close", id: "batch", body: `{"waiting":1}`, of: shop(409)},

		{route: "GET /desk/offline", all: everybody(200)},
		{route: "GET /desk/batches", all: everybody(200)},
		{route: "POST /desk/batches", body: "condition=", all: everybody(422)},
		{route: "GET /desk/batches/:id", id: "batch", of: shop(200)},
		{route: "GET /desk/batches/:id/summary", id: "batch", of: shop(200)},
		{route: "POST /desk/batches/:id/entries", id: "batch", body: "payload=no+code", of: shop(303)},
		{route: "POST /desk/batches/:id/entries/:entry/settle", id: "batch", body: "settlement=nothing", of: shop(409)},
		{route: "POST /desk/batches/:id/again", id: "batch", body: "entry=", of: shop(303)},
		{route: "POST /desk/batches/:id/close", id: "batch", body: "waiting=1", of: shop(409)},
	}
}
