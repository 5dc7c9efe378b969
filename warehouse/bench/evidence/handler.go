package evidence

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// pages shows a unit's page again with what was wrong.
type pages interface {
	Again(c echo.Context, key lifecycle.UnitKey, step, chosen string, err error) error
	StepPath(key lifecycle.UnitKey, step string) string
}

// Handler is the doors of the pictures.
type Handler struct {
	evidence *Evidence
	pages    pages
}

// NewHandler is the doors; pages is the bench's own handler.
func NewHandler(e *Evidence, pages pages) *Handler { return &Handler{e, pages} }

// Mount registers the routes.
func (h *Handler) Mount(r *web.Routes) {
	r.POST("/bench/units/:brand/:serial/photos", access.PhotoKeep, h.keep)
	r.GET("/bench/units/:brand/:serial/steps/:check/picture", access.OrderRead, h.step)
	r.POST("/v1/orders/:id/tasks/:task/photos", access.PhotoKeep, h.apiKeep)
	r.GET("/v1/orders/:id/photos/:digest", access.OrderRead, h.picture)
}

func keyOf(c echo.Context) (lifecycle.UnitKey, error) {
	key, err := lifecycle.ParseUnitKey(web.Param(c, "brand"), web.Param(c, "serial"))
	if err != nil {
		return key, lifecycle.ErrNotFound
	}
	return key, nil
}

// sent is the picture of the request. That there is none is a mistake in it.
func sent(c echo.Context) ([]byte, error) {
	file, found, err := web.Picture(c, "photo")
	if err == nil && !found {
		var invalid lifecycle.Invalid
		invalid.Add("photo", "bench.photo-missing")
		err = invalid.Err()
	}
	return file, err
}

func (h *Handler) keep(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	s, err := h.evidence.config.Bench.Unit(ctx, key) // another's must look like none, whatever is sent
	if err != nil {
		return err
	}
	in, err := web.Bind[struct {
		Check string `form:"check" validate:"required,max=64"`
	}](c)
	var file []byte
	if err == nil {
		file, err = sent(c)
	}
	if err == nil {
		_, err = h.evidence.Keep(ctx, s, in.Check, file)
	}
	if err != nil {
		return h.pages.Again(c, key, in.Check, "", err)
	}
	return web.SeeOther(c, h.pages.StepPath(key, in.Check)+"&done=bench-photo")
}

func (h *Handler) apiKeep(c echo.Context) error {
	ctx, id := c.Request().Context(), lifecycle.OrderID(web.Param(c, "id"))
	s, err := h.evidence.config.Bench.Order(ctx, id)
	if err == nil {
		// The desk that took it back sees the order, and keeps nothing in it.
		s, err = h.evidence.config.Bench.Unit(ctx, s.Unit.Key)
	}
	if err != nil {
		return err
	}
	file, err := sent(c)
	if err != nil {
		return err
	}
	outcome, err := h.evidence.Keep(ctx, s, web.Param(c, "task"), file)
	if err != nil {
		return err
	}
	photos := outcome.Change.Attestations[0].Photos
	digest := photos[len(photos)-1]
	return web.JSON(c, http.StatusCreated, map[string]any{
		"digest": digest, "path": "/v1/orders/" + string(id) + "/photos/" + digest, "ledger_index": outcome.Place(),
	})
}

func (h *Handler) picture(c echo.Context) error {
	return answer(c)(h.evidence.Picture(c.Request().Context(), lifecycle.OrderID(web.Param(c, "id")), web.Param(c, "digest")))
}

func (h *Handler) step(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	return answer(c)(h.evidence.Step(c.Request().Context(), key, web.Param(c, "check")))
}

// answer sends what we drew ourselves: always a JPEG, never anything that a
// browser would run.
func answer(c echo.Context) func([]byte, error) error {
	return func(picture []byte, err error) error {
		if err != nil {
			return err
		}
		return c.Blob(http.StatusOK, "image/jpeg", picture)
	}
}
