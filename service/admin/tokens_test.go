package admin_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// machine is a machine with a token of its organisation.
func (k *kit) machine(t *testing.T, org access.Organisation, scopes ...string) *client {
	t.Helper()
	got := k.operator().post("/v1/tokens", fields{"name": "machine", "scopes": scopes, "org": org.ID})
	wantStatus(t, "make token", got, http.StatusCreated)
	var made struct{ ID, Token string }
	if err := json.Unmarshal([]byte(got.Body), &made); err != nil {
		t.Fatal(err)
	}
	return &client{k: k, id: lifecycle.PersonID(made.ID), token: made.Token}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	got := k.sam.post("/v1/tokens", fields{"name": "till 3", "scopes": []string{"sales", "scans"}})
	wantStatus(t, "make", got, http.StatusCreated)
	hasAll(t, got.Body, `"kind":"machine"`, `"scopes":["sales","scans"]`)
	text := regexp.MustCompile(`qc_[A-Za-z0-9_-]{43}`).FindString(got.Body)
	var made struct{ ID string }
	_ = json.Unmarshal([]byte(got.Body), &made)
	list := k.sam.get("/v1/tokens")
	hasAll(t, list.Body, made.ID, "till 3")
	hasNone(t, list.Body, text, access.TokenHash(text), "test") // people's own tokens are theirs
	till := &client{k: k, token: text, onBehalfOf: k.sam.id}
	wantStatus(t, "it stands", till.get("/v1/people"), http.StatusForbidden)
	sameNothing(t, "end another's", k.ada.delete("/v1/tokens/"+made.ID), k.ada.delete("/v1/tokens/tok_never"))
	wantStatus(t, "it still stands", till.get("/v1/people"), http.StatusForbidden)
	wantStatus(t, "end", k.sam.delete("/v1/tokens/"+made.ID), http.StatusNoContent)
	wantStatus(t, "it ended", till.get("/v1/people"), http.StatusUnauthorized)
	if strings.Contains(k.site.Log.String(), text) {
		t.Error("the log tells the token")
	}
}

func TestTokenMistakes(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	wantCodes(t, "nothing", k.sam.post("/v1/tokens", fields{}), "name field.required", "scopes scopes.none")
	for _, scope := range []string{"operator", "certify", ""} {
		wantCodes(t, scope, k.sam.post("/v1/tokens", fields{"name": "x", "scopes": []string{scope}}), "scopes scopes.unknown")
	}
	wantCodes(t, "of another organisation", k.sam.post("/v1/tokens", fields{"name": "x", "scopes": []string{"sales"}, "org": "Acme"}), "org org.unknown")
	wantCodes(t, "by the operator for nobody", k.operator().post("/v1/tokens", fields{"name": "x", "scopes": []string{"sales"}}), "org field.required")
	body := fields{"name": "x", "scopes": []string{"sales"}}
	wantStatus(t, "make", k.sam.withKey("same-key-2").post("/v1/tokens", body), http.StatusCreated)
	wantCodes(t, "make again", k.sam.withKey("same-key-2").post("/v1/tokens", body), "token.shown-once")
}

// TestMachinesKeepNoHouse: whatever its scopes, and whoever it acts for.
func TestMachinesKeepNoHouse(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	var all []string
	for _, scope := range access.Scopes() {
		all = append(all, string(scope))
	}
	m := k.machine(t, k.host, all...)
	m.onBehalfOf = k.ada.id
	for _, path := range []string{"/v1/people", "/v1/tokens", "/v1/organisations", "/v1/models", "/v1/accreditations", "/v1/account", "/admin"} {
		wantStatus(t, path, m.get(path), http.StatusForbidden)
	}
	m.onBehalfOf = k.sam.id // of another organisation
	wantStatus(t, "for another's person", m.get("/v1/people"), http.StatusForbidden)
}

func TestTokenPages(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	empty := k.sam.get("/admin/tokens")
	hasAll(t, empty.Body, "No machine has a token.", `value="shipments"`)
	hasNone(t, empty.Body, `value="operator"`)
	wrong := k.sam.form("/admin/tokens", "name", "")
	wantStatus(t, "mistakes", wrong, http.StatusUnprocessableEntity)
	hasAll(t, wrong.Body, "name-mistake", "Tick at least one scope.")
	made := k.sam.form("/admin/tokens", "name", "till 3", "scopes", "sales", "scopes", "scans")
	wantStatus(t, "make", made, http.StatusCreated)
	text := regexp.MustCompile(`qc_[A-Za-z0-9_-]{43}`).FindString(made.Body)
	page := k.sam.get("/admin/tokens")
	hasAll(t, page.Body, "till 3", "Sales, Scans")
	if text == "" || strings.Contains(page.Body, text) {
		t.Error("the token shows not once")
	}
	id := regexp.MustCompile(`/admin/tokens/(tok_[a-z0-9]+)/end`).FindStringSubmatch(page.Body)[1]
	wantTo(t, "end", k.sam.form("/admin/tokens/"+id+"/end"), "/admin/tokens?done=token-ended")
	hasAll(t, k.sam.get("/admin/tokens").Body, "Ended")
}
