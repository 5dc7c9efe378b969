package admin_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web/messages"
)

func camOne() fields {
	return fields{
		"brand": "acme", "name": "Cam One", "gtin": "614141123452", "reset_policy": "lock", "sale_implied": true, "min_firmware": "2.4.1",
		"required_grade": "device-signed", "removable_media": true, "clouds": []string{"builtin"},
		"checklist": []fields{{"text": "Wipe the lens"}, {"id": "seal", "text": "Seal the box"}, {"text": "Firmware"}},
	}
}

func TestModels(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	got := k.ada.post("/v1/models", camOne())
	wantStatus(t, "make", got, http.StatusCreated)
	var model lifecycle.Model
	if err := json.Unmarshal([]byte(got.Body), &model); err != nil {
		t.Fatal(err)
	}
	want := lifecycle.Model{
		ID: model.ID, Vendor: k.host.ID, Brand: "acme", Name: "Cam One", GTIN: "00614141123452", ResetPolicy: lifecycle.ResetLocks,
		SaleImplied: true, MinFirmware: "2.4.1", RequiredGrade: lifecycle.GradeDeviceSigned, RemovableMedia: true, Clouds: []string{"builtin"},
		// "firmware" is a check that every model has.
		Checklist: []lifecycle.Check{{ID: "wipe-the-lens", Text: "Wipe the lens"}, {ID: "seal", Text: "Seal the box"}, {ID: "firmware-2", Text: "Firmware"}},
	}
	if diff := cmp.Diff(want, model); diff != "" {
		t.Errorf("model (-want +got):\n%s", diff)
	}
	change := camOne()
	change["brand"], change["name"], change["reset_policy"] = "acme-home", "Cam 1", "release"
	changed := k.ada.send(http.MethodPut, "/v1/models/"+string(model.ID), change)
	wantStatus(t, "change", changed, http.StatusOK)
	hasAll(t, changed.Body, `"brand":"acme"`, `"name":"Cam 1"`, `"reset_policy":"release"`, string(model.ID))
	stored, err := k.Model(t.Context(), model.ID)
	if err != nil || stored.Name != "Cam 1" || stored.Vendor != k.host.ID {
		t.Errorf("stored: %+v, %v", stored, err)
	}
	hasAll(t, k.ada.get("/v1/models").Body, `"name":"Cam 1"`)
}

func TestModelMistakes(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	wantStatus(t, "make", k.ada.post("/v1/models", camOne()), http.StatusCreated)
	wantCodes(t, "nothing", k.ada.post("/v1/models", fields{}),
		"brand model.brand", "name field.required", "required_grade field.required", "reset_policy field.required")
	wantCodes(t, "all wrong", k.ada.post("/v1/models", fields{
		"brand": "rival", "name": "x", "gtin": "123", "reset_policy": "burn", "required_grade": "hope", "min_firmware": "v2",
		"clouds": []string{"nowhere"}, "checklist": []fields{{"id": "media", "text": "x"}},
	}), "brand model.brand", "checklist checklist.id", "clouds model.cloud", "gtin field.gtin", "min_firmware model.firmware",
		"required_grade model.grade", "reset_policy model.reset-policy")
	with := func(field string, value any) fields {
		m := camOne()
		m["name"], m["gtin"] = "Other", ""
		m[field] = value
		return m
	}
	wantCodes(t, "a name twice", k.ada.post("/v1/models", with("name", "Cam One")), "name model.name-taken")
	wantCodes(t, "a number twice", k.ada.post("/v1/models", with("gtin", "00614141123452")), "gtin model.gtin-taken")
	wantCodes(t, "a cloud twice", k.ada.post("/v1/models", with("clouds", []string{"builtin", "builtin"})), "clouds model.cloud")
	wantCodes(t, "an empty step", k.ada.post("/v1/models", with("checklist", []fields{{"text": " "}})), "checklist checklist.text")
	wantCodes(t, "a step's id", k.ada.post("/v1/models", with("checklist", []fields{{"id": "No", "text": "x"}})), "checklist checklist.id")
	wantCodes(t, "an id twice", k.ada.post("/v1/models", with("checklist", []fields{{"id": "a", "text": "x"}, {"id": "a", "text": "y"}})), "checklist checklist.id")
	long := make([]fields, 41)
	for i := range long {
		long[i] = fields{"text": fmt.Sprint("step ", i)}
	}
	wantCodes(t, "a long list", k.ada.post("/v1/models", with("checklist", long)), "checklist checklist.long")
	wantCodes(t, "a vendor of one's choice", k.ada.post("/v1/models", with("vendor", "org_x")), "vendor field.unknown")
}

