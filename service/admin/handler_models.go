package admin

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountModels(r *web.Routes) {
	r.GET("/admin/models", access.ModelManage, h.models)
	r.GET("/admin/models/new", access.ModelManage, h.newModel)
	r.POST("/admin/models", access.ModelManage, h.saveModel)
	r.GET("/admin/models/:id", access.ModelManage, h.model)
	r.POST("/admin/models/:id", access.ModelManage, h.saveModel)

	h.mountSteps(r)

	r.GET("/v1/models", access.ModelManage, h.apiModels)
	r.POST("/v1/models", access.ModelManage, h.apiSaveModel)
	r.GET("/v1/models/:id", access.ModelManage, h.apiModel)
	r.PUT("/v1/models/:id", access.ModelManage, h.apiSaveModel)
}

// modelsView is the page of a vendor's models.
type modelsView struct {
	Models []lifecycle.Model
	Next   string
}

func (h *Handler) models(c echo.Context) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.admin.Models(c.Request().Context(), web.Principal(c), page)
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "models.html", modelsView{list, cursor(next)})
}

type modelForm struct {
	Brand          string                `form:"brand"`
	Name           string                `form:"name" validate:"required,printable,max=60"`
	GTIN           string                `form:"gtin"`
	ResetPolicy    lifecycle.ResetPolicy `form:"reset_policy" validate:"required"`
	SaleImplied    bool                  `form:"sale_implied"`
	MinFirmware    string                `form:"min_firmware" validate:"max=32"`
	RequiredGrade  lifecycle.Grade       `form:"required_grade" validate:"required"`
	RemovableMedia bool                  `form:"removable_media"`
	Clouds         []string              `form:"clouds"`
	Checklist      string                `form:"checklist"`
}

func (f modelForm) model(before lifecycle.Model) lifecycle.Model {
	if before.ID != "" {
		f.Brand = before.Brand
	}
	return lifecycle.Model{
		Brand: f.Brand, Name: f.Name, GTIN: f.GTIN, ResetPolicy: f.ResetPolicy, SaleImplied: f.SaleImplied,
		MinFirmware: f.MinFirmware, RequiredGrade: f.RequiredGrade, RemovableMedia: f.RemovableMedia, Clouds: f.Clouds,
		Checklist: nameSteps(keepNames(stepsOf(f.Checklist), before.Checklist)),
	}
}

func formOf(m lifecycle.Model) modelForm {
	return modelForm{
		Brand: m.Brand, Name: m.Name, GTIN: m.GTIN, ResetPolicy: m.ResetPolicy, SaleImplied: m.SaleImplied,
		MinFirmware: m.MinFirmware, RequiredGrade: m.RequiredGrade, RemovableMedia: m.RemovableMedia, Clouds: m.Clouds,
		Checklist: textOf(m.Checklist),
	}
}

// modelView is the page of one model.
type modelView struct {
	ID       lifecycle.ModelID // empty: a new one
	Form     modelForm
	Brands   list
	Policies []web.Option
	Grades   []web.Option
	Clouds   list
	Mistakes *lifecycle.Invalid
	Steps    []lifecycle.Check // of a model on record: each has a page
}

func modelID(c echo.Context) lifecycle.ModelID { return lifecycle.ModelID(web.Param(c, "id")) }

func (h *Handler) newModel(c echo.Context) error {
	form := modelForm{ResetPolicy: lifecycle.ResetReleases, RequiredGrade: lifecycle.GradeDeviceSigned}
	return h.showModel(c, http.StatusOK, modelView{Form: form})
}

func (h *Handler) model(c echo.Context) error {
	model, err := h.admin.Model(c.Request().Context(), web.Principal(c), modelID(c))
	if err != nil {
		return err
	}
	return h.showModel(c, http.StatusOK, modelView{ID: model.ID, Form: formOf(model), Steps: model.Checklist})
}

