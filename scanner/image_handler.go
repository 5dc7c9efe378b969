package scanner

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// pictureInput is what comes with a picture: in the other fields of its form,
// or in the query where the picture is the whole body.
type pictureInput struct {
	Purpose lifecycle.Purpose `form:"purpose" validate:"required,oneof=return sale bench"`
}

// picture binds a request with a picture. Every mistake comes back at once.
func picture(c echo.Context) (file []byte, purpose lifecycle.Purpose, err error) {
	bind := web.BindQuery[pictureInput]
	if web.IsForm(c) {
		bind = web.Bind[pictureInput]
	}
	in, bound := bind(c)
	file, found, err := web.Picture(c, "photo")
	if err == nil && !found {
		var missing lifecycle.Invalid
		missing.Add("photo", "photo.missing")
		err = missing.Err()
	}
	return file, in.Purpose, web.AllMistakes(bound, err)
}

// scanPicture is POST /v1/scans with a picture instead of a payload.
func (h *Handler) scanPicture(c echo.Context) error {
	file, purpose, err := picture(c)
	if err != nil {
		return err
	}
	result, err := h.scanner.ScanPicture(c.Request().Context(), web.Principal(c).Actor(), purpose, file)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, answerOf(c, result))
}

// submitPicture is the same from the page, for telephones without JavaScript.
func (h *Handler) submitPicture(c echo.Context) error {
	file, purpose, err := picture(c)
	var result Result
	if err == nil {
		result, err = h.scanner.ScanPicture(c.Request().Context(), web.Principal(c).Actor(), purpose, file)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		if purpose == "" {
			purpose = usualPurpose(c)
		}
		view := pageView{Scan: web.ScanForm{Purpose: purpose}, PhotoMistakes: wrong}
		return h.pages.Render(c, http.StatusUnprocessableEntity, "scan.html", view)
	}
	if err != nil {
		return err
	}
	return h.showVerdict(c, purpose, result)
}
