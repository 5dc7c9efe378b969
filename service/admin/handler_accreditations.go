package admin

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountAccreditations(r *web.Routes) {
	r.GET("/admin/accreditations", access.AccreditationManage, h.accreditations)
	r.POST("/admin/accreditations", access.AccreditationManage, h.accredit)
	r.POST("/admin/accreditations/:model/:org/end", access.AccreditationManage, h.endAccreditation)

	r.GET("/v1/accreditations", access.AccreditationManage, h.apiAccreditations)
	r.POST("/v1/accreditations", access.AccreditationManage, h.apiAccredit)
	r.DELETE("/v1/accreditations/:model/:org", access.AccreditationManage, h.apiEndAccreditation)
}

type accreditationInput struct {
	Model       lifecycle.ModelID `form:"model" json:"model" validate:"required"`
	Org         lifecycle.OrgID   `form:"org" json:"org" validate:"required"`
	SelfCustody bool              `form:"self_custody" json:"self_custody"`
}

func (in accreditationInput) accreditation() lifecycle.Accreditation {
	return lifecycle.Accreditation{Org: in.Org, Model: in.Model, SelfCustody: in.SelfCustody}
}

// accreditationsView is the page of who may certify what.
type accreditationsView struct {
	Accreditations []Accredited
	Form           accreditationInput
	Models         list
	Organisations  list
	Mistakes       *lifecycle.Invalid
}

func (h *Handler) accreditations(c echo.Context) error {
	return h.showAccreditations(c, http.StatusOK, accreditationsView{})
}

func (h *Handler) showAccreditations(c echo.Context, status int, view accreditationsView) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	var err error
	if view.Accreditations, err = h.admin.Accreditations(ctx, p, ""); err != nil {
		return err
	}
	models, err := h.admin.allModels(ctx, p.Org)
	if err != nil {
		return err
	}
	var modelOptions, orgOptions []option
	for _, m := range models {
		modelOptions = append(modelOptions, option{Value: string(m.ID), Name: m.Name, Ticked: m.ID == view.Form.Model})
	}
	orgs, err := h.admin.allOrganisations(ctx)
	if err != nil {
		return err
	}
	for _, o := range orgs {
		orgOptions = append(orgOptions, option{Value: string(o.ID), Name: o.Name, Ticked: o.ID == view.Form.Org})
	}
	view.Models = listOf("model", "accreditation.model-label", "", modelOptions, view.Mistakes)
	view.Organisations = listOf("org", "accreditation.org-label", "", orgOptions, view.Mistakes)
	return h.pages.Render(c, status, "accreditations.html", view)
}

func (h *Handler) accredit(c echo.Context) error {
	in, err := web.Bind[accreditationInput](c)
	if err == nil {
		_, err = h.admin.Accredit(c.Request().Context(), web.Principal(c), in.accreditation())
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showAccreditations(c, http.StatusUnprocessableEntity, accreditationsView{Form: in, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/accreditations?done=accredited")
}

func (h *Handler) endAccreditation(c echo.Context) error {
	if err := h.end(c); err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/accreditations?done=accreditation-ended")
}

func (h *Handler) end(c echo.Context) error {
	model, org := lifecycle.ModelID(web.Param(c, "model")), lifecycle.OrgID(web.Param(c, "org"))
	return h.admin.EndAccreditation(c.Request().Context(), web.Principal(c), model, org)
}

// accreditationBody is an accreditation in JSON.
type accreditationBody struct {
	Model       lifecycle.ModelID `json:"model"`
	ModelName   string            `json:"model_name"`
	Org         lifecycle.OrgID   `json:"org"`
	OrgName     string            `json:"org_name"`
	SelfCustody bool              `json:"self_custody"`
}

func accreditationBodyOf(a Accredited) accreditationBody {
	return accreditationBody{a.Model, a.ModelName, a.Org, a.OrgName, a.SelfCustody}
}

func (h *Handler) apiAccreditations(c echo.Context) error {
	model := lifecycle.ModelID(c.QueryParam("model"))
	list, err := h.admin.Accreditations(c.Request().Context(), web.Principal(c), model)
	if err != nil {
		return err
	}
	items := make([]accreditationBody, len(list))
	for i, one := range list {
		items[i] = accreditationBodyOf(one)
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, ""))
}

func (h *Handler) apiAccredit(c echo.Context) error {
	in, err := web.Bind[accreditationInput](c)
	if err != nil {
		return err
	}
	accredited, err := h.admin.Accredit(c.Request().Context(), web.Principal(c), in.accreditation())
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, accreditationBodyOf(accredited))
}

func (h *Handler) apiEndAccreditation(c echo.Context) error {
	if err := h.end(c); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
