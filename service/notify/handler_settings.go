package notify

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/web"
)

// settingsView is the page on which a person chooses.
type settingsView struct {
	Settings
	Always []notice.Kind // about security: told in any case
	Asked  []notice.Kind // told by a channel if it was chosen
}

func (h *Handler) settings(c echo.Context) error {
	ctx, person, _ := reader(c)
	settings, err := h.room.Settings(ctx, person)
	if err != nil {
		return err
	}
	view := settingsView{Settings: settings}
	isOfficer := web.Principal(c).Has(lifecycle.RoleSecurityOfficer)
	for _, kind := range notice.Kinds() {
		switch {
		case kind.MailOnly() || kind == notice.KindFlag && !isOfficer:
		case kind.Security():
			view.Always = append(view.Always, kind)
		default:
			view.Asked = append(view.Asked, kind)
		}
	}
	return h.pages.Render(c, http.StatusOK, "notices.html", view)
}

type choiceInput struct {
	Wanted []string `form:"wanted" json:"wanted" validate:"max=64,dive,max=64"`
}

// choose takes "kind by channel" for each box that is ticked.
func (h *Handler) choose(c echo.Context) error {
	in, err := web.Bind[choiceInput](c)
	if err != nil {
		return err
	}
	var choices []notice.Choice
	for _, text := range in.Wanted {
		kind, channel, _ := strings.Cut(text, " ")
		choices = append(choices, notice.Choice{Kind: notice.Kind(kind), Channel: notice.Channel(channel)})
	}
	ctx, person, language := reader(c)
	if err := h.room.Choose(ctx, person, language, choices); err != nil {
		return err
	}
	return web.SeeOther(c, settingsPage+"?done=notices-chosen")
}

func (h *Handler) tryAddress(c echo.Context) error {
	ctx, person, _ := reader(c)
	if err := h.room.TryAddress(ctx, person); err != nil {
		return err
	}
	return web.SeeOther(c, settingsPage+"?done=address-tried")
}

type browserInput struct {
	Endpoint string `form:"endpoint" json:"endpoint" validate:"required,max=1024"`
	P256DH   string `form:"p256dh" json:"p256dh" validate:"required,max=128"`
	Auth     string `form:"auth" json:"auth" validate:"required,max=64"`
}

func (h *Handler) subscribe(c echo.Context) error {
	in, err := web.Bind[browserInput](c)
	if err != nil {
		return err
	}
	ctx, person, language := reader(c)
	one := notice.Subscription{Person: person, Endpoint: in.Endpoint, P256DH: in.P256DH, Auth: in.Auth}
	if err := h.room.Subscribe(ctx, one, language); err != nil {
		return err
	}
	return web.SeeOther(c, settingsPage+"?done=browser-added")
}

func (h *Handler) endBrowser(c echo.Context) error {
	ctx, person, _ := reader(c)
	if err := h.room.EndSubscription(ctx, person, web.Param(c, "id")); err != nil {
		return err
	}
	return web.SeeOther(c, settingsPage+"?done=browser-ended")
}
