package story

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ref names a unit in a body.
func (u unit) ref() map[string]string { return map[string]string{"brand": u.Brand, "serial": u.Serial} }

// path is the unit's own.
func (u unit) path() string {
	return "/v1/units/" + url.PathEscape(u.Brand) + "/" + url.PathEscape(u.Serial)
}

// verdict is the answer to a scan or to a till's question.
type verdict struct {
	Verdict         string
	Unit            *struct{ Brand, Serial, Model string }
	Reasons         reasons
	Actions         []string
	Signature       string
	SecretsRedacted bool `json:"secrets_redacted"`
}

func (c client) scan(payload, purpose string) verdict {
	c.s.t.Helper()
	var v verdict
	c.postAs("", "/v1/scans", map[string]string{"payload": payload, "purpose": purpose}).want(http.StatusOK).into(&v)
	return v
}

// check is the till's question.
func (c client) check(u unit) verdict {
	c.s.t.Helper()
	var v verdict
	query := url.Values{"brand": {u.Brand}, "serial": {u.Serial}}
	c.get("/v1/sales/check?" + query.Encode()).want(http.StatusOK).into(&v)
	return v
}

func (c client) sell(u unit, receipt string) answer {
	c.s.t.Helper()
	return c.post("/v1/sales", saleOf(u, receipt))
}

func saleOf(u unit, receipt string) map[string]any {
	return map[string]any{"brand": u.Brand, "serial": u.Serial, "receipt": receipt}
}

// taken is a return as the desk sees it.
type taken struct {
	ID, State, Authority string
	CancelledAt          *string `json:"cancelled_at"`
	Order                *struct {
		ID, State string
		Tasks     []task
	}
	Darkness []struct {
		Name   string
		Dark   bool
		Detail string
	}
}

type task struct{ ID, Cloud, Verb, State, Proof, Grade string }

func returnOf(u unit, receipt string) map[string]any {
	return map[string]any{
		"brand": u.Brand, "serial": u.Serial, "condition": "used", "reason": "changed-mind",
		"receipt": receipt, "customer_present": true,
	}
}

func (c client) takeBack(u unit, receipt string) taken {
	c.s.t.Helper()
	var r taken
	c.post("/v1/returns", returnOf(u, receipt)).want(http.StatusCreated).into(&r)
	return r
}

func (c client) returned(id string) taken {
	c.s.t.Helper()
	var r taken
	c.get("/v1/returns/" + id).want(http.StatusOK).into(&r)
	return r
}

// open lists the tasks that nobody has proven; of the clouds or of the unit.
func (r taken) open(ofUnit bool) []string {
	var open []string
	if r.Order == nil {
		return nil
	}
	for _, task := range r.Order.Tasks {
		if task.State != "proven" && task.State != "waived" && ofUnit == (task.Cloud == "") {
			open = append(open, task.ID)
		}
	}
	return open
}

// dark reports whether this name, "gate" or a cloud's, is said to be dark.
func (r taken) dark(name string) bool {
	for _, d := range r.Darkness {
		if d.Name == name {
			return d.Dark
		}
	}
	return false
}

// reset waits until every task is proven.
func (c client) reset(id string) {
	c.s.t.Helper()
	eventually(c.s.t, "every task is proven", func() bool { return c.returned(id).State == "reset" })
}

// sight is a unit as somebody who may know of it sees it.
type sight struct {
	State, Custody string
	Epoch          int64
	Flags          []struct{ Kind string }
}

func (c client) look(u unit) sight {
	c.s.t.Helper()
	var s sight
	c.get(u.path()).want(http.StatusOK).into(&s)
	return s
}

// mine is what an owner has.
type mine struct {
	Units, Pending []struct{ Brand, Serial, State, Binding string }
}

func (c client) mine() mine {
	c.s.t.Helper()
	var m mine
	c.get("/v1/mine").want(http.StatusOK).into(&m)
	return m
}

func (m mine) has(u unit) bool {
	return slices.ContainsFunc(m.Units, func(own struct{ Brand, Serial, State, Binding string }) bool { return own.Serial == u.Serial })
}

// period is one of an owner's times with a unit that is over.
type period struct {
	ID, Serial, Return string
	EndedBy            string `json:"ended_by"`
	BindAgain          bool   `json:"bind_again"`
	Contested          bool
}

