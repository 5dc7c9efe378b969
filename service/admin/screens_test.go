package admin_test

import (
	"testing"

	"quitclaim/service/lifecycle"
)

// TestScreens photographs the pages where -screens names a folder.
func TestScreens(t *testing.T) {
	if *screens == "" {
		t.Skip("no folder given")
	}
	k := newKit(t)
	mara := k.staff(t, k.host, "mara@acme.example", lifecycle.RoleSecurityOfficer, lifecycle.RoleAuditor)
	out := k.staff(t, k.host, "otto@acme.example", lifecycle.RoleAuditor)
	k.ada.post("/v1/people/"+string(out.id)+"/disable", fields{})
	k.ada.post("/v1/people", fields{"name": "Ida New", "email": "ida@acme.example", "roles": []string{"auditor"}})
	k.ada.post("/v1/tokens", fields{"name": "Production line 7", "scopes": []string{"units"}})
	var model lifecycle.Model
	k.ada.post("/v1/models", camOne()).Decode(&model)
	k.ada.post("/v1/accreditations", fields{"model": model.ID, "org": k.shop.ID, "self_custody": true})
	made := readOrg(t, k.ada.post("/v1/organisations", fields{"kind": "warehouse", "name": "Second Life", "admin_name": "Wim", "admin_email": "wim@second.example"}).Body)
	k.site.WithToken(k.ada.token).Shoot(*screens, "/admin", "/admin/people", "/admin/people/"+string(mara.id), "/admin/tokens",
		"/admin/organisations", "/admin/organisations/"+string(made.ID), "/admin/models", "/admin/models/"+string(model.ID), "/admin/accreditations")
}
