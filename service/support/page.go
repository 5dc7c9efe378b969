package support

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountPages(r *web.Routes) {
	r.GET("/support", access.SupportRead, h.home)
	r.GET("/support/ask", access.SupportAsk, h.askForm)
	r.POST("/support/ask", access.SupportAsk, h.submitAsk)
	r.GET("/support/code", access.SupportAsk, h.codeForm)
	r.POST("/support/code", access.SupportAsk, h.submitCode)
	r.GET("/support/consents/:id", access.SupportRead, h.consentPage)
	r.POST("/support/consents/:id/open", access.SupportOpen, h.submitOpen)
	r.GET("/support/accesses/:id", access.SupportRead, h.viewPage)
}

func (h *Handler) home(c echo.Context) error {
	list, err := h.support.Consents(c.Request().Context(), actorOf(c))
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "support.html", list)
}

// askView is one of the two forms by which an agent asks. Nothing in it is
// filled in beforehand.
type askView struct {
	Form     askInput
	Code     string
	Mistakes *lifecycle.Invalid
}

// Purposes are the two that there are.
func (askView) Purposes() []web.Option {
	var options []web.Option
	for _, purpose := range access.ConsentPurposes() {
		options = append(options, web.Option{
			Value: string(purpose), Message: "consent.purpose." + string(purpose), Hint: "consent.purpose-help." + string(purpose),
		})
	}
	return options
}

// Hours is the number as it was typed; empty for none.
func (v askView) Hours() string {
	if v.Form.Hours == 0 {
		return ""
	}
	return strconv.FormatInt(v.Form.Hours, 10)
}

func (h *Handler) askForm(c echo.Context) error {
	return h.pages.Render(c, http.StatusOK, "ask.html", askView{})
}

func (h *Handler) codeForm(c echo.Context) error {
	return h.pages.Render(c, http.StatusOK, "code.html", askView{})
}

func (h *Handler) submitAsk(c echo.Context) error {
	in, err := web.Bind[askInput](c)
	if err == nil {
		err = h.putAsk(c, in)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.pages.Render(c, http.StatusUnprocessableEntity, "ask.html", askView{Form: in, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/support?done=support-asked")
}

func (h *Handler) submitCode(c echo.Context) error {
	in, err := web.Bind[codeInput](c)
	if err == nil {
		err = h.putCode(c, in)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		form := askInput{Purpose: in.Purpose, Hours: in.Hours, FromDay: in.FromDay, ToDay: in.ToDay, Case: in.Case}
		return h.pages.Render(c, http.StatusUnprocessableEntity, "code.html", askView{Form: form, Code: in.Code, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/support?done=support-code")
}

// openView asks what an agent looks for, before they see anything.
type openView struct {
	access.HeldConsent
	Form     openInput
	Mistakes *lifecycle.Invalid
}

// Reasons are those that suit the purpose.
func (v openView) Reasons() []web.Option {
	var options []web.Option
	for _, reason := range access.AccessReasons() {
		if !reason.Suits(v.For) {
			continue
		}
		options = append(options, web.Option{Value: string(reason), Message: "looked.reason." + string(reason)})
	}
	return options
}

func (h *Handler) consentPage(c echo.Context) error {
	return h.showConsent(c, http.StatusOK, openInput{}, nil)
}

func (h *Handler) showConsent(c echo.Context, status int, form openInput, wrong *lifecycle.Invalid) error {
	consent, err := h.support.Consent(c.Request().Context(), actorOf(c), web.Param(c, "id"))
	if err != nil {
		return err
	}
	return h.pages.Render(c, status, "open.html", openView{consent, form, wrong})
}

func (h *Handler) submitOpen(c echo.Context) error {
	in, err := web.Bind[openInput](c)
	var opened access.Access
	if err == nil {
		opened, err = h.support.Open(c.Request().Context(), actorOf(c), consentID(c), in.attested())
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showConsent(c, http.StatusUnprocessableEntity, in, wrong)
	}
	if err != nil {
		return h.orOver(c, err)
	}
	return web.SeeOther(c, "/support/accesses/"+opened.ID)
}

func (h *Handler) viewPage(c echo.Context) error {
	shown, err := h.support.View(c.Request().Context(), actorOf(c), web.Param(c, "id"))
	if err != nil {
		return h.orOver(c, err)
	}
	return h.pages.Render(c, http.StatusOK, "view.html", shown)
}

// orOver says why, to whose consent it was; and shows nothing of the unit.
func (h *Handler) orOver(c echo.Context, err error) error {
	var over *Over
	if !errors.As(err, &over) || !slices.Contains(access.ConsentEnds(), over.Why) {
		return err
	}
	return h.pages.Render(c, http.StatusNotFound, "over.html", over)
}
