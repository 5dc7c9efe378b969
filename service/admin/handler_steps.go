package admin

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountSteps(r *web.Routes) {
	r.GET("/admin/models/:model/steps/:check", access.ModelManage, h.step)
	r.POST("/admin/models/:model/steps/:check", access.ChecklistManage, h.saveStep)
	r.GET("/admin/models/:model/steps/:check/picture", access.ModelManage, h.stepPicture)
}

// stepForm is one step: what is done, in the languages of the pages, and what
// proves it.
type stepForm struct {
	Text        string               `form:"text" validate:"required,printable,max=200"`
	German      string               `form:"text_de" validate:"max=200,printable"`
	Spanish     string               `form:"text_es" validate:"max=200,printable"`
	Required    bool                 `form:"required"`
	HoldSeconds int                  `form:"hold_s" validate:"min=0,max=600"`
	ProvenBy    lifecycle.CheckProof `form:"proven_by"`
}

func (f stepForm) check(before lifecycle.Check) lifecycle.Check {
	texts := map[string]string{}
	for language, text := range before.Texts {
		texts[language] = text // of languages that no page here has
	}
	for language, text := range map[string]string{"de": f.German, "es": f.Spanish} {
		delete(texts, language)
		if text = strings.TrimSpace(text); text != "" {
			texts[language] = text
		}
	}
	if len(texts) == 0 {
		texts = nil
	}
	return lifecycle.Check{
		Text: strings.TrimSpace(f.Text), Texts: texts, Optional: !f.Required, HoldSeconds: f.HoldSeconds, ProvenBy: f.ProvenBy,
	}
}

// stepView is the page of one step.
type stepView struct {
	Model    lifecycle.Model
	Step     lifecycle.Check // as it is on record
	Form     stepForm
	Proofs   []web.Option
	Mistakes *lifecycle.Invalid
}

func stepOf(c echo.Context) (lifecycle.ModelID, string) {
	return lifecycle.ModelID(web.Param(c, "model")), web.Param(c, "check")
}

func (h *Handler) showStep(c echo.Context, status int, view stepView) error {
	for _, proof := range lifecycle.CheckProofs() {
		code := "step.proof." + string(proof)
		if proof == lifecycle.ProofWord {
			code = "step.proof.word"
		}
		view.Proofs = append(view.Proofs, web.Option{Value: string(proof), Message: code})
	}
	return h.pages.Render(c, status, "step.html", view)
}

func (h *Handler) step(c echo.Context) error {
	id, name := stepOf(c)
	model, step, err := h.admin.Step(c.Request().Context(), web.Principal(c), id, name)
	if err != nil {
		return err
	}
	form := stepForm{
		Text: step.Text, German: step.Texts["de"], Spanish: step.Texts["es"], Required: !step.Optional,
		HoldSeconds: step.HoldSeconds, ProvenBy: step.ProvenBy,
	}
	return h.showStep(c, http.StatusOK, stepView{Model: model, Step: step, Form: form})
}

func (h *Handler) saveStep(c echo.Context) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	id, name := stepOf(c)
	model, step, err := h.admin.Step(ctx, p, id, name) // another's must look like none, whatever is sent
	if err != nil {
		return err
	}
	form, err := web.Bind[stepForm](c)
	var file []byte
	if err == nil {
		file, _, err = web.Picture(c, "picture")
	}
	if err == nil {
		model, err = h.admin.SaveStep(ctx, p, id, name, form.check(step), file)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showStep(c, http.StatusUnprocessableEntity, stepView{Model: model, Step: step, Form: form, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	// The step may have another name now: it is found by its words.
	at := slices.IndexFunc(model.Checklist, func(s lifecycle.Check) bool { return s.Text == strings.TrimSpace(form.Text) })
	return web.SeeOther(c, "/admin/models/"+string(id)+"/steps/"+model.Checklist[max(at, 0)].ID+"?done=step-saved")
}

func (h *Handler) stepPicture(c echo.Context) error {
	id, name := stepOf(c)
	picture, err := h.admin.StepPicture(c.Request().Context(), web.Principal(c), id, name)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/jpeg", picture)
}
