package story

import (
	"crypto/rand"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func newKey() string { return rand.Text() }

// verdict is the answer to a scan.
type verdict struct {
	Verdict string
	Unit    *struct{ Brand, Serial string }
	Reasons []struct{ Code string }
	Actions []string
}

func (c client) scan(payload, purpose string) verdict {
	c.s.t.Helper()
	var v verdict
	c.post("/v1/scans", map[string]string{"payload": payload, "purpose": purpose}).want(200).into(&v)
	return v
}

// taken is a return as the desk sees it.
type taken struct {
	ID, State, Authority string
	Order                *struct {
		ID, State string
		Tasks     []struct{ ID, Cloud, State, Proof, Grade string }
	}
	Darkness []struct {
		Name string
		Dark bool
	}
}

func (c client) takeBack(u unit, receipt string) taken {
	c.s.t.Helper()
	var r taken
	c.post("/v1/returns", returnBody(u, receipt)).want(201).into(&r)
	return r
}

func returnBody(u unit, receipt string) map[string]any {
	return map[string]any{
		"brand": u.Brand, "serial": u.Serial, "condition": "used", "reason": "changed-mind",
		"receipt": receipt, "customer_present": true,
	}
}

func (c client) returned(id string) taken {
	c.s.t.Helper()
	var r taken
	c.get("/v1/returns/" + id).want(200).into(&r)
	return r
}

// open lists the tasks that nobody has proven.
func (r taken) open() []string {
	var open []string
	if r.Order == nil {
		return nil
	}
	for _, task := range r.Order.Tasks {
		if task.State != "proven" && task.State != "waived" {
			open = append(open, task.ID)
		}
	}
	return open
}

func (c client) check(u unit) verdict {
	c.s.t.Helper()
	var v verdict
	c.get("/v1/sales/check?brand=" + url.QueryEscape(u.Brand) + "&serial=" + url.QueryEscape(u.Serial)).want(200).into(&v)
	return v
}

func (v verdict) codes() []string {
	codes := make([]string, len(v.Reasons))
	for i, reason := range v.Reasons {
		codes[i] = reason.Code
	}
	return codes
}

// camera runs the simulated camera of a unit once and reads its credential.
func (s *server) camera(u unit, flags ...string) string {
	s.t.Helper()
	state := filepath.Join(s.data, "cameras", u.Serial+".json")
	args := append([]string{"camera", "--url", s.world.URL, "--state", state}, flags...)
	if out, err := s.run(args...); err != nil {
		s.t.Fatalf("camera %s: %v\n%s", u.Serial, err, out)
	}
	return s.credential(u)
}

// credential is what a camera shows its owner.
func (s *server) credential(u unit) string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.data, "cameras", u.Serial+".json"))
	if err != nil {
		s.t.Fatal(err)
	}
	var state struct{ Credential string }
	if err := json.Unmarshal(text, &state); err != nil {
		s.t.Fatal(err)
	}
	return state.Credential
}

func in(state string) func(unit) bool { return func(u unit) bool { return u.State == state } }

func model(prefix, state string) func(unit) bool {
	return func(u unit) bool { return u.State == state && strings.HasPrefix(u.Serial, prefix) }
}

func has(list []string, want ...string) bool {
	return !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(list, w) })
}

func long(t *testing.T) time.Duration {
	t.Helper()
	return 45 * time.Second
}
