package admin

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// personBody is a person in JSON. Link is the one-time link, once, in the
// answer that made it.
type personBody struct {
	ID        lifecycle.PersonID `json:"id"`
	Name      string             `json:"name"`
	Email     string             `json:"email"`
	Roles     []lifecycle.Role   `json:"roles"`
	State     Standing           `json:"state"`
	CreatedAt web.Time           `json:"created_at"`
	Link      string             `json:"link,omitempty"`
}

func personBodyOf(p access.Person, link string) personBody {
	return personBody{p.ID, p.Name, p.Email, p.Roles, StandingOf(p), web.Time(p.CreatedAt), link}
}

func (h *Handler) apiPeople(c echo.Context) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.admin.People(c.Request().Context(), web.Principal(c), page)
	if err != nil {
		return err
	}
	items := make([]personBody, len(list))
	for i, person := range list {
		items[i] = personBodyOf(person, "")
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, cursor(next)))
}

type inviteBody struct {
	Name  string           `json:"name" validate:"required,printable,max=100"`
	Email string           `json:"email" validate:"required,email,max=254"`
	Roles []lifecycle.Role `json:"roles"`
	Org   string           `json:"org"` // id or name; the operator must give it
}

func (h *Handler) apiInvite(c echo.Context) error {
	in, err := web.Bind[inviteBody](c)
	if err := web.AllMistakes(err, CheckRoles(in.Roles)); err != nil {
		return err
	}
	linked, err := h.admin.Invite(c.Request().Context(), web.Principal(c), in.invitation())
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, personBodyOf(linked.Person, linked.Link))
}

func (in inviteBody) invitation() Invitation {
	return Invitation{Org: in.Org, Name: in.Name, Email: in.Email, Roles: in.Roles}
}

func (h *Handler) apiPerson(c echo.Context) error {
	return answerPerson(c)(h.admin.Person(c.Request().Context(), web.Principal(c), personID(c)))
}

func (h *Handler) apiChangeRoles(c echo.Context) error {
	in, err := web.Bind[rolesInput](c)
	if err != nil {
		return err
	}
	return answerPerson(c)(h.admin.ChangeRoles(c.Request().Context(), web.Principal(c), personID(c), in.Roles))
}

func (h *Handler) apiInviteAgain(c echo.Context) error {
	linked, err := h.admin.InviteAgain(c.Request().Context(), web.Principal(c), personID(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, personBodyOf(linked.Person, linked.Link))
}

func (h *Handler) apiDisable(c echo.Context) error {
	return answerPerson(c)(h.admin.Disable(c.Request().Context(), web.Principal(c), personID(c)))
}

func (h *Handler) apiEnable(c echo.Context) error {
	return answerPerson(c)(h.admin.Enable(c.Request().Context(), web.Principal(c), personID(c)))
}

// answerPerson answers with the person that a method gives, or its error.
func answerPerson(c echo.Context) func(access.Person, error) error {
	return func(person access.Person, err error) error {
		if err != nil {
			return err
		}
		return web.JSON(c, http.StatusOK, personBodyOf(person, ""))
	}
}
