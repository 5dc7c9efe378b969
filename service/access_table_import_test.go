package main

import (
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/fleet/imports"
	"quitclaim/service/lifecycle"
)

// newImport is an import of the vendor's that is over.
func (w *accessWorld) newImport(t *testing.T) lifecycle.ImportID {
	t.Helper()
	admin := w.person(t, "vendor", lifecycle.RoleAdmin)
	p := access.Principal{
		Kind: access.KindPerson, Person: admin.person, Org: w.orgs["vendor"].ID, OrgKind: lifecycle.OrgVendor, Roles: []lifecycle.Role{lifecycle.RoleAdmin},
	}
	job, err := w.house.imports.Receive(t.Context(), p, imports.Upload{
		Kind: lifecycle.ImportUnits, Reference: "access", Layout: lifecycle.ImportLayout{Model: w.model.ID},
	}, strings.NewReader("serial\nIMPORTED-1\nIMPORTED-1\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.house.imports.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	return job.ID
}

// importRows: an import is its organisation's, for those who may do the same one
// by one: so 404 is as good where somebody's role is another.
func importRows() []row {
	vendor := func(status int) map[string]answers { return map[string]answers{"office": {"vendor": status}} }
	other := func(route, body string, status int) row {
		return row{route: route, id: "import", body: body, of: vendor(status), orElse: 404}
	}
	return []row{
		{route: "GET /imports", all: everybody(200), orElse: 403},
		{route: "POST /imports", body: "kind=units", all: everybody(422)},
		{route: "GET /v1/imports", all: everybody(200)},
		{route: "POST /v1/imports", body: "serial=1", all: everybody(422)},
		other("GET /imports/:id", "", 200),
		other("GET /imports/:id/errors.csv", "", 200),
		other("POST /imports/:id/columns", "brand=", 422),
		other("POST /imports/:id/start", "x=", 409),
		other("POST /imports/:id/cancel", "x=", 409),
		other("GET /v1/imports/:id", "", 200),
		other("GET /v1/imports/:id/errors", "", 200),
		other("GET /v1/imports/:id/events", "", 200),
		other("POST /v1/imports/:id/columns", "{}", 422),
		other("POST /v1/imports/:id/start", "{}", 409),
		other("POST /v1/imports/:id/cancel", "{}", 409),
	}
}
