package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

func TestInvite(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	got := k.sam.post("/v1/people", fields{"name": "Mara", "email": "mara@shop.example", "roles": []string{"clerk", "technician"}})
	wantStatus(t, "invite", got, http.StatusCreated)
	mara := readPerson(t, got)
	if mara.State != "invited" || !strings.HasPrefix(mara.Link, "http://quitclaim.test/setup/qc_") {
		t.Fatalf("invited: %+v", mara)
	}
	again := k.sam.get("/v1/people/" + string(mara.ID))
	if readPerson(t, again).Link != "" {
		t.Error("the link shows a second time")
	}
	wantTo(t, "accept", k.accept(mara.Link), "/")
	if state := readPerson(t, k.sam.get("/v1/people/"+string(mara.ID))).State; state != "active" {
		t.Errorf("afterwards %q", state)
	}
	list := k.sam.get("/v1/people")
	hasAll(t, list.Body, "mara@shop.example", "sam@shop.example")
	hasNone(t, list.Body, "ada@acme.example", "password", "generation")
	if strings.Contains(k.site.Log.String(), "mara@") || strings.Contains(k.site.Log.String(), "qc_") {
		t.Error("the log tells an address or a link")
	}
}

func TestInviteMistakes(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	wantCodes(t, "nothing", k.sam.post("/v1/people", fields{}), "email field.required", "name field.required", "roles roles.none")
	wantCodes(t, "all wrong", k.sam.post("/v1/people", fields{"name": "\x01", "email": "nobody", "roles": []string{"clerk", "owner"}, "password": "x"}),
		"email field.email", "name field.printable", "password field.unknown", "roles roles.unknown")
	wantCodes(t, "a role twice", k.sam.post("/v1/people", fields{"name": "M", "email": "m@s.example", "roles": []string{"clerk", "clerk"}}), "roles roles.unknown")
	wantCodes(t, "an address on record", k.sam.post("/v1/people", fields{"name": "M", "email": "ADA@acme.example", "roles": []string{"clerk"}}), "email email.taken")
	wantCodes(t, "into another organisation", k.sam.post("/v1/people", fields{"name": "M", "email": "m@s.example", "roles": []string{"admin"}, "org": k.host.ID}), "org org.unknown")
	wantCodes(t, "into none that there is", k.sam.post("/v1/people", fields{"name": "M", "email": "m@s.example", "roles": []string{"admin"}, "org": "org_never"}), "org org.unknown")
	page := k.sam.form("/admin/people", "name", "", "email", "nobody")
	wantStatus(t, "the form", page, http.StatusUnprocessableEntity)
	hasAll(t, page.Body, "name-mistake", "email-mistake", "roles-mistake", `value="nobody"`, "sam@shop.example")
}

// TestInviteIsNoDirectory: an admin cannot ask, address by address, who is on
// record.
func TestInviteIsNoDirectory(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	throttled := 0
	for i := range 30 {
		got := k.sam.post("/v1/people", fields{"name": "M", "email": "ada@acme.example", "roles": []string{"clerk"}})
		if got.Status == http.StatusTooManyRequests {
			throttled++
		} else if i > 20 {
			t.Errorf("question %d was answered: %d", i, got.Status)
		}
	}
	if throttled < 8 {
		t.Errorf("of 30 questions %d were refused", throttled)
	}
	for i := range 25 { // right ones are never slowed down
		got := k.ada.post("/v1/people", fields{"name": "M", "email": fmt.Sprintf("m%d@acme.example", i), "roles": []string{"clerk"}})
		wantStatus(t, "a right one", got, http.StatusCreated)
	}
}

func TestInvitationsAreShownOnce(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	body := fields{"name": "Mara", "email": "mara@shop.example", "roles": []string{"clerk"}}
	first := k.sam.withKey("same-key-1").post("/v1/people", body)
	wantStatus(t, "invite", first, http.StatusCreated)
	wantCodes(t, "the same again", k.sam.withKey("same-key-1").post("/v1/people", body), "invitation.shown-once")
	mara := readPerson(t, first)

	k.Clock.Add(1e9)
	second := readPerson(t, k.sam.post("/v1/people/"+string(mara.ID)+"/invite", fields{}))
	if got := k.accept(mara.Link); got.Status != http.StatusNotFound {
		t.Errorf("the lost link still works: %d", got.Status)
	}
	wantTo(t, "the new link", k.accept(second.Link), "/")
}

