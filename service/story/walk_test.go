package story

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

// A camera is brought back, let go by everybody who knew it, reset, certified
// and sold again; its first owner never sees through it again.
func TestAResoldCamera(t *testing.T) {
	t.Parallel()
	s := demo(t)
	u := s.any(func(u unit) bool { return model("HI2", "bound")(u) && u.Custody == "customer" })
	first, clerk := s.owner(u.Owner), s.as("clerk", u.Seller, 0)
	till := s.as("clerk", "Corner & Co", 0)
	old := s.credential(u)

	if v := clerk.scan(u.Payload, "return"); v.Verdict != "bound" || !slices.Contains(v.Actions, "take-back") {
		t.Fatalf("scan: %+v", v)
	}
	r := clerk.takeBack(u, u.Receipt)
	if r.State != "returned" || r.Authority != "sale-match" {
		t.Fatalf("return: %+v", r)
	}
	// The moment that the desk has its answer the old owner is nobody.
	notThere := first.get("/v1/units/" + u.Brand + "/none-such").want(404)
	for _, path := range []string{"/v1/units/" + u.Brand + "/" + u.Serial, "/v1/units/" + u.Brand + "/" + u.Serial + "/history"} {
		if got := first.get(path); got.Status != notThere.Status || string(got.Body) != string(notThere.Body) {
			t.Errorf("%s: %d %s", path, got.Status, got.Body)
		}
	}
	if v := till.check(u); v.Verdict == "clear" {
		t.Errorf("a unit in reset is clear for sale")
	}
	eventually(t, long(t), "the cloud's tasks are proven", func() bool {
		return !slices.ContainsFunc(clerk.returned(r.ID).open(), func(task string) bool { return !strings.HasPrefix(task, "unit.") })
	})
	s.camera(u, "--hard-reset", "--firmware", "2.1.0")
	eventually(t, long(t), "every task is proven", func() bool { return clerk.returned(r.ID).State == "reset" })

	s.toWarehouse(clerk, u)
	s.certified(u, r.Order.ID)
	s.back(u, "Corner & Co")
	if v := till.check(u); v.Verdict != "clear" {
		t.Fatalf("check of a certified unit: %s %v", v.Verdict, v.codes())
	}
	till.post("/v1/sales", map[string]any{"brand": u.Brand, "serial": u.Serial, "receipt": "R-NEW"}).want(201)

	// The old credential is worth nothing, the new owner's is worth the unit.
	credential := s.camera(u)
	refused := first.post("/v1/bindings", map[string]any{"brand": u.Brand, "serial": u.Serial, "proof": old}).want(409)
	if !slices.Contains(refused.reasons(), "bind.proof") {
		t.Errorf("the old credential: %v", refused.reasons())
	}
	second := s.as("owner", "", 15)
	if second.Email == first.Email {
		second = s.as("owner", "", 14)
	}
	second.post("/v1/bindings", map[string]any{"brand": u.Brand, "serial": u.Serial, "proof": credential}).want(201)
	if !slices.Contains(second.mine(), u.Serial) || slices.Contains(first.mine(), u.Serial) {
		t.Errorf("mine of the second: %v, of the first: %v", second.mine(), first.mine())
	}
	if out, err := s.run("verify", "--data", s.data); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
}

// mine lists the serials of an owner.
func (c client) mine() []string {
	c.s.t.Helper()
	var body struct {
		Items []struct{ Brand, Serial string }
	}
	c.get("/v1/mine").want(200).into(&body)
	var serials []string
	for _, item := range body.Items {
		serials = append(serials, item.Serial)
	}
	return serials
}

func (s *server) toWarehouse(sender client, u unit) {
	s.t.Helper()
	s.ship(sender, u, "Refit Works", s.as("technician", "Refit Works", 0))
}

func (s *server) back(u unit, retailer string) {
	s.t.Helper()
	s.ship(s.as("technician", "Refit Works", 0), u, retailer, s.as("clerk", retailer, 0))
}

func (s *server) ship(sender client, u unit, to string, receiver client) {
	s.t.Helper()
	ref := map[string]string{"brand": u.Brand, "serial": u.Serial}
	var sent struct{ ID string }
	sender.post("/v1/shipments", map[string]any{"to": to, "units": []any{ref}}).want(201).into(&sent)
	receiver.post("/v1/shipments/"+url.PathEscape(sent.ID)+"/receive", map[string]any{"units": []any{ref}}).want(200)
}

// certified works the checklist and has a validator certify.
func (s *server) certified(u unit, order string) {
	s.t.Helper()
	technician, validator := s.as("technician", "Refit Works", 0), s.as("validator", "Refit Works", 0)
	var o struct {
		Checks []struct {
			ID     string
			Passed bool
		}
	}
	technician.get("/v1/orders/" + order).want(200).into(&o)
	for _, check := range o.Checks {
		technician.post("/v1/orders/"+order+"/tasks/"+check.ID+"/attest", map[string]any{"pass": true}).want(200)
	}
	var done struct {
		Items []struct {
			Done    bool
			State   string
			Problem any
		}
	}
	body := map[string]any{"units": []any{map[string]string{"brand": u.Brand, "serial": u.Serial}}}
	answer := validator.post("/v1/certificates", body)
	answer.into(&done)
	if len(done.Items) != 1 || !done.Items[0].Done {
		s.t.Fatalf("certify: %d %s", answer.Status, answer.Body)
	}
}
