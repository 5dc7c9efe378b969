package bench

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

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

func (h *Handler) apiUndo(c echo.Context) error {
	s, err := h.bench.Order(c.Request().Context(), orderOf(c))
	if err != nil {
		return err
	}
	if _, err := h.bench.Undo(c.Request().Context(), s.Unit.Key); err != nil {
		return err
	}
	return h.Order(c)
}