func TestRoles(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	mara := k.staff(t, k.shop, "mara@shop.example", lifecycle.RoleClerk)
	wantStatus(t, "a clerk at the people", mara.get("/v1/people"), http.StatusForbidden)
	got := k.sam.post("/v1/people/"+string(mara.id)+"/roles", fields{"roles": []string{"admin", "clerk"}})
	wantStatus(t, "change", got, http.StatusOK)
	wantStatus(t, "an admin, from the next request", mara.get("/v1/people"), http.StatusOK)
	wantCodes(t, "none", k.sam.post("/v1/people/"+string(mara.id)+"/roles", fields{"roles": []string{}}), "roles roles.none")
	wantTo(t, "by form", k.sam.form("/admin/people/"+string(mara.id)+"/roles", "roles", "clerk"), "/admin/people/"+string(mara.id)+"?done=roles-changed")
	wantStatus(t, "a clerk again", mara.get("/v1/people"), http.StatusForbidden)
	wrong := k.sam.form("/admin/people/" + string(mara.id) + "/roles")
	wantStatus(t, "form without a tick", wrong, http.StatusUnprocessableEntity)
	hasAll(t, wrong.Body, "Tick at least one role.")
}

func TestDisable(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	mara := k.staff(t, k.shop, "mara@shop.example", lifecycle.RoleClerk)
	till := k.machine(t, k.shop, "sales")
	till.onBehalfOf = mara.id
	wantStatus(t, "her token", mara.get("/v1/account"), http.StatusOK)
	// A machine of hers reaches the door's table, and is refused by its scope alone.
	wantStatus(t, "a machine for her", till.get("/v1/people"), http.StatusForbidden)
	got := k.sam.post("/v1/people/"+string(mara.id)+"/disable", fields{})
	wantStatus(t, "disable", got, http.StatusOK)
	hasAll(t, got.Body, `"state":"disabled"`)
	wantStatus(t, "her token is dead", mara.get("/v1/account"), http.StatusUnauthorized)
	if _, err := k.CredentialByHash(t.Context(), access.TokenHash(mara.token)); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, "disable twice", k.sam.post("/v1/people/"+string(mara.id)+"/disable", fields{}), http.StatusOK)
	wantCodes(t, "a link for her", k.sam.post("/v1/people/"+string(mara.id)+"/invite", fields{}), "person.disabled")
	wantTo(t, "let her in again", k.sam.form("/admin/people/"+string(mara.id)+"/enable"), "/admin/people/"+string(mara.id)+"?done=person-enabled")
	wantStatus(t, "her old token", mara.get("/v1/account"), http.StatusUnauthorized)
	if state := readPerson(t, k.sam.get("/v1/people/"+string(mara.id))).State; state != "active" {
		t.Errorf("she is %q", state)
	}
}

// TestOneAdminStays: whatever two admins do to each other at once.
func TestOneAdminStays(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	wantCodes(t, "the last one out", k.sam.post("/v1/people/"+string(k.sam.id)+"/disable", fields{}), "person.last-admin")
	wantCodes(t, "the last one down", k.sam.post("/v1/people/"+string(k.sam.id)+"/roles", fields{"roles": []string{"clerk"}}), "person.last-admin")
	invited := readPerson(t, k.sam.post("/v1/people", fields{"name": "I", "email": "i@shop.example", "roles": []string{"admin"}}))
	wantCodes(t, "with one who never came", k.sam.post("/v1/people/"+string(k.sam.id)+"/disable", fields{}), "person.last-admin")
	wantTo(t, "who comes", k.accept(invited.Link), "/")

	eve := k.staff(t, k.shop, "eve@shop.example", lifecycle.RoleAdmin)
	wantStatus(t, "one goes", k.sam.post("/v1/people/"+string(invited.ID)+"/disable", fields{}), http.StatusOK)
	var both sync.WaitGroup
	both.Go(func() { k.sam.post("/v1/people/"+string(eve.id)+"/disable", fields{}) })
	both.Go(func() { eve.post("/v1/people/"+string(k.sam.id)+"/disable", fields{}) })
	both.Wait()
	people, _, err := k.People(t.Context(), k.shop.ID, lifecycle.Page{})
	if err != nil {
		t.Fatal(err)
	}
	left := 0
	for _, p := range people {
		if p.DisabledAt.IsZero() && p.PasswordHash != "" {
			left++
		}
	}
	if left != 1 {
		t.Errorf("%d admins are left", left)
	}
}

