package story

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// Three cameras of the demo are at home and switched on. What is taken back
// resets itself, as if somebody at the bench held its button.
func TestACameraOfTheDemoAnswers(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	for range 2 {
		u := s.pick(func(u unit) bool { return u.Answers && u.State == "bound" })
		clerk := s.as("clerk", u.Seller, 0)
		clerk.reset(clerk.takeBack(u, u.Receipt).ID)
	}
	u := s.pick(func(u unit) bool { return u.Answers && u.State == "returned" })
	eventually(t, "the one that was on a desk already is reset", func() bool { return s.as("clerk", u.Custody, 0).look(u).State == "reset" })
	s.clean()
}

// A camera whose button was held, and that never finds its network: what it
// would have proven stays open, everywhere that it matters.
func TestACameraThatNeverAnswers(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u := s.pick(in("bound"), model("HI2"))
	clerk, technician, validator := s.as("clerk", u.Seller, 0), s.as("technician", refit, 0), s.as("validator", refit, 0)
	r := clerk.takeBack(u, u.Receipt)
	s.camera(u, "--hard-reset", "--silent", firmware)
	eventually(t, "the cloud's tasks are proven", func() bool { return len(clerk.returned(r.ID).open(false)) == 0 })
	pass(t, 3*time.Second) // the worker looks once a second

	now := clerk.returned(r.ID)
	if now.State != "returned" || now.Order.State != "open" || !has(now.open(true), "unit.identify", "unit.factory-reset") {
		t.Errorf("return: %+v", now)
	}
	page := string(clerk.get("/desk/returns/" + r.ID).want(http.StatusOK).Body)
	for _, sentence := range []string{"What is below still has to be proven", "its hard reset is not proven yet"} {
		if !strings.Contains(page, sentence) {
			t.Errorf("the screen does not say %q:\n%s", sentence, page)
		}
	}
	if v := clerk.check(u); v.Verdict != "refused" || !has(v.Reasons.codes(), "certify.task-open", "certify.grade") {
		t.Errorf("the till's check: %+v", v)
	}
	clerk.sell(u, "R-1").refused(http.StatusConflict, "sell.returned")

	s.toWarehouse(clerk, u)
	technician.checklist(r.Order.ID)
	body := map[string]any{"units": []any{u.ref()}}
	validator.post("/v1/certificates", body).refused(http.StatusConflict, "certify.returned", "certify.task-open", "certify.grade")
	// A technician's own word for the reset is not the unit's.
	technician.post("/v1/orders/"+r.Order.ID+"/tasks/unit.factory-reset/attest", map[string]any{"pass": true}).want(http.StatusOK)
	validator.post("/v1/certificates", body).refused(http.StatusConflict, "certify.grade")

	// When at last it is heard, the same order goes on.
	s.camera(u, firmware)
	eventually(t, "every task is proven", func() bool { return technician.order(r.Order.ID).State == "done" })
	validator.certify(u)
	s.clean()
}
