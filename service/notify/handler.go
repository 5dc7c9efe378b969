package notify

import (
	"context"
	"embed"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/web"
)

//go:embed templates/*.html
var templates embed.FS

// Handler is the room's doors.
type Handler struct {
	room  *Notify
	pages *web.Pages
}

// NewHandler is the doors of the room.
func NewHandler(room *Notify) (*Handler, error) {
	pages, err := web.ParsePages(templates)
	if err != nil {
		return nil, err
	}
	return &Handler{room, pages}, nil
}

// Mount registers the routes.
func (h *Handler) Mount(r *web.Routes) {
	r.GET(inboxPage, access.NoticeRead, h.inbox)
	r.POST(inboxPage+"/read", access.NoticeChange, h.read)
	r.GET("/v1/account/messages", access.NoticeRead, h.list)

	r.GET(settingsPage, access.NoticeRead, h.settings)
	r.POST(settingsPage, access.NoticeChange, h.choose)
	r.POST(settingsPage+"/address", access.NoticeChange, h.tryAddress)
	r.POST(settingsPage+"/browsers", access.NoticeChange, h.subscribe)
	r.POST(settingsPage+"/browsers/:id/end", access.NoticeChange, h.endBrowser)

	r.GET(unsubscribePage+"/:token", access.NoticeUnsubscribe, h.askUnsubscribe)
	r.POST(unsubscribePage+"/:token", access.NoticeUnsubscribe, h.unsubscribe)

	r.POST("/v1/bounces", access.BounceTell, h.bounced)

	r.GET("/v1/untold", access.UntoldWork, h.untold)
	r.POST("/v1/untold", access.UntoldWork, h.tryUntold)
}

// message is a notice as its reader sees it.
type message struct {
	notice.Notice
	Subject, Body string
}

// messages are a page of the inbox in the reader's language.
func (h *Handler) messages(c echo.Context) (list []message, next string, err error) {
	page, err := web.PositionOf(c)
	if err != nil {
		return nil, "", err
	}
	notices, next, err := h.room.config.Readers.Notices(c.Request().Context(), web.Principal(c).Person, page)
	words := web.Words(c)
	for _, one := range notices {
		subject, body := sentences(words, one)
		if one.Unreadable {
			h.room.unreadable(c.Request().Context(), one)
			subject, body = words.Text("notify.unreadable.subject", nil), words.Text("notify.unreadable.body", nil)
		}
		list = append(list, message{one, subject, body})
	}
	return list, web.NextCursor(next), err
}

// inboxView is the page of one's messages.
type inboxView struct {
	Messages []message
	Unread   bool
	// Until is as far as the page shows: what comes while it is read stays new.
	Until string
	Next  string
}

func (h *Handler) inbox(c echo.Context) error {
	list, next, err := h.messages(c)
	if err != nil {
		return err
	}
	view := inboxView{Messages: list, Next: next, Until: h.room.now().Format(time.RFC3339Nano)}
	for _, m := range list {
		view.Unread = view.Unread || m.Unread()
	}
	return h.pages.Render(c, http.StatusOK, "messages.html", view)
}

type readInput struct {
	Until web.Time `form:"until" json:"until" validate:"required"`
}

func (h *Handler) read(c echo.Context) error {
	in, err := web.Bind[readInput](c)
	if err != nil {
		return err
	}
	err = h.room.config.Readers.ReadNotices(c.Request().Context(), web.Principal(c).Person, time.Time(in.Until))
	if err != nil {
		return err
	}
	return web.SeeOther(c, inboxPage)
}

// messageJSON is a notice as an app gets it.
type messageJSON struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`
	Subject string   `json:"subject"`
	Body    string   `json:"body"`
	Link    string   `json:"link,omitempty"`
	At      web.Time `json:"at"`
	ReadAt  web.Time `json:"read_at"`
	// Unreadable: there is such a message, and it cannot be shown.
	Unreadable bool `json:"unreadable,omitempty"`
}

func (h *Handler) list(c echo.Context) error {
	list, next, err := h.messages(c)
	if err != nil {
		return err
	}
	items := make([]messageJSON, len(list))
	for i, m := range list {
		items[i] = messageJSON{m.ID, string(m.Kind), m.Subject, m.Body, m.Link, web.Time(m.At), web.Time(m.ReadAt), m.Unreadable}
	}
	return web.JSON(c, http.StatusOK, web.NewList(items, next))
}

// unsubscribeView is the page behind the link in a mail.
type unsubscribeView struct {
	Token string
	Done  bool
}

// askUnsubscribe asks first: mail programs open links by themselves.
func (h *Handler) askUnsubscribe(c echo.Context) error {
	return h.pages.Render(c, http.StatusOK, "unsubscribe.html", unsubscribeView{Token: web.Param(c, "token")})
}

// unsubscribe is the button of that page, and what a mail program posts when its
// reader clicks once (RFC 8058, section 3.2).
func (h *Handler) unsubscribe(c echo.Context) error {
	if err := h.room.Unsubscribe(c.Request().Context(), web.Param(c, "token")); err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "unsubscribe.html", unsubscribeView{Done: true})
}

type bounceInput struct {
	Token  string `json:"token" form:"token" validate:"required,max=64"`
	Status string `json:"status" form:"status" validate:"required,max=12"`
}

func (h *Handler) bounced(c echo.Context) error {
	in, err := web.Bind[bounceInput](c)
	if err != nil {
		return err
	}
	marked, err := h.room.Bounced(c.Request().Context(), in.Token, in.Status)
	if err != nil {
		return err
	}
	return web.JSON(c, http.StatusOK, map[string]bool{"marked": marked})
}

// reader is whose settings they are, in which language.
func reader(c echo.Context) (context.Context, lifecycle.PersonID, string) {
	return c.Request().Context(), web.Principal(c).Person, string(web.Words(c).Language())
}