func TestPeopleOfOthersAreNotThere(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	owner := k.staff(t, access.Organisation{}, "owner@home.example", lifecycle.RoleOwner)
	for _, theirs := range []lifecycle.PersonID{k.ada.id, owner.id} {
		for _, path := range []string{"", "/disable", "/enable", "/invite", "/roles"} {
			ask := func(id lifecycle.PersonID) (string, any) { return "/v1/people/" + string(id) + path, fields{} }
			if path == "/roles" {
				ask = func(id lifecycle.PersonID) (string, any) {
					return "/v1/people/" + string(id) + path, fields{"roles": []string{"clerk"}}
				}
			}
			if path == "" {
				sameNothing(t, "read", k.sam.get("/v1/people/"+string(theirs)), k.sam.get("/v1/people/psn_never"))
				sameNothing(t, "page", k.sam.get("/admin/people/"+string(theirs)), k.sam.get("/admin/people/psn_never"))
				continue
			}
			one, body := ask(theirs)
			other, _ := ask("psn_never")
			sameNothing(t, path, k.sam.post(one, body), k.sam.post(other, body))
		}
	}
	if p, err := k.Person(t.Context(), k.ada.id); err != nil || !p.DisabledAt.IsZero() {
		t.Errorf("Ada is %+v, %v", p, err)
	}
}

func TestPeopleInParts(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	for i := range 4 {
		k.staff(t, k.shop, fmt.Sprintf("m%d@shop.example", i), lifecycle.RoleClerk)
	}
	seen, next := map[lifecycle.PersonID]bool{}, ""
	for i := 0; i == 0 || next != ""; i++ {
		var body struct {
			Items []personOf `json:"items"`
			Next  string     `json:"next"`
		}
		k.sam.get("/v1/people?limit=2&after=" + next).Decode(&body)
		for _, p := range body.Items {
			seen[p.ID] = true
		}
		if next = body.Next; i > 5 {
			t.Fatal("the list does not end")
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d people", len(seen))
	}
	wantCodes(t, "a made-up place", k.sam.get("/v1/people?after=zzz"), "after page.cursor")
}

func TestPeoplePages(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	page := k.sam.get("/admin/people")
	wantStatus(t, "page", page, http.StatusOK)
	hasAll(t, page.Body, "Name of sam@shop.example", "May sign in", `value="security_officer"`, `name="idempotency_key"`)
	hasNone(t, page.Body, `value="owner"`, `type="password"`, "people.", "role.")
	link := k.sam.form("/admin/people", "name", "Mara", "email", "mara@shop.example", "roles", "clerk", "roles", "validator")
	wantStatus(t, "invite", link, http.StatusCreated)
	hasAll(t, link.Body, "http://quitclaim.test/setup/qc_", "Mara", "mara@shop.example")
	self := k.sam.get("/admin/people/" + string(k.sam.id))
	hasAll(t, self.Body, "This is you.", "Disable this person")
	hasNone(t, self.Body, `type="password"`)
	again := k.sam.form("/admin/people/" + string(k.sam.id) + "/invite")
	wantStatus(t, "a new link", again, http.StatusCreated)
	mara := k.staff(t, k.shop, "m@shop.example", lifecycle.RoleClerk)
	wantTo(t, "disable", k.sam.form("/admin/people/"+string(mara.id)+"/disable"), "/admin/people/"+string(mara.id)+"?done=person-disabled")
	hasAll(t, k.sam.get("/admin/people/"+string(mara.id)+"?done=person-disabled").Body, "Let this person in again", "Sessions and tokens are dead.")
	home := k.sam.get("/admin")
	hasAll(t, home.Body, "Corner Shop", "Retailer", "/admin/people", "/admin/tokens")
	hasNone(t, home.Body, "/admin/models", "/admin/organisations", "/admin/accreditations")
	hasAll(t, k.ada.get("/admin").Body, "/admin/models", "/admin/organisations", "/admin/accreditations")
}
