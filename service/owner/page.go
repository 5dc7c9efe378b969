package owner

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (h *Handler) mountPages(r *web.Routes) {
	const unit = "/mine/units/:brand/:serial"
	r.GET("/mine", access.OwnerRead, h.minePage)
	r.GET("/mine/bind", access.BindingCreate, h.bindForm)
	r.POST("/mine/bind", access.BindingCreate, h.submitBind)
	r.POST("/mine/bindings/:id/end", access.BindingEnd, h.submitUnbind)
	r.GET(unit, access.OwnerRead, h.unitPage)
	r.GET(unit+"/stolen", access.StolenMark, h.confirm("stolen.html"))
	r.POST(unit+"/stolen", access.StolenMark, h.submitStolen)
	r.POST(unit+"/stolen/lift", access.StolenLift, h.submitLift)
	r.GET(unit+"/transfer", access.TransferOffer, h.confirm("transfer.html"))
	r.POST(unit+"/transfer", access.TransferOffer, h.submitOffer)
	r.GET(unit+"/transfer.svg", access.TransferOffer, h.offerCode)

	r.GET("/transfer", access.TransferAnswer, h.codeForm)
	r.GET("/transfer/:code", access.TransferAnswer, h.proposalPage)
	r.POST("/transfer/:code/accept", access.TransferAnswer, h.submitAccept)
	r.POST("/transfer/:code/refuse", access.TransferEnd, h.submitRefuse)
	r.POST("/transfer/:code/withdraw", access.TransferEnd, h.submitWithdraw)

	r.GET("/mine/past", access.OwnerPast, h.pastPage)
	r.GET("/mine/past/:binding", access.OwnerPast, h.periodPage)
	r.POST("/mine/past/:binding/contest", access.ContestOpen, h.submitContest)
	r.POST("/mine/past/:binding/delete", access.PastDelete, h.submitDeletePast)
	r.POST("/mine/past/:binding/cancel", access.ReturnCancelOwn, h.submitCancel)
}

func (h *Handler) minePage(c echo.Context) error {
	mine, err := h.owner.Mine(c.Request().Context(), actorOf(c))
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "mine.html", mine)
}

// unitView is one unit of the reader's, on its own page or on a page that asks
// whether they mean it.
type unitView struct {
	Holding
	Path     string
	Code     string // of the offer that stands, in groups
	Link     string
	To       string
	Mistakes *lifecycle.Invalid
	Refused  []lifecycle.Reason // why the last command was not done
}

func (h *Handler) newUnitView(holding Holding) unitView {
	view := unitView{Holding: holding, Path: unitPath(holding.Key)}
	if offer := holding.Offer; offer != nil {
		view.Code, view.Link = grouped(offer.Code), h.owner.Link(offer.Code)
	}
	return view
}

// wholeView is a unit's own page, with all that is known of it.
type wholeView struct {
	unitView
	Whole Whole
}

func unitPath(key lifecycle.UnitKey) string {
	return "/mine/units/" + url.PathEscape(key.Brand) + "/" + url.PathEscape(key.Serial)
}

func (h *Handler) unitPage(c echo.Context) error {
	whole, err := h.owner.Whole(c.Request().Context(), actorOf(c), keyOf(c))
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "unit.html", wholeView{h.newUnitView(whole.Holding), whole})
}

// confirm is a page that says what a command does before it is given: for
// units with a live binding alone.
func (h *Handler) confirm(page string) echo.HandlerFunc {
	return func(c echo.Context) error {
		return h.showUnit(c, http.StatusOK, page, func(*unitView) {})
	}
}

// showUnit shows a page about a unit that is the reader's; change adds what was
// wrong with what they just asked for.
func (h *Handler) showUnit(c echo.Context, status int, page string, change func(*unitView)) error {
	holding, err := h.owner.Holding(c.Request().Context(), actorOf(c), keyOf(c))
	if err != nil {
		return err
	}
	if holding.Claim || holding.Pending() {
		return web.SeeOther(c, unitPath(holding.Key))
	}
	view := h.newUnitView(holding)
	change(&view)
	return h.pages.Render(c, status, page, view)
}

func (h *Handler) submitStolen(c echo.Context) error {
	return h.marked(c, h.owner.MarkStolen, "mine-stolen")
}

func (h *Handler) submitLift(c echo.Context) error {
	return h.marked(c, h.owner.LiftMark, "mine-lifted")
}

// marked leads to the list: whoever lifts a mark may have no page of the unit
// any more.
func (h *Handler) marked(c echo.Context, mark marker, done string) error {
	if _, err := mark(c.Request().Context(), actorOf(c), keyOf(c)); err != nil {
		return err
	}
	return web.SeeOther(c, "/mine?done="+done)
}

func (h *Handler) submitUnbind(c echo.Context) error {
	err := h.owner.Unbind(c.Request().Context(), actorOf(c), lifecycle.BindingID(c.Param("id")))
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/mine?done=mine-unbound")
}
