package consent

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountPages(r *web.Routes) {
	const unit = "/mine/units/:brand/:serial"
	r.GET("/mine/consents", access.ConsentRead, h.overviewPage)
	r.GET("/mine/consents/asks/:ask", access.ConsentRead, h.askPage)
	r.POST("/mine/consents/asks/:ask", access.ConsentSign, h.submitGive)
	r.POST("/mine/consents/asks/:ask/refuse", access.ConsentChange, h.submitRefuse)
	r.POST("/mine/consents/:id/revoke", access.ConsentChange, h.submitRevoke)
	r.GET(unit+"/help", access.ConsentRead, h.helpPage)
	r.POST(unit+"/help", access.ConsentCode, h.submitHelp)
	r.GET(unit+"/looked", access.LookedRead, h.lookedPage)
	r.GET("/mine/past/:binding/looked", access.LookedRead, h.lookedThenPage)
	r.GET("/mine/looked/:access", access.LookedRead, h.lookPage)
}

func (h *Handler) overviewPage(c echo.Context) error {
	all, err := h.consents.Overview(c.Request().Context(), owner(c))
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "consents.html", all)
}

// askView is the one screen on which an owner consents, or does not.
type askView struct {
	Asked
	CanSign  bool
	Mistakes *lifecycle.Invalid
	// Read is the version of the words on this page.
	Read access.DisclosureVersion
}

// Sentences are the codes of what they read.
func (v askView) Sentences() []string { return Disclosure(v.Terms.Purpose) }

// LastDay is the last one whose recordings are named.
func (v askView) LastDay() time.Time { return v.Terms.To.Add(-time.Millisecond) }

func (h *Handler) askPage(c echo.Context) error {
	return h.showAsk(c, http.StatusOK, nil)
}

func (h *Handler) showAsk(c echo.Context, status int, wrong *lifecycle.Invalid) error {
	asked, err := h.consents.Question(c.Request().Context(), owner(c), web.Param(c, "ask"))
	if err != nil {
		return err
	}
	able, err := h.consents.CanSign(c.Request().Context(), owner(c))
	if err != nil {
		return err
	}
	return h.pages.Render(c, status, "ask.html", askView{asked, able, wrong, shownIn(c, asked.Terms.Purpose).DisclosureVersion})
}

type giveForm struct {
	Since    web.Time `form:"since" validate:"required"`
	Language string   `form:"language" validate:"required,max=8"`
	Response string   `form:"response" validate:"required,max=20000"`
}

func (h *Handler) submitGive(c echo.Context) error {
	in, err := web.Bind[giveForm](c)
	if err == nil {
		_, err = h.sign(c, giveInput{web.Param(c, "ask"), in.Since, in.Language, json.RawMessage(in.Response)})
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showAsk(c, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/mine/consents?done=consent-given")
}

func (h *Handler) submitRefuse(c echo.Context) error {
	if err := h.consents.Refuse(c.Request().Context(), owner(c), web.Param(c, "ask")); err != nil {
		return err
	}
	return web.SeeOther(c, "/mine/consents?done=consent-refused")
}

func (h *Handler) submitRevoke(c echo.Context) error {
	if err := h.consents.Revoke(c.Request().Context(), owner(c), web.Param(c, "id")); err != nil {
		return err
	}
	return web.SeeOther(c, "/mine/consents?done=consent-revoked")
}

// helpView is the code that an owner reads out, once they asked for one.
type helpView struct {
	Key  lifecycle.UnitKey
	Path string
	Code *Code
}

func unitPath(key lifecycle.UnitKey) string {
	return "/mine/units/" + url.PathEscape(key.Brand) + "/" + url.PathEscape(key.Serial)
}

func (h *Handler) helpPage(c echo.Context) error {
	binding, err := h.consents.mine(c.Request().Context(), owner(c), keyOf(c))
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "help.html", helpView{Key: binding.Key, Path: unitPath(binding.Key)})
}

func (h *Handler) submitHelp(c echo.Context) error {
	code, err := h.consents.ShowCode(c.Request().Context(), owner(c), keyOf(c))
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "help.html", helpView{code.Key, unitPath(code.Key), &code})
}

// looksView is who looked, with where that page leads back to.
type looksView struct {
	Looks
	Back string
}

func (h *Handler) lookedPage(c echo.Context) error {
	looks, err := h.looksAt(c)
	if err != nil {
		return err
	}
	return h.showLooks(c, looks, unitPath(looks.Key))
}

func (h *Handler) lookedThenPage(c echo.Context) error {
	looks, err := h.looksThen(c)
	if err != nil {
		return err
	}
	return h.showLooks(c, looks, "/mine/past/"+url.PathEscape(web.Param(c, "binding")))
}

func (h *Handler) showLooks(c echo.Context, looks Looks, back string) error {
	looks.Next = cursor(looks.Next)
	return h.pages.Render(c, http.StatusOK, "looked.html", looksView{looks, back})
}

func (h *Handler) lookPage(c echo.Context) error {
	look, err := h.consents.Look(c.Request().Context(), owner(c), web.Param(c, "access"))
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "look.html", look)
}
