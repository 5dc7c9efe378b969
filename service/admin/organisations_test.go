package admin_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

type orgOf struct {
	ID     lifecycle.OrgID `json:"id"`
	Name   string          `json:"name"`
	Brands []string        `json:"brands"`
	Admin  personOf        `json:"admin"`
}

func readOrg(t *testing.T, body string) orgOf {
	t.Helper()
	var o orgOf
	if err := json.Unmarshal([]byte(body), &o); err != nil {
		t.Fatalf("read organisation: %v in %s", err, body)
	}
	return o
}

func TestMakeOrganisation(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	got := k.ada.post("/v1/organisations", fields{"kind": "warehouse", "name": "Second Life", "admin_name": "Wim", "admin_email": "wim@second.example"})
	wantStatus(t, "make", got, http.StatusCreated)
	made := readOrg(t, got.Body)
	wantTo(t, "its admin comes", k.accept(made.Admin.Link), "/")
	wim, err := k.PersonByEmail(t.Context(), "wim@second.example")
	if err != nil || wim.Org != made.ID || len(wim.Roles) != 1 || wim.Roles[0] != lifecycle.RoleAdmin {
		t.Errorf("its admin: %+v, %v", wim, err)
	}
	vendor := k.ada.post("/v1/organisations", fields{"kind": "vendor", "name": "Rival", "brands": []string{"Rival", "rival-pro"},
		"admin_name": "Rita", "admin_email": "rita@rival.example"})
	wantStatus(t, "a further vendor", vendor, http.StatusCreated)
	if brands := strings.Join(readOrg(t, vendor.Body).Brands, " "); brands != "rival rival-pro" {
		t.Errorf("its brands: %q", brands)
	}
	list := k.ada.get("/v1/organisations").Body
	hasAll(t, list, "Second Life", "Rival", "Corner Shop", "Acme")
	hasNone(t, list, "wim@", "link")
}

func TestMakeOrganisationMistakes(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	wantCodes(t, "nothing", k.ada.post("/v1/organisations", fields{}),
		"admin_email field.required", "admin_name field.required", "kind field.required", "name field.required")
	wantCodes(t, "all wrong", k.ada.post("/v1/organisations", fields{"kind": "bank", "name": "\x02", "admin_name": "", "admin_email": "x", "brands": []string{"b"}}),
		"admin_email field.email", "admin_name field.required", "brands brands.vendors-only", "kind field.oneof", "name field.printable")
	base := func(kind string, brands []string, email string) fields {
		return fields{"kind": kind, "name": "New", "brands": brands, "admin_name": "N", "admin_email": email}
	}
	wantCodes(t, "a vendor without a brand", k.ada.post("/v1/organisations", base("vendor", nil, "n@n.example")), "brands brands.none")
	wantCodes(t, "a wrong brand", k.ada.post("/v1/organisations", base("vendor", []string{"ok", "NOT_OK"}, "n@n.example")), "brands brands.shape")
	wantCodes(t, "another's brand", k.ada.post("/v1/organisations", base("vendor", []string{"acme"}, "n@n.example")), "brands brand.taken")
	wantCodes(t, "an admin on record", k.ada.post("/v1/organisations", base("retailer", nil, "sam@shop.example")), "admin_email email.taken")
	page := k.ada.form("/admin/organisations", "kind", "vendor", "name", "", "brands", "NOT_OK", "admin_name", "", "admin_email", "x")
	wantStatus(t, "the form", page, http.StatusUnprocessableEntity)
	hasAll(t, page.Body, "name-mistake", "brands-mistake", "admin_name-mistake", "admin_email-mistake", `value="NOT_OK"`)
	orgs, _, err := k.Organisations(t.Context(), "", lifecycle.Page{})
	if err != nil || len(orgs) != 2 {
		t.Errorf("after mistakes alone: %d organisations, %v", len(orgs), err)
	}
}

// TestOnlyTheHostMakesOrganisations, and what others see of them.
func TestOnlyTheHostMakesOrganisations(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	rival := k.org(t, lifecycle.OrgVendor, "Rival", "rival")
	rita := k.staff(t, rival, "rita@rival.example", lifecycle.RoleAdmin)
	body := fields{"kind": "retailer", "name": "New", "admin_name": "N", "admin_email": "n@n.example"}
	for name, who := range map[string]*client{"a retailer's admin": k.sam, "another vendor's admin": rita} {
		wantStatus(t, name, who.post("/v1/organisations", body), http.StatusForbidden)
		wantStatus(t, name, who.send(http.MethodPut, "/v1/organisations/"+string(k.shop.ID), fields{"name": "Mine"}), http.StatusForbidden)
		wantStatus(t, name, who.post("/v1/organisations/"+string(k.shop.ID)+"/admin", fields{"name": "N", "email": "n@n.example"}), http.StatusForbidden)
	}
	hasAll(t, rita.get("/v1/organisations").Body, "Corner Shop", "Acme")
	mine := k.sam.get("/v1/organisations").Body
	hasAll(t, mine, "Corner Shop")
	hasNone(t, mine, "Acme", "Rival")
	sameNothing(t, "another's", k.sam.get("/v1/organisations/"+string(k.host.ID)), k.sam.get("/v1/organisations/org_never"))
	hasNone(t, rita.get("/admin/organisations").Body, "A new organisation")
	hasAll(t, k.ada.get("/admin/organisations").Body, "A new organisation")
	clerk := k.staff(t, k.host, "clerk@acme.example", lifecycle.RoleClerk)
	wantStatus(t, "a clerk", clerk.get("/v1/organisations"), http.StatusForbidden)
}

