package firmware

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// keyInput is a vendor's key. Its public half is base64 (RFC 4648, section 4) of
// 32 bytes.
type keyInput struct {
	Name   string `json:"name" form:"name" validate:"required,printable,max=60"`
	Public []byte `json:"public" validate:"required"`
}

// versionInput is a version as a vendor enters it.
type versionInput struct {
	Version   string            `json:"version" validate:"required,max=32"`
	SHA256    string            `json:"sha256" validate:"required"`
	Signature []byte            `json:"signature" validate:"required"` // base64, of the statement
	Notes     map[string]string `json:"notes"`
	Minimum   bool              `json:"minimum"`
	Link      string            `json:"link" validate:"max=500"`
}

func (in versionInput) firmware(model lifecycle.ModelID) lifecycle.Firmware {
	notes := map[string]string{}
	for language, text := range in.Notes {
		if text = strings.TrimSpace(text); text != "" {
			notes[language] = text
		}
	}
	return lifecycle.Firmware{
		Model: model, Version: in.Version, SHA256: strings.ToLower(in.SHA256), Signature: in.Signature, Notes: notes,
		Minimum: in.Minimum, Link: in.Link,
	}
}

// shelfBody is a model's keys and versions.
type shelfBody struct {
	Model    lifecycle.ModelID `json:"model"`
	Minimum  string            `json:"minimum,omitempty"`
	Keys     []keyBody         `json:"keys"`
	Versions []versionBody     `json:"versions"`
}

type keyBody struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Public  []byte   `json:"public"`
	AddedAt web.Time `json:"added_at"`
	EndedAt web.Time `json:"ended_at"`
}

type versionBody struct {
	Version     string            `json:"version"`
	SHA256      string            `json:"sha256"`
	Key         string            `json:"key"`
	Signature   []byte            `json:"signature"`
	Notes       map[string]string `json:"notes"`
	Minimum     bool              `json:"minimum"`
	URL         string            `json:"url,omitempty"` // empty: its file has not come yet
	Bytes       int64             `json:"bytes,omitempty"`
	EnteredAt   web.Time          `json:"entered_at"`
	WithdrawnAt web.Time          `json:"withdrawn_at"`
}

func keyBodyOf(k lifecycle.FirmwareKey) keyBody {
	return keyBody{k.ID, k.Name, k.Public, web.Time(k.At), web.Time(k.EndedAt)}
}

func versionBodyOf(f lifecycle.Firmware) versionBody {
	return versionBody{
		f.Version, f.SHA256, f.Key, f.Signature, f.Notes, f.Minimum, f.Path(), f.Bytes, web.Time(f.At), web.Time(f.WithdrawnAt),
	}
}

func (h *Handler) apiShelf(c echo.Context) error {
	shelf, err := h.room.Shelf(c.Request().Context(), web.Principal(c), modelOf(c))
	if err != nil {
		return err
	}
	body := shelfBody{shelf.Model.ID, shelf.Model.MinFirmware, make([]keyBody, len(shelf.Keys)), make([]versionBody, len(shelf.Versions))}
	for i, key := range shelf.Keys {
		body.Keys[i] = keyBodyOf(key)
	}
	for i, f := range shelf.Versions {
		body.Versions[i] = versionBodyOf(f)
	}
	return web.JSON(c, http.StatusOK, body)
}

func (h *Handler) apiEnter(c echo.Context) error {
	ctx, p := c.Request().Context(), web.Principal(c)
	in, err := web.Bind[versionInput](c)
	f := in.firmware(modelOf(c))
	if err := web.AllMistakes(err, h.room.Check(ctx, p, f)); err != nil {
		return err
	}
	saved, err := h.room.Enter(ctx, p, f)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, versionBodyOf(saved))
}

func (h *Handler) apiWithdraw(c echo.Context) error {
	if err := h.room.Withdraw(c.Request().Context(), web.Principal(c), modelOf(c), web.Param(c, "version")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handler) apiReceive(c echo.Context) error {
	if err := h.take(c); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handler) apiAddKey(c echo.Context) error {
	in, err := web.Bind[keyInput](c)
	if err != nil {
		return err
	}
	key, err := h.room.AddKey(c.Request().Context(), web.Principal(c), modelOf(c), in.Name, in.Public)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusCreated, keyBodyOf(key))
}

func (h *Handler) apiEndKey(c echo.Context) error {
	if err := h.room.EndKey(c.Request().Context(), web.Principal(c), modelOf(c), web.Param(c, "key")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
