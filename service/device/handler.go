package device

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/device/message"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// Handler is the room's doors. Anyone may knock: the signature decides.
type Handler struct {
	device *Device
}

// NewHandler is the doors of the room.
func NewHandler(d *Device) *Handler { return &Handler{device: d} }

// Mount registers the routes.
func (h *Handler) Mount(r *web.Routes) {
	r.POST("/device/v1/challenge", access.DeviceChallenge, h.challenge)
	r.POST("/device/v1/report", access.DeviceReport, h.report)
}

// challengeBody is a challenge as it is sent.
type challengeBody struct {
	Nonce     string   `json:"nonce"`
	ExpiresAt web.Time `json:"expires_at"`
}

func (h *Handler) challenge(c echo.Context) error {
	in, err := web.Bind[message.ChallengeRequest](c)
	if err != nil {
		return err
	}
	key, err := lifecycle.ParseUnitKey(in.Brand, in.Serial)
	if err != nil {
		return err
	}
	challenge, err := h.device.Challenge(c.Request().Context(), key, web.Network(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, challengeBody{
		Nonce: challenge.Nonce, ExpiresAt: web.Time(challenge.ExpiresAt),
	})
}

func (h *Handler) report(c echo.Context) error {
	in, err := web.Bind[message.Report](c)
	if err != nil {
		return err
	}
	answer, err := h.device.Report(c.Request().Context(), in, web.Network(c))
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, answer)
}
