package sale

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

func (in saleInput) soldAt() time.Time { return time.Time(in.SoldAt) }

// tillView is the till before anything was scanned.
type tillView struct{ Scan web.ScanForm }

func (h *Handler) till(c echo.Context) error {
	return h.pages.Render(c, http.StatusOK, "till.html", tillView{scanForm()})
}

func scanForm() web.ScanForm { return web.ScanForm{Purpose: lifecycle.PurposeSale} }

// sellView is the answer on one unit, and the form to sell it where it is
// clear.
type sellView struct {
	Scan     web.ScanForm
	Verdict  web.VerdictView
	Open     []lifecycle.Reason // the tasks that are not proven, behind a fold
	Clear    bool
	Check    Check
	Receipt  string
	Mistakes *lifecycle.Invalid
}

func (h *Handler) form(c echo.Context) error {
	in, err := web.BindQuery[keyInput](c)
	if err != nil {
		return err
	}
	check, err := h.ask(c, in)
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "sell.html", sellViewOf(c, check))
}

func sellViewOf(c echo.Context, check Check) sellView {
	reasons, open := web.Worded(c, check.Reasons)
	return sellView{
		Scan: scanForm(), Check: check, Open: open, Clear: check.Verdict == lifecycle.VerdictClear,
		Verdict: web.VerdictView{
			Verdict: check.Verdict, Sentence: reasons[0].Code, Args: reasons[0].Args, Reasons: reasons[1:],
		},
	}
}

func (h *Handler) submit(c echo.Context) error {
	in, err := web.Bind[saleInput](c)
	if wrong := web.Mistakes(err); wrong != nil {
		return h.again(c, in, wrong)
	}
	if err != nil {
		return err
	}
	sold, err := h.sell(c, in)
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		check := Check{Key: lifecycle.UnitKey{Brand: in.Brand, Serial: in.Serial}, Verdict: lifecycle.VerdictRefused, Reasons: refusal.Reasons}
		return h.pages.Render(c, http.StatusConflict, "sell.html", sellViewOf(c, check))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, salePath(sold.Sale.ID)+"?done=sold")
}

// again shows the form once more with the mistakes at their fields.
func (h *Handler) again(c echo.Context, in saleInput, wrong *lifecycle.Invalid) error {
	check, err := h.ask(c, keyInput{in.Brand, in.Serial})
	if err != nil {
		return wrong // the unit itself is the mistake: the error page lists them
	}
	view := sellViewOf(c, check)
	view.Receipt, view.Mistakes = in.Receipt, wrong
	return h.pages.Render(c, http.StatusUnprocessableEntity, "sell.html", view)
}

func salePath(id lifecycle.SaleID) string { return "/till/sales/" + url.PathEscape(string(id)) }

// saleView is the page of one sale.
type saleView struct {
	Scan web.ScanForm
	Sold Sold
	Void *web.Button // nil: it cannot be voided any more
}

func (h *Handler) page(c echo.Context) error {
	id := lifecycle.SaleID(c.Param("id"))
	sold, err := h.sale.Find(c.Request().Context(), web.Principal(c).Actor(), id)
	if err != nil {
		return err
	}
	view := saleView{Scan: scanForm(), Sold: sold}
	if sold.Voidable {
		view.Void = &web.Button{Message: "sale.void", Path: salePath(id) + "/void", Post: true, Quiet: true}
	}
	return h.pages.Render(c, http.StatusOK, "sale.html", view)
}

func (h *Handler) submitVoid(c echo.Context) error {
	sold, err := h.undo(c)
	if err != nil {
		return err
	}
	return web.SeeOther(c, salePath(sold.Sale.ID)+"?done=voided")
}