func TestModelsOfOthers(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	rita := k.staff(t, k.org(t, lifecycle.OrgVendor, "Rival", "rival"), "rita@rival.example", lifecycle.RoleAdmin)
	var model lifecycle.Model
	k.ada.post("/v1/models", camOne()).Decode(&model)
	sameNothing(t, "read", rita.get("/v1/models/"+string(model.ID)), rita.get("/v1/models/mdl_never"))
	sameNothing(t, "page", rita.get("/admin/models/"+string(model.ID)), rita.get("/admin/models/mdl_never"))
	change := camOne()
	change["brand"] = "rival"
	sameNothing(t, "change", rita.send(http.MethodPut, "/v1/models/"+string(model.ID), change), rita.send(http.MethodPut, "/v1/models/mdl_never", change))
	hasNone(t, rita.get("/v1/models").Body, "Cam One")
	wantStatus(t, "a retailer's admin", k.sam.get("/v1/models"), http.StatusForbidden)
	sameNothing(t, "accredit", rita.delete("/v1/accreditations/"+string(model.ID)+"/"+string(k.shop.ID)), rita.delete("/v1/accreditations/mdl_never/org_never"))
	wantCodes(t, "accredit for another's model", rita.post("/v1/accreditations", fields{"model": model.ID, "org": k.shop.ID}), "model accreditation.model")
}

func TestModelPages(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	hasAll(t, k.ada.get("/admin/models").Body, "No model is on record.", "/admin/models/new")
	form := k.ada.get("/admin/models/new")
	hasAll(t, form.Body, `<option value="acme-home"`, `value="acme-cloud"`, `value="release" checked`, `value="device-signed" checked`)
	wrong := k.ada.form("/admin/models", "brand", "", "name", "", "gtin", "1", "reset_policy", "release", "required_grade", "probed", "min_firmware", "x",
		"checklist", "Wipe the lens")
	wantStatus(t, "mistakes", wrong, http.StatusUnprocessableEntity)
	hasAll(t, wrong.Body, "brand-mistake", "name-mistake", "gtin-mistake", "min_firmware-mistake", "Wipe the lens</textarea>", `value="probed" checked`)
	save := []string{"brand", "acme", "name", "Cam One", "reset_policy", "lock", "required_grade", "probed", "clouds", "builtin", "clouds", "acme-cloud",
		"removable_media", "on", "checklist", "Wipe the lens\r\n\r\n Seal the box \r\n"}
	wantTo(t, "save", k.ada.form("/admin/models", save...), "/admin/models?done=model-saved")
	models, _, err := k.Models(t.Context(), k.host.ID, lifecycle.Page{})
	if err != nil || len(models) != 1 {
		t.Fatalf("%d models, %v", len(models), err)
	}
	want := lifecycle.Model{
		ID: models[0].ID, Vendor: k.host.ID, Brand: "acme", Name: "Cam One", ResetPolicy: lifecycle.ResetLocks, RequiredGrade: lifecycle.GradeProbed,
		RemovableMedia: true, Clouds: []string{"builtin", "acme-cloud"},
		Checklist: []lifecycle.Check{{ID: "wipe-the-lens", Text: "Wipe the lens"}, {ID: "seal-the-box", Text: "Seal the box"}},
	}
	if diff := cmp.Diff(want, models[0]); diff != "" {
		t.Errorf("model (-want +got):\n%s", diff)
	}
	page := k.ada.get("/admin/models/" + string(want.ID))
	hasAll(t, page.Body, "Wipe the lens\nSeal the box</textarea>", `name="removable_media" value="on" checked`, "Of the brand acme")
	wantTo(t, "change", k.ada.form("/admin/models/"+string(want.ID), "name", "Cam 1", "reset_policy", "lock", "required_grade", "probed",
		"checklist", "Seal the box\nWipe the lens twice"), "/admin/models?done=model-saved")
	changed, err := k.Model(t.Context(), want.ID)
	steps := []lifecycle.Check{{ID: "seal-the-box", Text: "Seal the box"}, {ID: "wipe-the-lens-twice", Text: "Wipe the lens twice"}}
	if diff := cmp.Diff(steps, changed.Checklist); diff != "" || err != nil || changed.Brand != "acme" {
		t.Errorf("changed to %+v, %v (-want +got):\n%s", changed, err, diff)
	}
}

