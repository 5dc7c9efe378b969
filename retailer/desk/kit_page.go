package desk

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountKits(r *web.Routes) {
	r.GET("/desk/kits/:id", access.ReturnOpen, h.kitForm)
	r.POST("/desk/kits/:id/returns", access.ReturnOpen, h.submitKit)
	r.GET("/desk/kits/:id/receipt", access.ReturnOpen, h.kitReceipt)
	r.POST("/v1/kits/:id/returns", access.ReturnOpen, h.createKit)
}

func kitIDOf(c echo.Context) lifecycle.KitID { return lifecycle.KitID(c.Param("id")) }

// kitView is the box: each unit of it here or missing.
type kitView struct {
	Kit                 lifecycle.Kit
	Form                kitInput
	Conditions, Reasons []web.Option
	Mistakes            *lifecycle.Invalid
	// Taken is what became of each unit, where some could not be taken back.
	Taken []TakenPart
}

// Said is what the form says of a unit already.
func (v kitView) Said(id lifecycle.UnitID) string {
	for word, list := range map[string][]string{"here": v.Form.Here, "missing": v.Form.Missing} {
		for _, one := range list {
			if one == string(id) {
				return word
			}
		}
	}
	return ""
}

// Wrong are the mistakes about the units.
func (v kitView) Wrong() []lifecycle.Reason {
	var list []lifecycle.Reason
	if v.Mistakes != nil {
		for _, reason := range v.Mistakes.Reasons {
			if reason.Field == "parts" {
				list = append(list, reason)
			}
		}
	}
	return list
}

func (h *Handler) kitForm(c echo.Context) error {
	return h.showKit(c, http.StatusOK, kitView{})
}

func (h *Handler) showKit(c echo.Context, status int, view kitView) error {
	kit, err := h.desk.Kit(c.Request().Context(), web.Principal(c).Actor(), kitIDOf(c))
	if err != nil {
		return err
	}
	view.Kit = kit
	view.Conditions, view.Reasons = conditionOptions(), reasonOptions()
	return h.pages.Render(c, status, "kit.html", view)
}

// kitInput is what a clerk says of a box. Parts are said by their unit ids: in a
// form as part-<id>, in JSON in two lists.
type kitInput struct {
	Here            []string `json:"here" form:"-"`
	Missing         []string `json:"missing" form:"-"`
	Condition       string   `json:"condition" form:"condition" validate:"required,oneof=sealed as-new used damaged dead"`
	Reason          string   `json:"reason" form:"reason" validate:"required,oneof=changed-mind faulty wrong-product duplicate trade-in other"`
	Receipt         string   `json:"receipt" form:"receipt" validate:"max=64,printable"`
	CustomerPresent bool     `json:"customer_present" form:"customer_present"`
}

func (in kitInput) box(id lifecycle.KitID) Box {
	box := Box{Kit: id, Brought: Brought{
		Condition: in.Condition, Reason: in.Reason, Receipt: in.Receipt, CustomerPresent: in.CustomerPresent,
	}}
	for _, unit := range in.Here {
		box.Here = append(box.Here, lifecycle.UnitID(unit))
	}
	for _, unit := range in.Missing {
		box.Missing = append(box.Missing, lifecycle.UnitID(unit))
	}
	return box
}

func (h *Handler) submitKit(c echo.Context) error {
	ctx, actor := c.Request().Context(), web.Principal(c).Actor()
	kit, err := h.desk.Kit(ctx, actor, kitIDOf(c))
	if err != nil {
		return err
	}
	in, err := web.Bind[kitInput](c)
	for _, part := range kit.Parts {
		switch c.FormValue("part-" + string(part.Unit)) {
		case "here":
			in.Here = append(in.Here, string(part.Unit))
		case "missing":
			in.Missing = append(in.Missing, string(part.Unit))
		}
	}
	var taken []TakenPart
	if err = web.AllMistakes(err, in.box(kit.ID).check(kit)); err == nil {
		taken, err = h.desk.TakeKit(ctx, actor, in.box(kit.ID))
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showKit(c, http.StatusUnprocessableEntity, kitView{Form: in, Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	for _, part := range taken {
		if len(part.Refused) > 0 {
			return h.showKit(c, http.StatusConflict, kitView{Form: in, Taken: taken})
		}
	}
	return web.SeeOther(c, "/desk/kits/"+url.PathEscape(string(kit.ID))+"/receipt?done=returned")
}

// takenBody is what became of one unit of a box.
type takenBody struct {
	Brand   string              `json:"brand"`
	Serial  string              `json:"serial"`
	Missing bool                `json:"missing"`
	Return  lifecycle.ReturnID  `json:"return,omitempty"`
	Reasons []web.ProblemReason `json:"reasons,omitempty"`
}

func (h *Handler) createKit(c echo.Context) error {
	in, err := web.Bind[kitInput](c)
	if err != nil {
		return err
	}
	taken, err := h.desk.TakeKit(c.Request().Context(), web.Principal(c).Actor(), in.box(kitIDOf(c)))
	if err != nil {
		return err
	}
	items := make([]takenBody, len(taken))
	for i, part := range taken {
		items[i] = takenBody{
			Brand: part.Key.Brand, Serial: part.Key.Serial, Return: part.Return,
			Missing: part.Missing, Reasons: web.Reasons(c, part.Refused),
		}
	}
	return web.JSON(c, http.StatusCreated, web.NewList(items, ""))
}

// kitPaperView is the receipt of a kit.
type kitPaperView struct {
	KitPaper
	OrgName string
}

func (h *Handler) kitReceipt(c echo.Context) error {
	p := web.Principal(c)
	paper, err := h.desk.KitPaper(c.Request().Context(), p.Actor(), kitIDOf(c))
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "kit-receipt.html", kitPaperView{paper, p.OrgName})
}
