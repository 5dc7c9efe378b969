package story

import (
	"net/http"
	"slices"
	"testing"
)

// A clerk takes back a unit that never left its owner's home. Its owner says
// so with what the unit shows, without any desk, and has it again.
func TestAMistakenReturn(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u := s.pick(in("bound"), model("HI2"))
	owner, clerk := s.owner(u.Owner), s.as("clerk", u.Seller, 0)
	neighbour := s.stranger(owner)
	before := s.credential(u)

	r := clerk.takeBack(u, u.Receipt)
	isNobody(t, owner, u)
	past := owner.past(u)
	if past.Return != r.ID || past.EndedBy != "return" || past.BindAgain {
		t.Fatalf("the owner's past: %+v, the return is %s", past, r.ID)
	}
	cancel := "/v1/returns/" + past.Return + "/cancel-own"
	proof := func(credential string) map[string]string { return map[string]string{"proof": credential} }
	owner.post(cancel, proof(before)).refused(http.StatusConflict, "cancel.proof")

	// The unit calls in as it does every day, hears of the new epoch, and makes
	// a new code by itself.
	fresh := s.camera(u)
	if fresh == before {
		t.Fatal("the unit shows the code of before the fence")
	}
	if got := neighbour.post(cancel, proof(fresh)); got.Status == http.StatusOK || got.same(owner.post(cancel, proof(fresh))) {
		t.Fatalf("a neighbour who read the code cancels the return: %d %s", got.Status, got.Body)
	}
	if now := clerk.returned(r.ID); now.CancelledAt == nil {
		t.Errorf("the desk does not learn that the return was cancelled: %+v", now)
	}
	if p := owner.past(u); !p.BindAgain {
		t.Errorf("nothing offers the owner to bind again: %+v", p)
	}
	if owner.mine().has(u) {
		t.Error("a cancel revived a binding")
	}

	// Nothing old is revived: what was shown before the cancel binds nobody.
	again := s.camera(u)
	if again == fresh {
		t.Error("the unit shows the code of before the cancel")
	}
	owner.bind(u, fresh).refused(http.StatusConflict, "bind.proof")
	owner.bind(u, again).want(http.StatusCreated)
	if !owner.mine().has(u) {
		t.Error("the owner has bound it again and does not have it")
	}
	if v := clerk.scan(u.Payload, "return"); v.Verdict != "bound" {
		t.Errorf("the desk sees %+v", v)
	}
	s.clean()
}

// A clerk who notices the slip at once cancels it, with the unit on the desk.
func TestAClerkCancelsAtTheDesk(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u, other := s.pick(in("bound"), model("HI2")), s.pick(in("bound"))
	clerk := s.as("clerk", u.Seller, 0)
	r := clerk.takeBack(u, u.Receipt)
	cancel := func(payload string) answer {
		return clerk.post("/v1/returns/"+r.ID+"/cancel", map[string]string{"payload": payload})
	}
	cancel("").refused(http.StatusConflict, "cancel.unit-absent")
	cancel(other.Payload).refused(http.StatusConflict, "desk.cancel-other-unit")
	cancel(u.Payload).want(http.StatusOK)
	if got := cancel(u.Payload); got.Status == http.StatusOK {
		t.Errorf("a return is cancelled twice: %s", got.Body)
	}
	if v := clerk.scan(u.Payload, "return"); v.Verdict != "clear" || !slices.Contains(v.Actions, "take-back") {
		t.Errorf("after the cancel: %+v", v)
	}
	owner := s.owner(u.Owner)
	if owner.mine().has(u) {
		t.Error("a cancel revived a binding")
	}
	owner.bind(u, s.camera(u)).want(http.StatusCreated)
	s.clean()
}