func TestAccreditations(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	var model lifecycle.Model
	k.ada.post("/v1/models", camOne()).Decode(&model)
	hasAll(t, k.ada.get("/admin/accreditations").Body, "Nobody may certify your models yet.", "Cam One", "Corner Shop")
	wantCodes(t, "nothing", k.ada.post("/v1/accreditations", fields{}), "model field.required", "org field.required")
	wantCodes(t, "neither is there", k.ada.post("/v1/accreditations", fields{"model": "mdl_x", "org": "org_x"}), "model accreditation.model", "org org.unknown")
	got := k.ada.post("/v1/accreditations", fields{"model": model.ID, "org": k.shop.ID, "self_custody": true})
	wantStatus(t, "grant", got, http.StatusCreated)
	hasAll(t, got.Body, `"model_name":"Cam One"`, `"org_name":"Corner Shop"`, `"self_custody":true`)
	hasAll(t, k.ada.get("/v1/accreditations?model="+string(model.ID)).Body, string(k.shop.ID))
	hasNone(t, k.ada.get("/v1/accreditations?model=mdl_never").Body, string(k.shop.ID))
	page := k.ada.get("/admin/accreditations")
	path := "/admin/accreditations/" + string(model.ID) + "/" + string(k.shop.ID) + "/end"
	hasAll(t, page.Body, path, "May certify them")
	wantTo(t, "end", k.ada.form(path), "/admin/accreditations?done=accreditation-ended")
	list, err := k.Opened.Accreditations(t.Context(), model.ID)
	if err != nil || len(list) != 0 {
		t.Errorf("left: %+v, %v", list, err)
	}
	wrong := k.ada.form("/admin/accreditations", "model", "", "org", "")
	wantStatus(t, "mistakes", wrong, http.StatusUnprocessableEntity)
	hasAll(t, wrong.Body, "model-mistake", "org-mistake")
	wantTo(t, "by form", k.ada.form("/admin/accreditations", "model", string(model.ID), "org", string(k.shop.ID)), "/admin/accreditations?done=accredited")
	wantStatus(t, "end by the interface", k.ada.delete("/v1/accreditations/"+string(model.ID)+"/"+string(k.shop.ID)), http.StatusNoContent)
	wantStatus(t, "end what is not there", k.ada.delete("/v1/accreditations/"+string(model.ID)+"/"+string(k.shop.ID)), http.StatusNotFound)
}

func TestEverythingHasAWord(t *testing.T) {
	t.Parallel()
	list := []string{
		"org.unknown", "org.ambiguous", "org.has-admin", "roles.none", "roles.unknown", "person.disabled", "person.last-admin", "email.taken",
		"invitation.shown-once", "scopes.none", "scopes.unknown", "brands.vendors-only", "brands.dropped", "model.brand", "model.reset-policy",
		"model.grade", "model.firmware", "model.cloud", "model.name-taken", "model.gtin-taken", "checklist.long", "checklist.id", "checklist.text",
		"accreditation.model", "standing.active", "standing.invited", "standing.disabled", "done.roles-changed", "done.person-disabled",
		"done.person-enabled", "done.organisation-changed", "done.model-saved", "done.accredited", "done.accreditation-ended",
	}
	for _, scope := range access.Scopes() {
		list = append(list, "scope."+string(scope), "scope."+string(scope)+".hint")
	}
	for _, role := range lifecycle.Roles() {
		if role != lifecycle.RoleOwner {
			list = append(list, "role."+string(role)+".hint")
		}
	}
	for _, kind := range lifecycle.OrgKinds() {
		list = append(list, "org-kind."+string(kind), "org-kind."+string(kind)+".hint")
	}
	for _, grade := range lifecycle.Grades() {
		list = append(list, "model.grade."+string(grade), "model.grade."+string(grade)+".hint")
	}
	for _, policy := range []string{"release", "lock"} {
		list = append(list, "model.policy."+policy, "model.policy."+policy+".hint")
	}
	if missing, err := messages.Missing(list...); err != nil || len(missing) > 0 {
		t.Errorf("without a sentence: %v, %v", missing, err)
	}
}
