package consent

import (
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// pageOf is which part of a list is asked for, as the store takes it.
func pageOf(c echo.Context) (lifecycle.Page, error) {
	page, err := web.PageOf(c)
	if err != nil || page.After == "" {
		return lifecycle.Page{Limit: page.Limit}, err
	}
	parts, err := web.DecodeCursor(page.After, 1)
	if err != nil {
		return lifecycle.Page{}, err
	}
	return lifecycle.Page{Limit: page.Limit, After: parts[0]}, nil
}

func cursor(next string) string {
	if next == "" {
		return ""
	}
	return web.EncodeCursor(next)
}

func (h *Handler) looksAt(c echo.Context) (Looks, error) {
	page, err := pageOf(c)
	if err != nil {
		return Looks{}, err
	}
	return h.consents.Looked(c.Request().Context(), owner(c), keyOf(c), page)
}

func (h *Handler) looksThen(c echo.Context) (Looks, error) {
	page, err := pageOf(c)
	if err != nil {
		return Looks{}, err
	}
	return h.consents.LookedThen(c.Request().Context(), owner(c), lifecycle.BindingID(web.Param(c, "binding")), page)
}

func (h *Handler) looked(c echo.Context) error {
	looks, err := h.looksAt(c)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, web.NewList(lookBodies(looks), cursor(looks.Next)))
}

func (h *Handler) lookedThen(c echo.Context) error {
	looks, err := h.looksThen(c)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, web.NewList(lookBodies(looks), cursor(looks.Next)))
}

// leaf is what the log hashed: with its hash and the proof anybody can check
// that the access was logged.
func (h *Handler) leaf(c echo.Context) error {
	id := web.Param(c, "access")
	bytes, err := h.consents.Leaf(c.Request().Context(), owner(c), id)
	if err != nil {
		return err
	}
	return download(c, id+".leaf", echo.MIMEOctetStream, bytes)
}

func (h *Handler) proof(c echo.Context) error {
	id := web.Param(c, "access")
	text, err := h.consents.Proof(c.Request().Context(), owner(c), id)
	if err != nil {
		return err
	}
	return download(c, id+".tlog-proof", echo.MIMETextPlainCharsetUTF8, text)
}

func download(c echo.Context, name, media string, bytes []byte) error {
	c.Response().Header().Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	return c.Blob(http.StatusOK, media, bytes)
}