func (h *Handler) showModel(c echo.Context, status int, view modelView) error {
	own, err := h.admin.house(c.Request().Context(), web.Principal(c), "")
	if err != nil {
		return err
	}
	if view.Form.Brand == "" && len(own.Brands) == 1 {
		view.Form.Brand = own.Brands[0]
	}
	var brands, clouds []option
	for _, brand := range own.Brands {
		brands = append(brands, option{Value: brand, Name: brand, Ticked: brand == view.Form.Brand})
	}
	for _, cloud := range h.admin.config.Clouds {
		clouds = append(clouds, option{Value: cloud, Name: cloud, Ticked: slices.Contains(view.Form.Clouds, cloud)})
	}
	view.Brands = listOf("brand", "model.brand-label", "", brands, view.Mistakes)
	view.Clouds = listOf("clouds", "model.clouds", "model.clouds-help", clouds, view.Mistakes)
	for _, policy := range []lifecycle.ResetPolicy{lifecycle.ResetReleases, lifecycle.ResetLocks} {
		code := "model.policy." + string(policy)
		view.Policies = append(view.Policies, web.Option{Value: string(policy), Message: code, Hint: code + ".hint"})
	}
	for _, grade := range lifecycle.Grades() {
		code := "model.grade." + string(grade)
		view.Grades = append(view.Grades, web.Option{Value: string(grade), Message: code, Hint: code + ".hint"})
	}
	return h.pages.Render(c, status, "model.html", view)
}

func (h *Handler) saveModel(c echo.Context) error {
	ctx, p, id := c.Request().Context(), web.Principal(c), modelID(c)
	var before lifecycle.Model
	if id != "" {
		var err error
		if before, err = h.admin.Model(ctx, p, id); err != nil {
			return err
		}
	}
	form, err := web.Bind[modelForm](c)
	model := form.model(before)
	if err = web.AllMistakes(err, h.admin.CheckModel(ctx, p, model)); err == nil {
		_, err = h.admin.SaveModel(ctx, p, id, model)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showModel(c, http.StatusUnprocessableEntity, modelView{ID: id, Form: form, Mistakes: wrong, Steps: before.Checklist})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/models?done=model-saved")
}

func (h *Handler) apiModels(c echo.Context) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.admin.Models(c.Request().Context(), web.Principal(c), page)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, web.NewList(list, cursor(next)))
}

func (h *Handler) apiModel(c echo.Context) error {
	model, err := h.admin.Model(c.Request().Context(), web.Principal(c), modelID(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, model)
}

type modelBody struct {
	Brand          string                `json:"brand"`
	Name           string                `json:"name" validate:"required,printable,max=60"`
	GTIN           string                `json:"gtin"`
	ResetPolicy    lifecycle.ResetPolicy `json:"reset_policy" validate:"required"`
	SaleImplied    bool                  `json:"sale_implied"`
	MinFirmware    string                `json:"min_firmware" validate:"max=32"`
	RequiredGrade  lifecycle.Grade       `json:"required_grade" validate:"required"`
	RemovableMedia bool                  `json:"removable_media"`
	Clouds         []string              `json:"clouds"`
	Checklist      []lifecycle.Check     `json:"checklist"`
}

func (b modelBody) model() lifecycle.Model {
	return lifecycle.Model{
		Brand: b.Brand, Name: b.Name, GTIN: b.GTIN, ResetPolicy: b.ResetPolicy, SaleImplied: b.SaleImplied,
		MinFirmware: b.MinFirmware, RequiredGrade: b.RequiredGrade, RemovableMedia: b.RemovableMedia, Clouds: b.Clouds,
		Checklist: nameSteps(b.Checklist),
	}
}

func (h *Handler) apiSaveModel(c echo.Context) error {
	ctx, p, id := c.Request().Context(), web.Principal(c), modelID(c)
	in, err := web.Bind[modelBody](c)
	model := in.model()
	status := http.StatusCreated
	if id != "" {
		before, err := h.admin.Model(ctx, p, id)
		if err != nil {
			return err
		}
		model.Brand, status = before.Brand, http.StatusOK
	}
	if err := web.AllMistakes(err, h.admin.CheckModel(ctx, p, model)); err != nil {
		return err
	}
	saved, err := h.admin.SaveModel(ctx, p, id, model)
	if err != nil {
		return err
	}
	return web.JSON(c, status, saved)
}
