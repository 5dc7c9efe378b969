package story

import (
	"maps"
	"net/http"
	"testing"
)

// A clerk who types the serials of strangers can cut off five households an
// hour, and not a sixth alone.
func TestAClerkWhoTypesStrangersSerials(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	clerk, colleague := s.as("clerk", brightside, 0), s.as("clerk", brightside, 1)
	others := s.as("clerk", corner, 0)
	for range 5 {
		if r := clerk.takeBack(s.pick(in("bound")), ""); r.Authority != "none" {
			t.Fatalf("authority %q without any proof", r.Authority)
		}
	}
	u := s.pick(in("bound"), soldBy(brightside))
	clerk.post("/v1/returns", returnOf(u, "")).refused(http.StatusConflict, "return.cap")
	clerk.post("/v1/returns", returnOf(u, "R-GUESSED")).refused(http.StatusConflict, "return.cap")
	if !s.owner(u.Owner).mine().has(u) {
		t.Error("a refused return has cut the owner off")
	}

	second := func(email, password string) map[string]any {
		body := maps.Clone(returnOf(u, ""))
		body["second_email"], body["second_password"] = email, password
		return body
	}
	clerk.post("/v1/returns", second(colleague.Email, "a wrong password")).refused(http.StatusUnprocessableEntity, "desk.second-wrong")
	clerk.post("/v1/returns", second(clerk.Email, clerk.Password)).refused(http.StatusConflict, "return.same-person")
	clerk.post("/v1/returns", second(others.Email, others.Password)).refused(http.StatusUnprocessableEntity, "desk.second-wrong")
	var r struct {
		taken
		SecondPerson bool `json:"second_person"`
	}
	clerk.post("/v1/returns", second(colleague.Email, colleague.Password)).want(http.StatusCreated).into(&r)
	if !r.SecondPerson || r.Authority != "none" {
		t.Errorf("with a second person: %+v", r)
	}

	// Who has the receipt is no stranger, and a unit that nobody has bound cuts
	// nobody off.
	known := s.pick(in("bound"), soldBy(brightside))
	clerk.takeBack(known, known.Receipt)
	clerk.takeBack(s.pick(in("sold")), "")
	// What was fenced without proof is certified by nobody.
	if v := clerk.check(u); !has(v.Reasons.codes(), "certify.authority") {
		t.Errorf("without authority: %+v", v)
	}
	typed := returnOf(s.pick(in("sold")), "")
	typed["typed"] = "ANOTHER"
	clerk.post("/v1/returns", typed).refused(http.StatusUnprocessableEntity, "serial.typed-apart")
	s.clean()
}
