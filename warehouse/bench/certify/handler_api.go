package certify

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/warehouse/bench/shelf"
)

func (h *Handler) apiCertify(c echo.Context) error {
	in, err := web.Bind[struct {
		Units []shelf.UnitRef `json:"units" validate:"required,min=1,max=200,dive"`
	}](c)
	if err != nil {
		return err
	}
	keys, err := shelf.KeysOf(in.Units)
	if err != nil {
		return err
	}
	results, err := h.room.Certify(c.Request().Context(), keys)
	if err != nil {
		return err
	}
	items, err := shelf.Items(results, func(err error) any { return web.ProblemOf(c, err) })
	if err != nil {
		return err
	}
	for i, result := range results {
		if made := result.Outcome.Change.Certificate; made != nil {
			items[i].Certificate = h.certificateJSON(*made)
		}
	}
	return web.JSON(c, shelf.StatusOf(items), web.NewList(items, ""))
}

// certificateJSON is a certificate as its own organisation sees it.
type certificateJSON struct {
	Code        lifecycle.CertificateCode `json:"code"`
	Epoch       lifecycle.Epoch           `json:"epoch"`
	Grade       lifecycle.Grade           `json:"grade"`
	Firmware    string                    `json:"firmware"`
	SelfCustody bool                      `json:"self_custody"`
	Waived      []string                  `json:"waived"`
	IssuedAt    web.Time                  `json:"issued_at"`
	Text        string                    `json:"text"` // what its QR code says
	Bytes       []byte                    `json:"bytes"`
	Page        string                    `json:"page"` // the public page
}

func (h *Handler) certificateJSON(c lifecycle.Certificate) *certificateJSON {
	return &certificateJSON{
		Code: c.Code, Epoch: c.Epoch, Grade: c.Grade, Firmware: c.Firmware, SelfCustody: c.SelfCustody,
		Waived: append([]string{}, c.Waived...), IssuedAt: web.Time(c.IssuedAt),
		Text: h.room.qrText(c), Bytes: c.Bytes, Page: publicPath(c.Code),
	}
}

// publicPath is where anybody can look a certificate up.
func publicPath(code lifecycle.CertificateCode) string { return "/C/" + string(code) }

func codeOf(c echo.Context) lifecycle.CertificateCode {
	return lifecycle.CertificateCode(web.Param(c, "code"))
}

func (h *Handler) apiCertificate(c echo.Context) error {
	found, err := h.room.Certificate(c.Request().Context(), codeOf(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, struct {
		Unit    shelf.UnitBody `json:"unit"`
		Current bool           `json:"current"`
		*certificateJSON
	}{shelf.UnitBodyOf(found.Snapshot, web.Principal(c).Org), found.Current(), h.certificateJSON(found.Certificate)})
}

func (h *Handler) apiLabelPNG(c echo.Context) error {
	drawn, err := h.room.Label(c.Request().Context(), codeOf(c))
	if err != nil {
		return err
	}
	picture, err := drawn.PNG()
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/png", picture)
}

func (h *Handler) apiLabelSVG(c echo.Context) error {
	drawn, err := h.room.Label(c.Request().Context(), codeOf(c))
	if err != nil {
		return err
	}
	picture, err := drawn.SVG()
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/svg+xml", picture)
}
