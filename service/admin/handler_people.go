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

func (h *Handler) mountPeople(r *web.Routes) {
	r.GET("/admin/people", access.PersonManage, h.people)
	r.POST("/admin/people", access.PersonManage, h.invite)
	r.GET("/admin/people/:id", access.PersonManage, h.person)
	r.POST("/admin/people/:id/roles", access.PersonManage, h.changeRoles)
	r.POST("/admin/people/:id/invite", access.PersonManage, h.inviteAgain)
	r.POST("/admin/people/:id/disable", access.PersonManage, h.disable)
	r.POST("/admin/people/:id/enable", access.PersonManage, h.enable)
	r.POST("/admin/people/:id/erase", access.PersonErase, h.erase)

	r.GET("/v1/people", access.PersonManage, h.apiPeople)
	r.POST("/v1/people", access.PersonManage, h.apiInvite)
	r.GET("/v1/people/:id", access.PersonManage, h.apiPerson)
	r.POST("/v1/people/:id/roles", access.PersonManage, h.apiChangeRoles)
	r.POST("/v1/people/:id/invite", access.PersonManage, h.apiInviteAgain)
	r.POST("/v1/people/:id/disable", access.PersonManage, h.apiDisable)
	r.POST("/v1/people/:id/enable", access.PersonManage, h.apiEnable)
	r.POST("/v1/people/:id/erase", access.PersonErase, h.apiErase)
}

// personRow is a person in a list or on their own page.
type personRow struct {
	access.Person
	Standing Standing
}

func rowsOf(people []access.Person) []personRow {
	rows := make([]personRow, len(people))
	for i, person := range people {
		rows[i] = personRow{person, StandingOf(person)}
	}
	slices.SortStableFunc(rows, func(a, b personRow) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return rows
}

type inviteForm struct {
	Name  string           `form:"name" validate:"required,printable,max=100"`
	Email string           `form:"email" validate:"required,email,max=254"`
	Roles []lifecycle.Role `form:"roles"`
}

// peopleView is the page of the staff.
type peopleView struct {
	People   []personRow
	Next     string
	Form     inviteForm
	Roles    list
	Mistakes *lifecycle.Invalid
}

// roleList is the roles to tick.
func roleList(ticked []lifecycle.Role, wrong *lifecycle.Invalid) list {
	var options []option
	for _, role := range StaffRoles() {
		options = append(options, option{
			Value: string(role), Message: "role." + string(role), Ticked: slices.Contains(ticked, role),
		})
	}
	return listOf("roles", "people.roles", "people.roles-help", options, wrong)
}

func (h *Handler) people(c echo.Context) error {
	return h.showPeople(c, http.StatusOK, peopleView{})
}

func (h *Handler) showPeople(c echo.Context, status int, view peopleView) error {
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	list, next, err := h.admin.People(c.Request().Context(), web.Principal(c), page)
	if err != nil {
		return err
	}
	view.People, view.Next, view.Roles = rowsOf(list), cursor(next), roleList(view.Form.Roles, view.Mistakes)
	return h.pages.Render(c, status, "people.html", view)
}

func (h *Handler) invite(c echo.Context) error {
	in, err := web.Bind[inviteForm](c)
	var linked Linked
	if err = web.AllMistakes(err, CheckRoles(in.Roles)); err == nil {
		linked, err = h.admin.Invite(c.Request().Context(), web.Principal(c),
			Invitation{Name: in.Name, Email: in.Email, Roles: in.Roles})
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showPeople(c, http.StatusUnprocessableEntity, peopleView{Form: in, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return h.showLink(c, linked, "/admin/people")
}

// personView is the page of one person.
type personView struct {
	personRow
	Ticks list
	Self  bool
}

func (h *Handler) person(c echo.Context) error {
	return h.showPerson(c, http.StatusOK, nil)
}

func (h *Handler) showPerson(c echo.Context, status int, wrong *lifecycle.Invalid) error {
	p := web.Principal(c)
	person, err := h.admin.Person(c.Request().Context(), p, personID(c))
	if err != nil {
		return err
	}
	return h.pages.Render(c, status, "person.html", personView{
		personRow{person, StandingOf(person)}, roleList(person.Roles, wrong), person.ID == p.Person,
	})
}

func personID(c echo.Context) lifecycle.PersonID { return lifecycle.PersonID(web.Param(c, "id")) }

type rolesInput struct {
	Roles []lifecycle.Role `form:"roles" json:"roles"`
}

func (h *Handler) changeRoles(c echo.Context) error {
	in, err := web.Bind[rolesInput](c)
	if err == nil {
		_, err = h.admin.ChangeRoles(c.Request().Context(), web.Principal(c), personID(c), in.Roles)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showPerson(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, personPath(c)+"?done=roles-changed")
}

func personPath(c echo.Context) string { return "/admin/people/" + c.Param("id") }

func (h *Handler) inviteAgain(c echo.Context) error {
	linked, err := h.admin.InviteAgain(c.Request().Context(), web.Principal(c), personID(c))
	if err != nil {
		return err
	}
	return h.showLink(c, linked, personPath(c))
}

func (h *Handler) disable(c echo.Context) error {
	if _, err := h.admin.Disable(c.Request().Context(), web.Principal(c), personID(c)); err != nil {
		return err
	}
	return web.SeeOther(c, personPath(c)+"?done=person-disabled")
}

func (h *Handler) enable(c echo.Context) error {
	if _, err := h.admin.Enable(c.Request().Context(), web.Principal(c), personID(c)); err != nil {
		return err
	}
	return web.SeeOther(c, personPath(c)+"?done=person-enabled")
}
