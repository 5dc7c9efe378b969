package signin

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountRecovery(r *web.Routes) {
	r.GET("/link", access.SessionStart, h.linkSent)
	r.POST("/link", access.SessionStart, h.typeCode)
	r.GET("/link/:code", access.SessionStart, h.lookAtLink)
	r.POST("/link/:code", access.SessionStart, h.openLink)
	r.GET("/recover", access.SessionStart, h.recoverForm)
	r.POST("/recover", access.SessionStart, h.recover)
	r.GET("/recover/choose", access.SessionStart, h.choose)
	r.POST("/recover/password", access.SessionStart, h.newPassword)
	r.POST("/recover/passkeys", access.SessionStart, h.lostPasskeys)
	r.POST("/recover/wait", access.SessionStart, h.wait)
	r.GET("/recover/stop/:code", access.SessionStart, h.lookAtWait)
	r.POST("/recover/stop/:code", access.SessionStart, h.stopWait)
}

// recoverView is the pages of who has lost something.
type recoverView struct {
	// Mail: links are mailed here.
	Mail     bool
	Email    string
	Next     string // where they were on their way to
	Choice   Choice
	Prove    string // the page where they prove themselves
	Mistakes *lifecycle.Invalid
}

func (h *Handler) recoverForm(c echo.Context) error {
	return h.pages.Render(c, http.StatusOK, "recover.html", recoverView{Mail: h.entrance.ByMail(), Next: h.onward(c)})
}

type recoverInput struct {
	Email string `form:"email" validate:"required,email,max=254"`
	Next  string `form:"next"`
}

func (h *Handler) recover(c echo.Context) error {
	in, err := web.Bind[recoverInput](c)
	if wrong := web.Mistakes(err); wrong != nil {
		view := recoverView{Mail: h.entrance.ByMail(), Email: in.Email, Next: web.LocalPath(in.Next), Mistakes: wrong}
		return h.pages.Render(c, http.StatusUnprocessableEntity, "recover.html", view)
	}
	if err != nil {
		return err
	}
	if !h.entrance.ByMail() {
		return lifecycle.ErrNotFound
	}
	if err := h.entrance.AskRecovery(c.Request().Context(), in.Email, h.askHere(c, in.Next)); err != nil {
		return err
	}
	return web.SeeOther(c, "/link")
}

func (h *Handler) choose(c echo.Context) error {
	return h.showChoice(c, http.StatusOK, nil)
}

func (h *Handler) showChoice(c echo.Context, status int, wrong *lifecycle.Invalid) error {
	choice, err := h.entrance.Choose(c.Request().Context(), h.opener(c), web.Principal(c))
	if err != nil {
		return h.linkOver(c, err)
	}
	view := recoverView{Choice: choice, Prove: "/sign-in?next=/recover/choose", Mistakes: wrong}
	if web.Principal(c).Person == choice.Person {
		view.Prove = "/verify?next=/recover/choose"
	}
	return h.pages.Render(c, status, "choose.html", view)
}

type newPasswordInput struct {
	Password string `form:"password" validate:"required"`
	Again    string `form:"password_again" validate:"eqfield=Password"`
}

func (h *Handler) newPassword(c echo.Context) error {
	in, err := web.Bind[newPasswordInput](c)
	return h.chosen(c, web.AllMistakes(err, access.CheckPassword(in.Password)), "recovered", func(choice Choice) error {
		return h.entrance.NewPassword(c.Request().Context(), choice, in.Password)
	})
}

type lostPasskeysInput struct {
	Current string `form:"current" validate:"required"`
}

func (h *Handler) lostPasskeys(c echo.Context) error {
	in, err := web.Bind[lostPasskeysInput](c)
	return h.chosen(c, err, "passkeys-ended", func(choice Choice) error {
		return h.entrance.LostPasskeys(c.Request().Context(), choice, in.Current)
	})
}

// chosen takes a last step. Every session has ended then, here too.
func (h *Handler) chosen(c echo.Context, err error, done string, step func(Choice) error) error {
	var choice Choice
	if err == nil {
		choice, err = h.entrance.Choose(c.Request().Context(), h.opener(c), web.Principal(c))
	}
	if err == nil {
		err = step(choice)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showChoice(c, http.StatusUnprocessableEntity, wrong)
	}
	if errors.Is(err, lifecycle.ErrForbidden) {
		return web.SeeOther(c, "/recover/choose") // the proof has grown old meanwhile
	}
	if err != nil {
		return h.linkOver(c, err)
	}
	if err := web.EndSession(c); err != nil {
		return err
	}
	_, next := h.asked(c)
	h.setAsked(c, "", -time.Second)
	return web.SeeOther(c, signInDone(done, next))
}

func (h *Handler) wait(c echo.Context) error {
	choice, err := h.entrance.Choose(c.Request().Context(), h.opener(c), web.Principal(c))
	if err == nil {
		choice, err = h.entrance.Wait(c.Request().Context(), choice)
	}
	if errors.Is(err, lifecycle.ErrForbidden) {
		return web.SeeOther(c, "/recover/choose")
	}
	if err != nil {
		return h.linkOver(c, err)
	}
	return h.pages.Render(c, http.StatusOK, "wait.html", recoverView{Choice: choice})
}

// lookAtWait shows a button, as a link does.
func (h *Handler) lookAtWait(c echo.Context) error {
	wait, err := h.entrance.FindWait(c.Request().Context(), web.Param(c, "code"), web.Network(c))
	if err != nil {
		return h.linkOver(c, err)
	}
	return h.pages.Render(c, http.StatusOK, "stop.html", recoverView{Choice: Choice{Waiting: wait}})
}

func (h *Handler) stopWait(c echo.Context) error {
	if err := h.entrance.StopWait(c.Request().Context(), web.Param(c, "code"), web.Network(c)); err != nil {
		return h.linkOver(c, err)
	}
	return web.SeeOther(c, "/sign-in?done=recovery-stopped")
}
