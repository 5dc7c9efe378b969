package admin_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web/messages"
	"quitclaim/service/web/webtest"
)

// sendStep fills the page of a step, with a picture where there is one.
func (c *client) sendStep(t *testing.T, path string, picture []byte, values ...string) *webtest.Response {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i < len(values); i += 2 {
		if err := form.WriteField(values[i], values[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	file, err := form.CreateFormFile("picture", "x")
	if err == nil {
		_, err = file.Write(picture)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return c.do(http.MethodPost, path, form.FormDataContentType(), b.String())
}

// stepped is a model with a step on record, and the step's page.
func stepped(t *testing.T, k *kit) (lifecycle.Model, string) {
	t.Helper()
	got := k.ada.post("/v1/models", camOne())
	wantStatus(t, "make", got, http.StatusCreated)
	var model lifecycle.Model
	if err := json.Unmarshal([]byte(got.Body), &model); err != nil {
		t.Fatal(err)
	}
	return model, "/admin/models/" + string(model.ID) + "/steps/wipe-the-lens"
}

func TestAStepInDetail(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	model, page := stepped(t, k)
	hasAll(t, k.ada.get("/admin/models/"+string(model.ID)).Body, page)
	hasAll(t, k.ada.get(page).Body, "Wipe the lens")
	wantStatus(t, "no picture yet", k.ada.get(page+"/picture"), http.StatusNotFound)

	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	wantTo(t, "save", k.ada.sendStep(t, page, picture.Bytes(), "text", "Wipe the lens", "text_de", "Linse putzen",
		"required", "true", "hold_s", "10", "proven_by", "photo"), page+"?done=step-saved")
	stored, err := k.Model(t.Context(), model.ID)
	if err != nil {
		t.Fatal(err)
	}
	step, _ := stored.Check("wipe-the-lens")
	if step.HoldSeconds != 10 || step.ProvenBy != lifecycle.ProofPhoto || step.In("de") != "Linse putzen" || len(step.Picture) != 64 || step.Optional {
		t.Errorf("step %+v", step)
	}
	shown := k.ada.get(page + "/picture")
	if shown.Header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(shown.Body, "\xff\xd8") {
		t.Errorf("the picture is %s", shown.Header.Get("Content-Type"))
	}
	// The list of steps written anew keeps what was laid down for the words that stand.
	wantTo(t, "the list anew", k.ada.form("/admin/models/"+string(model.ID), "name", "Cam One", "reset_policy", "lock",
		"required_grade", "probed", "checklist", "Wipe the lens\nShake it"), "/admin/models?done=model-saved")
	stored, _ = k.Model(t.Context(), model.ID)
	if again, _ := stored.Check("wipe-the-lens"); again.Picture != step.Picture || again.HoldSeconds != 10 {
		t.Errorf("step %+v, want it as it was", again)
	}
	// Other words are another step.
	wantTo(t, "other words", k.ada.sendStep(t, page, nil, "text", "Polish the lens", "required", "true", "hold_s", "0"),
		"/admin/models/"+string(model.ID)+"/steps/polish-the-lens?done=step-saved")
}

func TestMistakesInAStep(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	model, page := stepped(t, k)
	for name, c := range map[string]struct {
		picture string
		values  []string
	}{
		"no words":         {"", []string{"text", " "}},
		"no picture":       {"<svg onload=alert(1)>", []string{"text", "x"}},
		"too long to hold": {"", []string{"text", "x", "hold_s", "601"}},
		"no such proof":    {"", []string{"text", "x", "proven_by", "prayer"}},
		"a timed report":   {"", []string{"text", "x", "hold_s", "5", "proven_by", "report"}},
	} {
		if got := k.ada.sendStep(t, page, []byte(c.picture), c.values...); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	wantStatus(t, "another trade", k.sam.get(page), http.StatusForbidden)
	wantStatus(t, "no such step", k.ada.get(page+"x"), http.StatusNotFound)
	forged := camOne()
	forged["name"], forged["gtin"] = "Forged", ""
	forged["checklist"] = []fields{{"text": "x", "picture": strings.Repeat("a", 64)}}
	wantCodes(t, "a digest out of the air", k.ada.post("/v1/models", forged), "checklist step.picture")
	stored, err := k.Model(t.Context(), model.ID)
	if err != nil || len(stored.Checklist) != 3 || stored.Checklist[0].HoldSeconds != 0 {
		t.Errorf("%+v, %v: something wrong was saved", stored.Checklist, err)
	}
	missing, err := messages.Missing("step.hold", "step.hold-report", "step.proof", "step.picture", "bench.step-picture")
	if err != nil || len(missing) > 0 {
		t.Errorf("codes without a sentence: %q, %v", missing, err)
	}
}
