package bench

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/web"
	"quitclaim/warehouse/bench/commands"
)

// commandView is one command on the sheet.
type commandView struct {
	commands.Command
	Drawn template.HTML
}

// Name is the end of the code of its message.
func (c commandView) Name() string { return strings.ToLower(string(c.Command)) }

// commands is the sheet to print and lay beside the scanner.
func (h *Handler) commands(c echo.Context) error {
	var all []commandView
	for _, command := range commands.All() {
		bars, err := command.Bars()
		if err != nil {
			return fmt.Errorf("draw the sheet: %w", err)
		}
		all = append(all, commandView{command, template.HTML(bars)}) // our own drawing: no script, no style, constant text
	}
	return h.pages.Render(c, http.StatusOK, "commands.html", all)
}

func (h *Handler) silentForm(c echo.Context) error {
	return h.twoPage(c, "silent.html", twoView{}, nil)
}

// signature is the second person's own password.
type signature struct {
	SecondEmail    string `json:"second_email" form:"second_email" validate:"required,max=254"`
	SecondPassword string `json:"second_password" form:"second_password" validate:"required,max=1024"`
}

func (s signature) second() Second { return Second{Email: s.SecondEmail, Password: s.SecondPassword} }

func (h *Handler) silent(c echo.Context) error {
	key, err := keyOf(c)
	if err != nil {
		return err
	}
	in, err := web.Bind[signature](c)
	if err == nil {
		_, err = h.bench.AttestSilent(c.Request().Context(), key, in.second())
	}
	if err != nil {
		return h.twoPage(c, "silent.html", twoView{Email: in.SecondEmail}, err)
	}
	return web.SeeOther(c, unitPath(key)+"?done=bench-silent")
}

func (h *Handler) apiUndo(c echo.Context) error {
	s, err := h.bench.Order(c.Request().Context(), orderOf(c))
	if err != nil {
		return err
	}
	if _, err := h.bench.Undo(c.Request().Context(), s.Unit.Key); err != nil {
		return err
	}
	return h.apiOrder(c)
}

func (h *Handler) apiSilent(c echo.Context) error {
	in, err := web.Bind[signature](c)
	if err != nil {
		return err
	}
	s, err := h.bench.Order(c.Request().Context(), orderOf(c))
	if err != nil {
		return err
	}
	if _, err := h.bench.AttestSilent(c.Request().Context(), s.Unit.Key, in.second()); err != nil {
		return err
	}
	return h.apiOrder(c)
}
