package signin

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// askedCookie marks the browser that asks for a link, and keeps where it was on
// its way to. It ends with the browser.
const askedCookie = "quitclaim-asked"

// asked reads the cookie: the browser's secret, empty where it has none, and
// the path to go on with.
func (h *Handler) asked(c echo.Context) (secret, next string) {
	cookie, err := c.Cookie(h.askedCookie())
	if err != nil {
		return "", "/"
	}
	secret, rest, _ := strings.Cut(cookie.Value, ".")
	path, err := base64.RawURLEncoding.DecodeString(rest)
	if err != nil {
		path = nil
	}
	return secret, web.LocalPath(string(path))
}

// maxNext bounds the path that the cookie keeps: browsers drop a cookie of more
// than 4096 bytes (RFC 6265bis section 5.7), and the secret would go with it.
const maxNext = 1024

// onward is where this browser goes on to once somebody is in: what the page's
// own address names, else what it was on its way to when it asked for a mail.
// Nothing of it leaves the browser: it may be the code of an offer.
func (h *Handler) onward(c echo.Context) string {
	if next := web.LocalPath(c.QueryParam("next")); next != "/" {
		return next
	}
	_, next := h.asked(c)
	return next
}

// signInDone is the sign-in page after something was done, still on the way.
func signInDone(done, next string) string {
	path := "/sign-in?done=" + done
	if next != "/" {
		path += "&next=" + url.QueryEscape(next)
	}
	return path
}

// askHere is who asks in this browser. A secret that it has already goes on: of
// several mails each opens.
func (h *Handler) askHere(c echo.Context, next string) Asker {
	secret, _ := h.asked(c)
	if secret == "" {
		secret = access.NewToken()
	}
	if next = web.LocalPath(next); len(next) > maxNext {
		next = "/"
	}
	h.setAsked(c, secret+"."+base64.RawURLEncoding.EncodeToString([]byte(next)), access.SignUpLinkFor)
	return Asker{Network: web.Network(c), Browser: secret, Language: string(web.Words(c).Language())}
}

// opener is who opens a link or types a code here.
func (h *Handler) opener(c echo.Context) Asker {
	secret, _ := h.asked(c)
	return Asker{Network: web.Network(c), Browser: secret}
}

func (h *Handler) setAsked(c echo.Context, value string, lasting time.Duration) {
	c.SetCookie(&http.Cookie{
		Name: h.askedCookie(), Value: value, Path: "/", MaxAge: int(lasting / time.Second),
		HttpOnly: true, Secure: h.https(), SameSite: http.SameSiteLaxMode,
	})
}

func (h *Handler) askedCookie() string {
	if h.https() {
		return "__Host-" + askedCookie // RFC 6265bis section 4.1.3.2
	}
	return askedCookie
}

func (h *Handler) https() bool { return strings.HasPrefix(h.entrance.config.URL, "https://") }

// askSignIn is the sign-in form's door where links are mailed.
func (h *Handler) askSignIn(c echo.Context, in signInInput) error {
	if err := h.entrance.AskSignIn(c.Request().Context(), in.Email, in.Password, h.askHere(c, in.Next)); err != nil {
		return err
	}
	return web.SeeOther(c, "/link")
}

// linkView is the pages about mailed links.
type linkView struct {
	Kind access.LinkKind
	// Asked: this is the browser that asked.
	Asked    bool
	Code     string
	Mistakes *lifecycle.Invalid
}

func (h *Handler) linkSent(c echo.Context) error {
	return h.pages.Render(c, http.StatusOK, "link-sent.html", linkView{})
}

type codeInput struct {
	Code string `form:"code" validate:"required,max=20"`
}

func (h *Handler) typeCode(c echo.Context) error {
	in, err := web.Bind[codeInput](c)
	var opened Opened
	if err == nil {
		digits := strings.NewReplacer(" ", "", "-", "").Replace(in.Code)
		opened, err = h.entrance.TypeCode(c.Request().Context(), digits, h.opener(c))
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.pages.Render(c, http.StatusUnprocessableEntity, "link-sent.html", linkView{Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return h.letIn(c, opened)
}

// lookAtLink shows a button, and uses nothing up.
func (h *Handler) lookAtLink(c echo.Context) error {
	kind, asked, err := h.entrance.LookAtLink(c.Request().Context(), web.Param(c, "code"), h.opener(c))
	if err != nil {
		return h.linkOver(c, err)
	}
	return h.pages.Render(c, http.StatusOK, "link.html", linkView{Kind: kind, Asked: asked})
}

func (h *Handler) openLink(c echo.Context) error {
	opened, err := h.entrance.OpenLink(c.Request().Context(), web.Param(c, "code"), h.opener(c))
	if err != nil {
		return h.linkOver(c, err)
	}
	if opened.Code != "" {
		return h.pages.Render(c, http.StatusOK, "link-code.html", linkView{Kind: opened.Kind, Code: opened.Code})
	}
	return h.letIn(c, opened)
}

// linkOver is the one answer for a link that was used, is too old or never was.
func (h *Handler) linkOver(c echo.Context, err error) error {
	if !errors.Is(err, lifecycle.ErrNotFound) || c.Request().Method == http.MethodHead {
		return err // the shell answers HEAD without a body
	}
	return h.pages.Render(c, http.StatusNotFound, "link-over.html", linkView{})
}

// letIn goes on with what the link was for.
func (h *Handler) letIn(c echo.Context, opened Opened) error {
	if opened.Kind == access.LinkRecover {
		return web.SeeOther(c, "/recover/choose")
	}
	_, next := h.asked(c)
	h.setAsked(c, "", -time.Second)
	if err := h.entrance.passwordLetsIn(c.Request().Context(), opened.Person); err != nil {
		if wrong := web.Mistakes(err); wrong != nil {
			return h.showSignIn(c, http.StatusUnprocessableEntity, signInView{Next: next, Mistakes: wrong})
		}
		return err
	}
	// Who signs in has said their password some minutes ago; who signs up, the
	// day before perhaps, and that verifies nothing.
	means := access.MeansPassword
	if opened.Kind == access.LinkSignUp {
		means = access.MeansMailLink
	}
	if err := web.StartSession(c, opened.Person.ID, opened.Person.Generation, means); err != nil {
		return err
	}
	return web.SeeOther(c, next)
}
