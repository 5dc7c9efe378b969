package batch

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/retailer/desk/queue"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// batchRow is a batch in a list of them.
type batchRow struct{ lifecycle.Batch }

// Number is how people call the batch.
func (r batchRow) Number() string { return batchNumber(r.ID) }

// entryRow is an entry in a list of them.
type entryRow struct{ lifecycle.BatchEntry }

// Todo is what a person does about an exception, as the end of a message's code.
func (r entryRow) Todo() string {
	switch {
	case capped(r.BatchEntry):
		return "cap"
	case r.Late():
		return "late"
	}
	return string(r.Verdict)
}

func rowsFrom(list []lifecycle.BatchEntry) []entryRow {
	rows := make([]entryRow, len(list))
	for i, entry := range list {
		rows[i] = entryRow{entry}
	}
	return rows
}

// batchesView is the list of batches, and the form that opens one.
type batchesView struct {
	Batches             []batchRow
	Next                string
	MayOpen             bool
	Form                batchInput
	Mistakes            *lifecycle.Invalid
	Conditions, Reasons []web.Option
}

func (h *Handler) batchesPage(c echo.Context) error {
	return h.showBatches(c, http.StatusOK, batchInput{}, nil)
}

func (h *Handler) showBatches(c echo.Context, status int, in batchInput, mistakes *lifecycle.Invalid) error {
	list, next, err := h.batches(c)
	if err != nil {
		return err
	}
	view := batchesView{Next: next, Form: in, Mistakes: mistakes, MayOpen: access.Allowed(web.Principal(c), access.ReturnOpen)}
	view.Conditions = web.Options("desk.condition.", lifecycle.Conditions()...)
	view.Reasons = web.Options("desk.reason.", lifecycle.ReturnReasons()...)
	for _, batch := range list {
		view.Batches = append(view.Batches, batchRow{batch})
	}
	return h.pages.Render(c, status, "batches.html", view)
}

func (h *Handler) submitBatch(c echo.Context) error {
	in, err := web.Bind[batchInput](c)
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showBatches(c, http.StatusUnprocessableEntity, in, wrong)
	}
	if err != nil {
		return err
	}
	batch, err := h.room.Open(c.Request().Context(), web.Principal(c).Actor(), in.Condition, in.Reason)
	if err != nil {
		return err
	}
	return web.SeeOther(c, batchPath(batch.ID))
}

func batchPath(id lifecycle.BatchID) string { return "/desk" + pathUnder(id) }

// pathUnder is the batch's path under /desk, and under /v1.
func pathUnder(id lifecycle.BatchID) string { return "/batches/" + url.PathEscape(string(id)) }

// batchView is one batch: where the pallet is worked through.
type batchView struct {
	Pallet
	Path  string
	Scan  web.ScanForm
	Queue queue.View
	// Last is what became of the last scan; nil: nothing was scanned yet.
	Last *entryRow
	// Again: the last scan was of a unit that is on the list already.
	Again bool
	// MayWork: the reader may scan and sort out; MayClose: and close.
	MayWork, MayClose bool
	Refused           []lifecycle.Reason
	Mistakes          *lifecycle.Invalid
	SecondEmail       string
	Settlements       []web.Option
	OrgName           string
}

// Newest is the list with the newest scan on top.
func (v batchView) Newest() []entryRow {
	list := rowsFrom(v.Entries)
	slices.Reverse(list)
	return list
}

// Listed is the list in its own order.
func (v batchView) Listed() []entryRow { return rowsFrom(v.Entries) }

// Sort is what is left to sort out.
func (v batchView) Sort() []entryRow { return rowsFrom(v.Exceptions()) }

// Number is how people call the batch.
func (v batchView) Number() string { return batchNumber(v.ID) }

// batchNumber is the part of an id that is short enough to say aloud.
func batchNumber(id lifecycle.BatchID) string {
	_, text, _ := strings.Cut(string(id), "_")
	return strings.ToUpper(text[:min(6, len(text))])
}

func (h *Handler) newBatchView(c echo.Context) (batchView, error) {
	pallet, err := h.pallet(c)
	if err != nil {
		return batchView{}, err
	}
	principal := web.Principal(c)
	view := batchView{
		Pallet: pallet, Path: batchPath(pallet.ID), OrgName: principal.OrgName,
		MayWork:  pallet.Open() && access.Allowed(principal, access.ReturnOpen),
		MayClose: pallet.Open() && access.Allowed(principal, access.BatchClose),
		Scan:     web.ScanForm{Purpose: lifecycle.PurposeReturn, Action: batchPath(pallet.ID) + "/entries"},
		Queue:    queue.OfBatch(principal, pallet.Batch, pathUnder(pallet.ID)),
	}
	view.Settlements = web.Options("batch.settlement.", lifecycle.Settlements()...)
	return view, nil
}

