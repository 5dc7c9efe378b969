package desk

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// queueView fills the part "queue": what a browser needs to save scans while
// there is no network, and to send them when there is. All that it says stands
// in the page, hidden, for a script knows no sentences.
type queueView struct {
	// Operator is who scans; nobody else's session sends what they saved.
	// Empty on the page that is kept for everybody.
	Operator, Station string
	// Batch is where entries go, by Path; empty: each is a return of its own.
	Batch, Path string
	// Condition and Reason hold for the batch. Choose: they are chosen here.
	Condition, Reason   string
	Choose              bool
	Conditions, Reasons []web.Option
	// Here is where a sign-in leads back to.
	Here string
}

// queueOf is the queue of a page of this desk, for a batch or for none.
func queueOf(c echo.Context, batch lifecycle.Batch) queueView {
	principal := web.Principal(c)
	queue := queueView{Operator: string(principal.Person), Station: string(principal.Station), Here: "/desk"}
	if batch.ID == "" {
		queue.Path, queue.Choose = "/v1/returns/queued", true
		queue.Conditions, queue.Reasons = conditionOptions(), reasonOptions()
		return queue
	}
	queue.Batch, queue.Path, queue.Here = string(batch.ID), "/v1"+batchPath(batch.ID)[len("/desk"):]+"/entries", batchPath(batch.ID)
	queue.Condition, queue.Reason = batch.Condition, batch.Reason
	return queue
}

// offlineView is the page that browsers keep for when there is no network.
type offlineView struct {
	Queue queueView
	Scan  web.ScanForm
}

// offline is the same for everybody, and says nothing of anybody: it is kept in
// the browser, where the next person may open it.
func (h *Handler) offline(c echo.Context) error {
	queue := queueOf(c, lifecycle.Batch{})
	queue.Operator, queue.Station = "", ""
	return h.pages.Render(c, http.StatusOK, "offline.html", offlineView{queue, scanForm()})
}
