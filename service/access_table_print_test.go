package main

import (
	"crypto/rand"
	"fmt"

	"quitclaim/service/lifecycle"
)

// printRows: a unit's label is for who has it and for who made it, a
// certificate's for who has the unit and for who certified it, and a print job
// for the organisation that made it.
func printRows() []row {
	label := func(status int) map[string]answers {
		return map[string]answers{
			"stock": {"shop": status, "vendor": status}, "returned": {"warehouse": status, "vendor": status},
			"home": {"vendor": status}, "transit": {"shop": status, "vendor": status},
		}
	}
	// A form tells of its lines what it tells of one that names nothing.
	lines := func(status, otherwise int) map[string]answers {
		return map[string]answers{
			"stock":    {"shop": status, "vendor": status, "*": otherwise},
			"returned": {"warehouse": status, "vendor": status, "*": otherwise}, "home": {"vendor": status, "*": otherwise},
		}
	}
	job := func(status int) map[string]answers { return map[string]answers{"returned": {"warehouse": status}} }
	paper := map[string]answers{"certified": {"warehouse": 200}, "home": {"warehouse": 200}}
	create := `{"id":"{newjob}","units":[{"brand":"{brand}","serial":"{serial}"}],"stock":"avery-5520"}`
	return []row{
		{route: "GET /print", query: "labels={brand}/{serial}", of: lines(200, 200), never: everybody(200)},
		{route: "GET /print/preview.png", query: "stock=avery-5520&label={brand}/{serial}", of: label(200)},
		{route: "POST /print/jobs", body: "job={newjob}&labels={brand}/{serial}&stock=avery-5520&copies=1", of: lines(303, 422), never: everybody(422)},
		{route: "GET /print/jobs/:id", id: "printjob", of: job(200)},
		{route: "POST /print/jobs/:id/send", id: "printjob", body: "x=", of: job(303)},
		{route: "POST /print/jobs/:id/again", id: "printjob", body: "job={newjob}&place=0", of: job(303)},
		{route: "POST /v1/print-jobs", body: create, of: label(201)},
		{route: "GET /v1/print-jobs/:id", id: "printjob", of: job(200)},
		{route: "GET /v1/print-jobs/:id/labels.pdf", id: "printjob", of: job(200)},
		{route: "GET /v1/print-jobs/:id/labels.zpl", id: "printjob", of: map[string]answers{"returned": {}}}, // it is for a sheet
		{route: "POST /v1/print-jobs/:id/send", id: "printjob", of: job(200)},
		{route: "POST /v1/print-jobs/:id/again", id: "printjob", body: `{"id":"{newjob}"}`, of: job(201)},
		{route: "GET /v1/certificates/:code/paper", id: "certificate", of: paper},
		{route: "GET /v1/certificates/:code/paper.pdf", id: "certificate", of: paper},
	}
}

// newUUID is an id as pages draw it (RFC 9562, version 4).
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%x-%x-4%03x-8%03x-%x", b[:4], b[4:6], int(b[6])<<4, int(b[7])<<4, b[10:])
}

// printed has an organisation print the unit's label.
func (l *life) printed(side string) *life {
	l.t.Helper()
	l.v["printjob"] = newUUID()
	_, err := l.s.w.house.store.MakePrintJob(l.t.Context(), lifecycle.PrintJob{
		ID: lifecycle.PrintJobID(l.v["printjob"]), Org: l.s.w.orgs[side].ID, Stock: "avery-5520", Copies: 1,
		State: lifecycle.PrintMade, At: l.s.w.tick(),
		Labels: []lifecycle.PrintLabel{{Unit: l.unit.ID, Epoch: l.unit.Epoch, State: lifecycle.PrintMade}},
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return l
}