func (h *Handler) batchPage(c echo.Context) error {
	return h.showBatch(c, http.StatusOK, func(v *batchView) {
		v.Again = c.QueryParam("again") != ""
		if place, err := strconv.Atoi(c.QueryParam("entry")); err == nil && place > 0 && place <= len(v.Entries) {
			v.Last = &entryRow{v.Entries[place-1]}
		}
	})
}

// showBatch shows the batch as it is now; change adds what was wrong with what
// the clerk just asked for.
func (h *Handler) showBatch(c echo.Context, status int, change func(*batchView)) error {
	view, err := h.newBatchView(c)
	if err != nil {
		return err
	}
	change(&view)
	return h.pages.Render(c, status, "batch.html", view)
}

// summaryPage is the paper of a batch: what came, and what became of it.
func (h *Handler) summaryPage(c echo.Context) error {
	view, err := h.newBatchView(c)
	if err != nil {
		return err
	}
	return h.pages.Render(c, http.StatusOK, "batch-summary.html", view)
}

func (h *Handler) submitEntry(c echo.Context) error {
	in, err := web.Bind[scanInput](c)
	var entered Entered
	if err == nil {
		entered, err = h.enterScan(c, in)
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showBatch(c, http.StatusUnprocessableEntity, func(v *batchView) {
			v.Scan.Brand, v.Scan.Serial, v.Scan.Mistakes = in.Brand, in.Serial, wrong
		})
	}
	if err != nil {
		return h.backToBatch(c, err, "")
	}
	query := "?entry=" + strconv.FormatInt(entered.Entry.Place, 10)
	if entered.Again {
		query += "&again=1"
	}
	return web.SeeOther(c, batchPath(batchID(c))+query)
}

func (h *Handler) submitSettle(c echo.Context) error {
	_, err := h.settleOne(c)
	return h.backToBatch(c, err, "?done=settled#sort-out")
}

func (h *Handler) submitAgain(c echo.Context) error {
	taken, against, err := h.tryAgain(c)
	if err == nil && len(against) > 0 {
		err = &lifecycle.Refusal{Event: lifecycle.EventReturn, Reasons: against[:1]}
	}
	done := "?done=taken-again#sort-out"
	if taken == 0 {
		done = "#sort-out"
	}
	return h.backToBatch(c, err, done)
}

func (h *Handler) submitClose(c echo.Context) error {
	batch, err := h.closeOne(c)
	if err == nil {
		return web.SeeOther(c, batchPath(batch.ID)+"/summary?done=batch-closed")
	}
	return h.backToBatch(c, err, "")
}

// backToBatch leads back to the batch: with what was done, or with why it was
// not.
func (h *Handler) backToBatch(c echo.Context, err error, done string) error {
	if err == nil {
		return web.SeeOther(c, batchPath(batchID(c))+done)
	}
	var refusal *lifecycle.Refusal
	if errors.As(err, &refusal) {
		return h.showBatch(c, http.StatusConflict, func(v *batchView) { v.Refused = refusal.Reasons })
	}
	if wrong := web.Mistakes(err); wrong != nil {
		return h.showBatch(c, http.StatusUnprocessableEntity, func(v *batchView) {
			v.Mistakes, v.SecondEmail = wrong, c.FormValue("second_email")
			v.Refused = mistakesElsewhere(wrong)
		})
	}
	return err
}

// mistakesElsewhere are those of fields that the page does not show again.
func mistakesElsewhere(wrong *lifecycle.Invalid) []lifecycle.Reason {
	var list []lifecycle.Reason
	for _, reason := range wrong.Reasons {
		if reason.Field != "second_password" && reason.Field != "second_email" {
			list = append(list, reason)
		}
	}
	return list
}

// offlineView is the page that browsers keep for when there is no network.
type offlineView struct {
	Queue queue.View
	Scan  web.ScanForm
}

// offline is the same for everybody, and says nothing of anybody: it is kept in
// the browser, where the next person may open it.
func (h *Handler) offline(c echo.Context) error {
	view := offlineView{queue.OfDesk(access.Anonymous()), web.ScanForm{Purpose: lifecycle.PurposeReturn}}
	return h.pages.Render(c, http.StatusOK, "offline.html", view)
}