func TestMakeOrganisationAgain(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	body := fields{"kind": "retailer", "name": "New", "admin_name": "N", "admin_email": "n@n.example"}
	wantStatus(t, "make", k.ada.withKey("same-key-3").post("/v1/organisations", body), http.StatusCreated)
	wantCodes(t, "the same again", k.ada.withKey("same-key-3").post("/v1/organisations", body), "invitation.shown-once")
	orgs, _, err := k.Organisations(t.Context(), lifecycle.OrgRetailer, lifecycle.Page{})
	if err != nil || len(orgs) != 2 {
		t.Errorf("%d retailers, %v", len(orgs), err)
	}
}

func TestInviteAdmin(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	made := readOrg(t, k.ada.post("/v1/organisations", fields{"kind": "retailer", "name": "New", "admin_name": "N", "admin_email": "n@n.example"}).Body)
	page := k.ada.get("/admin/organisations/" + string(made.ID))
	hasAll(t, page.Body, "Nobody can sign in yet", "Invite an admin")
	wrong := k.ada.form("/admin/organisations/"+string(made.ID)+"/admin", "name", "", "email", "x")
	wantStatus(t, "mistakes", wrong, http.StatusUnprocessableEntity)
	hasAll(t, wrong.Body, "email-mistake", `value="New"`)
	second := k.ada.post("/v1/organisations/"+string(made.ID)+"/admin", fields{"name": "M", "email": "m@n.example"})
	wantStatus(t, "another admin", second, http.StatusCreated)
	wantTo(t, "who comes", k.accept(readPerson(t, second).Link), "/")
	wantCodes(t, "a third", k.ada.post("/v1/organisations/"+string(made.ID)+"/admin", fields{"name": "O", "email": "o@n.example"}), "org.has-admin")
	hasAll(t, k.ada.get("/admin/organisations/"+string(made.ID)).Body, "Can sign in")
}

func TestChangeOrganisation(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	path := "/v1/organisations/" + string(k.host.ID)
	wantCodes(t, "a brand less", k.ada.send(http.MethodPut, path, fields{"name": "Acme", "brands": []string{"acme"}}), "brands brands.dropped")
	got := k.ada.send(http.MethodPut, path, fields{"name": "Acme Ltd", "brands": []string{"acme-home", "ACME", "acme-pro"}})
	wantStatus(t, "change", got, http.StatusOK)
	if o := readOrg(t, got.Body); o.Name != "Acme Ltd" || strings.Join(o.Brands, " ") != "acme acme-home acme-pro" {
		t.Errorf("changed: %+v", o)
	}
	wantCodes(t, "a shop with a brand", k.ada.send(http.MethodPut, "/v1/organisations/"+string(k.shop.ID), fields{"name": "S", "brands": []string{"s"}}), "brands brands.vendors-only")
	wantTo(t, "by form", k.ada.form("/admin/organisations/"+string(k.shop.ID), "name", "Corner Store"), "/admin/organisations/"+string(k.shop.ID)+"?done=organisation-changed")
	hasAll(t, k.ada.get("/admin/organisations/"+string(k.shop.ID)).Body, "Corner Store")
	wrong := k.ada.form("/admin/organisations/"+string(k.host.ID), "name", "", "brands", "")
	wantStatus(t, "mistakes", wrong, http.StatusUnprocessableEntity)
	wantStatus(t, "one that never was", k.ada.send(http.MethodPut, "/v1/organisations/org_never", fields{"name": "x"}), http.StatusNotFound)
}

// TestOperator: the command line of whoever runs the server.
func TestOperator(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	got := k.operator().post("/v1/people", fields{"name": "Mara", "email": "mara@shop.example", "roles": []string{"clerk"}, "org": "corner SHOP"})
	wantStatus(t, "invite by name", got, http.StatusCreated)
	p, err := k.Person(t.Context(), readPerson(t, got).ID)
	if err != nil || p.Org != k.shop.ID {
		t.Errorf("invited %+v, %v", p, err)
	}
	wantCodes(t, "into nowhere", k.operator().post("/v1/people", fields{"name": "M", "email": "m@m.example", "roles": []string{"clerk"}}), "org field.required")
	wantCodes(t, "into what is not there", k.operator().post("/v1/people", fields{"name": "M", "email": "m@m.example", "roles": []string{"clerk"}, "org": "Nobody"}), "org org.unknown")
	k.org(t, lifecycle.OrgWarehouse, "Corner Shop")
	wantCodes(t, "into one of two", k.operator().post("/v1/people", fields{"name": "M", "email": "m@m.example", "roles": []string{"clerk"}, "org": "Corner Shop"}), "org org.ambiguous")
	hasAll(t, k.operator().get("/v1/organisations").Body, "Acme", "Corner Shop")
	hasNone(t, k.operator().get("/v1/people").Body, "mara@", "owner@")
	sameNothing(t, "a person", k.operator().get("/v1/people/"+string(k.ada.id)), k.operator().get("/v1/people/psn_never"))
	for _, path := range []string{"/v1/models", "/v1/accreditations", "/v1/account"} {
		wantStatus(t, path, k.operator().get(path), http.StatusForbidden)
	}
	stranger := &client{k: k, token: access.NewToken()}
	wantStatus(t, "another token", stranger.get("/v1/organisations"), http.StatusUnauthorized)
}
