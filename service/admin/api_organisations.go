package admin

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// organisationBody is an organisation in JSON. Admin is its first admin with
// the one-time link, in the answer that made it.
type organisationBody struct {
	ID        lifecycle.OrgID   `json:"id"`
	Kind      lifecycle.OrgKind `json:"kind"`
	Name      string            `json:"name"`
	Brands    []string          `json:"brands,omitempty"`
	CreatedAt web.Time          `json:"created_at"`
	Admin     *personBody       `json:"admin,omitempty"`
}

func organisationBodyOf(o access.Organisation) organisationBody {
	return organisationBody{ID: o.ID, Kind: o.Kind, Name: o.Name, Brands: o.Brands, CreatedAt: web.Time(o.CreatedAt)}
}

func brandText(brands []string) string { return strings.Join(brands, ", ") }

func (h *Handler) apiOrganisations(c echo.Context) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.admin.Organisations(c.Request().Context(), web.Principal(c), page)
	if err != nil {
		return err
	}
	items := make([]organisationBody, len(list))
	for i, org := range list {
		items[i] = organisationBodyOf(org)
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, cursor(next)))
}

func (h *Handler) apiOrganisation(c echo.Context) error {
	org, err := h.admin.Organisation(c.Request().Context(), web.Principal(c), orgID(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, organisationBodyOf(org.Organisation))
}

type newOrganisationBody struct {
	Kind       lifecycle.OrgKind `json:"kind" validate:"required,oneof=vendor retailer warehouse"`
	Name       string            `json:"name" validate:"required,printable,max=100"`
	Brands     []string          `json:"brands"`
	AdminName  string            `json:"admin_name" validate:"required,printable,max=100"`
	AdminEmail string            `json:"admin_email" validate:"required,email,max=254"`
}

func (h *Handler) apiMakeOrganisation(c echo.Context) error {
	in, err := web.Bind[newOrganisationBody](c)
	if err := web.AllMistakes(err, CheckOrganisation(NewOrganisation(in))); err != nil {
		return err
	}
	org, linked, err := h.admin.MakeOrganisation(c.Request().Context(), web.Principal(c), NewOrganisation(in))
	if err != nil {
		return err
	}
	body, admin := organisationBodyOf(org), personBodyOf(linked.Person, linked.Link)
	body.Admin = &admin
	return web.JSON(c, http.StatusCreated, body)
}

type changeOrganisationBody struct {
	Name   string   `json:"name" validate:"required,printable,max=100"`
	Brands []string `json:"brands"`
}

func (h *Handler) apiChangeOrganisation(c echo.Context) error {
	in, err := web.Bind[changeOrganisationBody](c)
	if err != nil {
		return err
	}
	org, err := h.admin.ChangeOrganisation(c.Request().Context(), web.Principal(c), orgID(c), in.Name, in.Brands)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, organisationBodyOf(org))
}

func (h *Handler) apiInviteAdmin(c echo.Context) error {
	in, err := web.Bind[inviteAdminInput](c)
	if err != nil {
		return err
	}
	linked, err := h.admin.InviteAdmin(c.Request().Context(), web.Principal(c), orgID(c), in.Name, in.Email)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, personBodyOf(linked.Person, linked.Link))
}