// past finds the owner's last time with this unit.
func (c client) past(u unit) period {
	c.s.t.Helper()
	var list struct{ Items []period }
	c.get("/v1/mine/past").want(http.StatusOK).into(&list)
	for _, p := range list.Items {
		if p.Serial == u.Serial {
			return p
		}
	}
	c.s.t.Fatalf("%s has no past with %s", c.Email, u.Serial)
	return period{}
}

func (c client) bind(u unit, credential string) answer {
	c.s.t.Helper()
	return c.post("/v1/bindings", map[string]any{"brand": u.Brand, "serial": u.Serial, "proof": credential})
}

// memory is the file that a simulated camera remembers itself in.
func (s *server) memory(u unit) string { return filepath.Join(s.data, "cameras", u.Serial+".json") }

// camera has the unit speak once, and reads what it shows its owner.
func (s *server) camera(u unit, flags ...string) string {
	s.t.Helper()
	s.must(append([]string{"camera", "--url", s.url, "--state", s.memory(u)}, flags...)...)
	return s.credential(u)
}

// credential is what a camera shows its owner.
func (s *server) credential(u unit) string {
	s.t.Helper()
	text, err := os.ReadFile(s.memory(u))
	if err != nil {
		s.t.Fatal(err)
	}
	var state struct{ Credential string }
	if err := json.Unmarshal(text, &state); err != nil {
		s.t.Fatal(err)
	}
	return state.Credential
}

// firmware is enough for every model of the demo.
const firmware = "--firmware=4.0.2"

// toWarehouse has a desk send a unit to the bench, and the bench receive it.
func (s *server) toWarehouse(desk client, u unit) {
	s.t.Helper()
	s.ship(desk, u, refit, s.as("technician", refit, 0))
}

// backTo has the bench send it to a shop again.
func (s *server) backTo(org string, u unit) {
	s.t.Helper()
	s.ship(s.as("technician", refit, 0), u, org, s.as("clerk", org, 0))
}

func (s *server) ship(sender client, u unit, to string, receiver client) {
	s.t.Helper()
	var sent struct{ ID string }
	sender.post("/v1/shipments", map[string]any{"to": to, "units": []any{u.ref()}}).want(http.StatusCreated).into(&sent)
	receiver.post("/v1/shipments/"+url.PathEscape(sent.ID)+"/receive", map[string]any{"units": []any{u.ref()}}).want(http.StatusOK)
	if at := receiver.look(u).Custody; at != receiver.Org {
		s.t.Fatalf("%s was received by %s and is with %s", u.Serial, receiver.Org, at)
	}
}

// order is what the bench sees of a reset order.
type order struct {
	ID, State string
	Tasks     []task
	Checks    []struct {
		ID     string
		Passed bool
	}
	Missing reasons
}

func (c client) order(id string) order {
	c.s.t.Helper()
	var o order
	c.get("/v1/orders/" + id).want(http.StatusOK).into(&o)
	return o
}

// checklist has a technician pass every check of the model.
func (c client) checklist(id string) {
	c.s.t.Helper()
	for _, check := range c.order(id).Checks {
		if !check.Passed {
			c.post("/v1/orders/"+id+"/tasks/"+check.ID+"/attest", map[string]any{"pass": true}).want(http.StatusOK)
		}
	}
}

// certified is one line of the answer to a list of units to certify.
type certified struct {
	Serial, State string
	Done          bool
	Certificate   struct{ Code, Grade string }
	Problem       *problem
}

// certify has a validator certify one unit.
func (c client) certify(u unit) certified {
	c.s.t.Helper()
	var list struct{ Items []certified }
	c.post("/v1/certificates", map[string]any{"units": []any{u.ref()}}).want(http.StatusCreated).into(&list)
	if len(list.Items) != 1 || !list.Items[0].Done || list.Items[0].Certificate.Code == "" {
		c.s.t.Fatalf("certified: %+v", list.Items)
	}
	return list.Items[0]
}

// clean has the ledger audited and every unit replayed from it.
func (s *server) clean() string {
	s.t.Helper()
	out := s.must("verify", "--data", s.data)
	if !strings.Contains(out, " OK\n") {
		s.t.Fatalf("verify does not say OK:\n%s", out)
	}
	return out
}
