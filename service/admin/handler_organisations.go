package admin

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountOrganisations(r *web.Routes) {
	r.GET("/admin/organisations", access.OrgManage, h.organisations)
	r.POST("/admin/organisations", access.OrgManage, h.makeOrganisation)
	r.GET("/admin/organisations/:id", access.OrgManage, h.organisation)
	r.POST("/admin/organisations/:id", access.OrgManage, h.changeOrganisation)
	r.POST("/admin/organisations/:id/admin", access.OrgManage, h.inviteAdmin)

	r.GET("/v1/organisations", access.OrgManage, h.apiOrganisations)
	r.POST("/v1/organisations", access.OrgManage, h.apiMakeOrganisation)
	r.GET("/v1/organisations/:id", access.OrgManage, h.apiOrganisation)
	r.PUT("/v1/organisations/:id", access.OrgManage, h.apiChangeOrganisation)
	r.POST("/v1/organisations/:id/admin", access.OrgManage, h.apiInviteAdmin)
}

type organisationForm struct {
	Kind       lifecycle.OrgKind `form:"kind" validate:"required,oneof=vendor retailer warehouse"`
	Name       string            `form:"name" validate:"required,printable,max=100"`
	Brands     string            `form:"brands"`
	AdminName  string            `form:"admin_name" validate:"required,printable,max=100"`
	AdminEmail string            `form:"admin_email" validate:"required,email,max=254"`
}

// organisationsView is the page of all organisations.
type organisationsView struct {
	Organisations []access.Organisation
	Next          string
	Host          bool
	Form          organisationForm
	Kinds         []web.Option
	Mistakes      *lifecycle.Invalid
}

func (h *Handler) organisations(c echo.Context) error {
	return h.showOrganisations(c, http.StatusOK, organisationsView{})
}

func (h *Handler) showOrganisations(c echo.Context, status int, view organisationsView) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	ctx, p := c.Request().Context(), web.Principal(c)
	list, next, err := h.admin.Organisations(ctx, p, page)
	if err != nil {
		return err
	}
	view.Organisations, view.Next = list, cursor(next)
	if view.Host, err = h.admin.Hosts(ctx, p); err != nil {
		return err
	}
	for _, kind := range lifecycle.OrgKinds() {
		view.Kinds = append(view.Kinds, web.Option{
			Value: string(kind), Message: "org-kind." + string(kind), Hint: "org-kind." + string(kind) + ".hint",
		})
	}
	return h.pages.Render(c, status, "organisations.html", view)
}

func (h *Handler) makeOrganisation(c echo.Context) error {
	form, err := web.Bind[organisationForm](c)
	in := NewOrganisation{Kind: form.Kind, Name: form.Name, AdminName: form.AdminName, AdminEmail: form.AdminEmail}
	var shape error
	if in.Kind == lifecycle.OrgVendor || form.Brands != "" {
		in.Brands, shape = lifecycle.ParseBrands(form.Brands)
	}
	var linked Linked
	if err = web.AllMistakes(err, shape, CheckOrganisation(in)); err == nil {
		_, linked, err = h.admin.MakeOrganisation(c.Request().Context(), web.Principal(c), in)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showOrganisations(c, http.StatusUnprocessableEntity, organisationsView{Form: form, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return h.showLink(c, linked, "/admin/organisations")
}

type changeOrganisationForm struct {
	Name   string `form:"name" validate:"required,printable,max=100"`
	Brands string `form:"brands"`
}

type inviteAdminInput struct {
	Name  string `form:"name" json:"name" validate:"required,printable,max=100"`
	Email string `form:"email" json:"email" validate:"required,email,max=254"`
}

// organisationView is the page of one organisation.
type organisationView struct {
	OrganisationView
	Host   bool
	Vendor bool
	Form   changeOrganisationForm
	Admin  inviteAdminInput
	// The mistakes of each of the two forms.
	ChangeWrong *lifecycle.Invalid
	InviteWrong *lifecycle.Invalid
}

func orgID(c echo.Context) lifecycle.OrgID { return lifecycle.OrgID(web.Param(c, "id")) }

func (h *Handler) organisation(c echo.Context) error {
	return h.showOrganisation(c, http.StatusOK, organisationView{})
}

func (h *Handler) showOrganisation(c echo.Context, status int, view organisationView) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	org, err := h.admin.Organisation(ctx, p, orgID(c))
	if err != nil {
		return err
	}
	if view.Host, err = h.admin.Hosts(ctx, p); err != nil {
		return err
	}
	view.OrganisationView, view.Vendor = org, org.Kind == lifecycle.OrgVendor
	if view.ChangeWrong == nil {
		view.Form = changeOrganisationForm{Name: org.Name, Brands: brandText(org.Brands)}
	}
	return h.pages.Render(c, status, "organisation.html", view)
}

func (h *Handler) changeOrganisation(c echo.Context) error {
	form, err := web.Bind[changeOrganisationForm](c)
	var brands []string
	if err == nil && form.Brands != "" {
		brands, err = lifecycle.ParseBrands(form.Brands)
	}
	if err == nil {
		_, err = h.admin.ChangeOrganisation(c.Request().Context(), web.Principal(c), orgID(c), form.Name, brands)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showOrganisation(c, http.StatusUnprocessableEntity, organisationView{Form: form, ChangeWrong: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/organisations/"+c.Param("id")+"?done=organisation-changed")
}

func (h *Handler) inviteAdmin(c echo.Context) error {
	in, err := web.Bind[inviteAdminInput](c)
	var linked Linked
	if err == nil {
		linked, err = h.admin.InviteAdmin(c.Request().Context(), web.Principal(c), orgID(c), in.Name, in.Email)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showOrganisation(c, http.StatusUnprocessableEntity, organisationView{Admin: in, InviteWrong: wrong})
	}
	if err != nil {
		return err
	}
	return h.showLink(c, linked, "/admin/organisations/"+c.Param("id"))
}
