package firmware

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// versionForm is the page's form. Signatures and keys are base64.
type versionForm struct {
	Version   string `form:"version"`
	SHA256    string `form:"sha256"`
	Signature string `form:"signature"`
	NotesEN   string `form:"notes"`
	NotesDE   string `form:"notes_de"`
	NotesES   string `form:"notes_es"`
	Minimum   bool   `form:"minimum"`
	Link      string `form:"link"`
}

func (f versionForm) input() versionInput {
	return versionInput{
		Version: strings.TrimSpace(f.Version), SHA256: strings.TrimSpace(f.SHA256), Signature: decoded(f.Signature),
		Notes: map[string]string{"en": f.NotesEN, "de": f.NotesDE, "es": f.NotesES}, Minimum: f.Minimum, Link: strings.TrimSpace(f.Link),
	}
}

// decoded is base64 (RFC 4648, section 4); nothing where it is none.
func decoded(text string) []byte {
	data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return nil
	}
	return data
}

type keyForm struct {
	Name   string `form:"name" validate:"required,printable,max=60"`
	Public string `form:"public" validate:"required"`
}

// shelfView is the page of a model's firmware.
type shelfView struct {
	Shelf
	Path        string
	Form        versionForm
	Mistakes    *lifecycle.Invalid
	KeyForm     keyForm
	KeyMistakes *lifecycle.Invalid
	FileWrong   *lifecycle.Invalid
}

// Signs reports whether a key stands that could sign a version.
func (v shelfView) Signs() bool {
	for _, key := range v.Keys {
		if key.EndedAt.IsZero() {
			return true
		}
	}
	return false
}

func (h *Handler) path(c echo.Context) string {
	return "/admin/models/" + url.PathEscape(string(modelOf(c))) + "/firmware"
}

func (h *Handler) shelf(c echo.Context) error {
	return h.show(c, http.StatusOK, func(*shelfView) {})
}

func (h *Handler) show(c echo.Context, status int, change func(*shelfView)) error {
	shelf, err := h.room.Shelf(c.Request().Context(), web.Principal(c), modelOf(c))
	if err != nil {
		return err
	}
	view := shelfView{Shelf: shelf, Path: h.path(c)}
	change(&view)
	return h.pages.Render(c, status, "firmware.html", view)
}

func (h *Handler) enter(c echo.Context) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	in, err := web.Bind[versionForm](c)
	f := in.input().firmware(modelOf(c))
	err = web.AllMistakes(err, h.room.Check(ctx, p, f))
	if err == nil {
		_, err = h.room.Enter(ctx, p, f)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.show(c, http.StatusUnprocessableEntity, func(v *shelfView) { v.Form, v.Mistakes = in, wrong })
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, h.path(c)+"?done=firmware-entered")
}

func (h *Handler) addKey(c echo.Context) error {
	in, err := web.Bind[keyForm](c)
	if err == nil {
		_, err = h.room.AddKey(c.Request().Context(), web.Principal(c), modelOf(c), in.Name, decoded(in.Public))
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.show(c, http.StatusUnprocessableEntity, func(v *shelfView) { v.KeyForm, v.KeyMistakes = in, wrong })
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, h.path(c)+"?done=firmware-key")
}

func (h *Handler) endKey(c echo.Context) error {
	if err := h.room.EndKey(c.Request().Context(), web.Principal(c), modelOf(c), web.Param(c, "key")); err != nil {
		return err
	}
	return web.SeeOther(c, h.path(c)+"?done=firmware-key-ended")
}

func (h *Handler) withdraw(c echo.Context) error {
	if err := h.room.Withdraw(c.Request().Context(), web.Principal(c), modelOf(c), web.Param(c, "version")); err != nil {
		return err
	}
	return web.SeeOther(c, h.path(c)+"?done=firmware-withdrawn")
}

func (h *Handler) receive(c echo.Context) error {
	err := h.take(c)
	if wrong := web.Mistakes(err); wrong != nil {
		return h.show(c, http.StatusUnprocessableEntity, func(v *shelfView) { v.FileWrong = wrong })
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, h.path(c)+"?done=firmware-file")
}
