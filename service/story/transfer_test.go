package story

import (
	"net/http"
	"testing"
)

// One owner hands a unit over to another. From that moment the old owner is
// nobody to the unit, and keeps what was theirs.
func TestATransfer(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u := s.pick(in("bound"), model("HOP"))
	from := s.owner(u.Owner)
	to := s.stranger(from)
	thief := s.stranger(from, to)
	printed := s.credential(u)

	var offer struct{ Code, URL string }
	body := u.ref()
	body["to"] = to.Email
	from.post("/v1/transfers", body).want(http.StatusCreated).into(&offer)
	accept := "/v1/transfers/" + offer.Code + "/accept"
	proof := func(credential string) map[string]string { return map[string]string{"proof": credential} }

	// What stands on the box, or was shown before the offer, proves nothing.
	to.post(accept, proof(printed)).refused(http.StatusConflict, "transfer.proof")
	fresh := s.camera(u, "--new-credential")
	thief.post(accept, proof(fresh)).want(http.StatusNotFound)
	from.post(accept, proof(fresh)).want(http.StatusNotFound)
	to.post(accept, proof(fresh)).want(http.StatusOK)

	if !to.mine().has(u) {
		t.Error("who accepted does not have it")
	}
	isNobody(t, from, u)
	if past := from.past(u); past.EndedBy != "transfer" || past.Return != "" {
		t.Errorf("the old owner's past: %+v", past)
	}
	if got, want := from.get("/v1/transfers/"+offer.Code), from.get("/v1/transfers/AAAAAAAAAAAAAAAAAAAAAAAAAA").want(http.StatusNotFound); !got.same(want) {
		t.Errorf("the old owner reads their offer: %d %s", got.Status, got.Body)
	}
	from.bind(u, fresh).want(http.StatusNotFound)
	from.bind(u, printed).want(http.StatusNotFound)
	s.clean()
}
