package admin

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// forgetter forgets people: the key of everything personal goes, the opaque id
// stays in the records.
type forgetter interface {
	ForgetPerson(ctx context.Context, id lifecycle.PersonID) error
}

// Erase forgets who has left. Whoever is still here, the admin too, is refused:
// they are disabled first, which ends what they can do and leaves an admin.
func (a *Admin) Erase(ctx context.Context, p access.Principal, id lifecycle.PersonID) error {
	person, err := a.Person(ctx, p, id)
	if err != nil {
		return err
	}
	if person.DisabledAt.IsZero() {
		return refusal("person.still-here")
	}
	if Erased(person) {
		return nil
	}
	if err := a.config.Store.ForgetPerson(ctx, id); err != nil {
		return fmt.Errorf("erase person: %w", err)
	}
	return nil
}

// Erased reports whether nothing personal is left of somebody.
func Erased(p access.Person) bool {
	return !p.DisabledAt.IsZero() && p.Email == "" && p.Name == "" && p.PasswordHash == ""
}

func (h *Handler) erase(c echo.Context) error {
	if err := h.admin.Erase(c.Request().Context(), web.Principal(c), personID(c)); err != nil {
		return err
	}
	return web.SeeOther(c, personPath(c)+"?done=person-erased")
}

func (h *Handler) apiErase(c echo.Context) error {
	if err := h.admin.Erase(c.Request().Context(), web.Principal(c), personID(c)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
