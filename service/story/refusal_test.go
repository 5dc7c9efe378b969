package story

import (
	"net/http"
	"testing"
)

// A sale is refused with everything that stands against it, at once: nobody
// has to mend one thing to learn of the next.
func TestARefusedSaleNamesEveryReason(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u := s.pick(in("certified"), custodyOf(brightside))
	clerk, officer := s.as("clerk", brightside, 0), s.as("security_officer", brightside, 0)
	if v := clerk.check(u); v.Verdict != "clear" {
		t.Fatalf("before: %+v", v)
	}
	clerk.post("/v1/shipments", map[string]any{"to": refit, "units": []any{u.ref()}}).want(http.StatusCreated)
	for _, kind := range []string{"legal", "recall"} {
		officer.post("/v1/holds", map[string]string{"brand": u.Brand, "serial": u.Serial, "kind": kind}).want(http.StatusCreated)
	}

	want := []string{"hold.legal", "hold.recall", "sell.in-transit"}
	refusal := clerk.sell(u, "R-1").refused(http.StatusConflict, want...)
	check := clerk.check(u)
	if check.Verdict != "held" || !has(check.Reasons.codes(), want...) {
		t.Errorf("the check says %+v, the sale %+v", check, refusal)
	}
	for name, reasons := range map[string]reasons{"sale": refusal.Reasons, "check": check.Reasons} {
		if len(reasons) != len(want) {
			t.Errorf("%s: %d reasons, want three: %+v", name, len(reasons), reasons)
		}
		for _, reason := range reasons {
			if reason.Detail == "" || reason.Detail == reason.Code {
				t.Errorf("%s: %s has no sentence", name, reason.Code)
			}
		}
	}
	if now := clerk.look(u); now.State != "certified" {
		t.Errorf("a refused sale left the unit %s", now.State)
	}
	s.clean()
}

// What a returned unit still lacks is told to the till all at once too.
func TestACheckSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u := s.pick(in("bound"), model("HI2"))
	clerk := s.as("clerk", u.Seller, 0)
	clerk.takeBack(u, "") // no receipt: whose it was to give away is open
	v := clerk.check(u)
	if v.Verdict != "refused" || !has(v.Reasons.codes(), "scan.not-certified", "certify.authority", "certify.task-open", "certify.grade", "certify.check") {
		t.Errorf("check: %+v", v)
	}
	clerk.sell(u, "R-1").refused(http.StatusConflict, "sell.returned")
}
