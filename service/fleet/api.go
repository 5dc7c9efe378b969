package fleet

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// decodeKey reads a device key, with or without padding, of either alphabet:
// production lines write all four. What is no base64 comes back as bytes that
// are no key, so that the mistake is told with all others.
func decodeKey(text string) []byte {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(strings.TrimSpace(text), "="))
	key, err := base64.RawStdEncoding.Strict().DecodeString(text)
	if err != nil {
		return []byte{0}
	}
	return key
}

// rowBody is a unit in a list in JSON.
type rowBody struct {
	Brand       string          `json:"brand"`
	Serial      string          `json:"serial"`
	GTIN        string          `json:"gtin,omitempty"`
	Model       string          `json:"model"`
	State       lifecycle.State `json:"state,omitempty"`
	Epoch       lifecycle.Epoch `json:"epoch,omitempty"`
	Custody     string          `json:"custody,omitempty"` // an organisation's name, or "customer"
	Unconfirmed bool            `json:"unconfirmed,omitempty"`
}

func rowBodyOf(r Row) rowBody {
	return rowBody{r.Key.Brand, r.Key.Serial, r.GTIN, r.Model, r.State, r.Epoch, custodyOf(r.State, r.Custody), r.Unconfirmed}
}

// custodyOf is who has the unit; empty where that is not shown.
func custodyOf(state lifecycle.State, org string) string {
	if org == "" && state != "" {
		return "customer"
	}
	return org
}

// unitBody is a unit in JSON, as far as the view goes.
type unitBody struct {
	View        lifecycle.View         `json:"view"`
	Brand       string                 `json:"brand"`
	Serial      string                 `json:"serial"`
	GTIN        string                 `json:"gtin,omitempty"`
	Model       string                 `json:"model"`
	State       lifecycle.State        `json:"state,omitempty"`
	Epoch       lifecycle.Epoch        `json:"epoch,omitempty"`
	Custody     string                 `json:"custody,omitempty"`
	Unconfirmed bool                   `json:"unconfirmed,omitempty"`
	Signs       bool                   `json:"signs,omitempty"`
	Arriving    bool                   `json:"arriving,omitempty"`
	Holds       []string               `json:"holds,omitempty"`
	Flags       []flagBody             `json:"flags,omitempty"`
	Firmware    string                 `json:"firmware,omitempty"`
	Registered  web.Time               `json:"registered_at"`
	SoldAt      web.Time               `json:"sold_at"`
	ReturnedAt  web.Time               `json:"returned_at"`
	ContactAt   web.Time               `json:"contact_at"`
	Certificate *certificateBody       `json:"certificate,omitempty"`
	Actions     []lifecycle.NextAction `json:"actions,omitempty"`
}

type flagBody struct {
	ID       lifecycle.FlagID    `json:"id"`
	Kind     string              `json:"kind"`
	Severity lifecycle.Severity  `json:"severity"`
	State    lifecycle.FlagState `json:"state"`
	FirstAt  web.Time            `json:"first_at"`
	LastAt   web.Time            `json:"last_at"`
}

type certificateBody struct {
	Code     lifecycle.CertificateCode `json:"code"`
	Grade    lifecycle.Grade           `json:"grade"`
	IssuedAt web.Time                  `json:"issued_at"`
}

// holdsOf names the holds as whoever looks is told of them: "keep" is one whose
// kind is not theirs to know.
func holdsOf(reasons []lifecycle.Reason) []string {
	var holds []string
	for _, reason := range reasons {
		holds = append(holds, strings.TrimPrefix(reason.Code, "hold."))
	}
	return holds
}

func unitBodyOf(s Sight) unitBody {
	body := unitBody{
		View: s.View, Brand: s.Key.Brand, Serial: s.Key.Serial, GTIN: s.GTIN, Model: s.Model, State: s.State, Epoch: s.Epoch,
		Custody: custodyOf(s.State, s.Custody), Unconfirmed: s.Unconfirmed, Signs: s.Signs, Arriving: s.Arriving,
		Holds: holdsOf(s.Holds), Firmware: s.Firmware, Registered: web.Time(s.Registered), SoldAt: web.Time(s.SoldAt),
		ReturnedAt: web.Time(s.ReturnedAt), ContactAt: web.Time(s.ContactAt), Actions: s.Next,
	}
	for _, flag := range s.Flags {
		body.Flags = append(body.Flags, flagBody{
			flag.ID, flag.Kind, flag.Severity, flag.State, web.Time(flag.FirstAt), web.Time(flag.LastAt),
		})
	}
	if c := s.Certificate; c != nil {
		body.Certificate = &certificateBody{c.Code, c.Grade, web.Time(c.IssuedAt)}
	}
	return body
}

func (h *Handler) apiUnit(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	return h.answerUnit(c, http.StatusOK, key)
}

func (h *Handler) answerUnit(c echo.Context, status int, key lifecycle.UnitKey) error {
	sight, err := h.fleet.Look(c.Request().Context(), web.Principal(c), key)
	if err != nil {
		return err
	}
	return web.JSON(c, status, unitBodyOf(sight))
}

func (h *Handler) apiRegister(c echo.Context) error {
	_, unit, err := h.enter(c)
	if err != nil {
		return err
	}
	return h.answerUnit(c, http.StatusCreated, unit.Key)
}

func (h *Handler) apiConfirm(c echo.Context) error {
	unit, err := h.say(c)
	if err != nil {
		return err
	}
	return h.answerUnit(c, http.StatusOK, unit.Key)
}

// eventBody is one line of a unit's past in JSON.
type eventBody struct {
	Index int64           `json:"index"`
	At    web.Time        `json:"at"`
	Event lifecycle.Event `json:"event"`
	State lifecycle.State `json:"state"`
	Epoch lifecycle.Epoch `json:"epoch"`
	By    By              `json:"by"`
	Name  string          `json:"name,omitempty"`
	Org   string          `json:"org,omitempty"`
}

func (h *Handler) apiHistory(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	page, err := web.PositionOf(c)
	if err != nil {
		return err
	}
	events, next, err := h.fleet.History(c.Request().Context(), web.Principal(c), key, page)
	if err != nil {
		return err
	}
	items := make([]eventBody, len(events))
	for i, e := range events {
		items[i] = eventBody{e.Index, web.Time(e.At), e.Event, e.State, e.Epoch, e.By, e.Name, e.Org}
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, web.NextCursor(next)))
}
