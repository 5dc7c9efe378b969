package story

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"
)

// The desk has its answer, and the power goes: before the worker has asked any
// cloud for anything.
func TestAPowerCutBetweenTheAnswerAndTheFirstTask(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u := s.pick(in("bound"), model("HI2"))
	clerk, owner, key := s.as("clerk", u.Seller, 0), s.owner(u.Owner), newKey()
	first := clerk.postAs(key, "/v1/returns", returnOf(u, u.Receipt)).want(http.StatusCreated)
	s.kill()
	var r taken
	first.into(&r)

	s.again()
	now := clerk.returned(r.ID)
	if now.State != "returned" || now.Authority != "sale-match" || now.Order == nil || now.Order.ID != r.Order.ID {
		t.Fatalf("after the power cut: %+v, acknowledged was %+v", now, r)
	}
	isNobody(t, owner, u)
	// The desk never saw whether its request arrived, and sends it again.
	var again taken
	clerk.postAs(key, "/v1/returns", returnOf(u, u.Receipt)).want(http.StatusCreated).into(&again)
	if again.ID != r.ID {
		t.Errorf("the same request made another return: %s, then %s", r.ID, again.ID)
	}
	s.camera(u, "--hard-reset", firmware)
	clerk.reset(r.ID)
	s.clean()
}

// acknowledged is what a desk was told before the power went.
type acknowledged struct {
	unit unit
	by   client
	key  string
	id   string // of the return; empty: no answer came
}

// Power cuts at random moments under load: what was acknowledged is there, what
// was not is there whole or not at all, and the ledger is clean.
func TestPowerCutsUnderLoad(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var all []acknowledged
	told := 0
	for range 5 {
		var round []acknowledged
		for range 10 {
			u := s.pick(in("bound"))
			round = append(round, acknowledged{unit: u, by: s.as("clerk", u.Seller, 0), key: newKey()})
		}
		s.returnsUntil(time.Duration(random.IntN(25))*time.Millisecond, round)
		s.again()
		for i, a := range round {
			if a.id != "" {
				told++
			}
			round[i].id = s.replayed(t, a)
		}
		all = append(all, round...)
	}
	t.Logf("%d of %d returns were acknowledged before a power cut", told, len(all))
	for _, a := range all {
		eventually(t, "the cloud's tasks are proven", func() bool { return len(a.by.returned(a.id).open(false)) == 0 })
	}
	s.clean()
}

// returnsUntil sends the returns side by side, and pulls the plug after a
// while; each keeps what it was told.
func (s *server) returnsUntil(plug time.Duration, round []acknowledged) {
	var sent sync.WaitGroup
	for i, a := range round {
		sent.Go(func() {
			got, err := a.by.send(s.t.Context(), http.MethodPost, "/v1/returns", a.key, returnOf(a.unit, a.unit.Receipt))
			if err == nil && got.Status == http.StatusCreated {
				var r taken
				if json.Unmarshal(got.Body, &r) == nil {
					round[i].id = r.ID
				}
			}
		})
	}
	<-time.After(plug)
	s.kill()
	sent.Wait()
}

// replayed sends a return again as the desk does that does not know what
// became of it, and answers with its id.
func (s *server) replayed(t *testing.T, a acknowledged) string {
	t.Helper()
	if a.id != "" {
		if now := a.by.returned(a.id); now.State != "returned" || now.Order == nil {
			t.Fatalf("%s was acknowledged as %s and is %+v", a.unit.Serial, a.id, now)
		}
	}
	var r taken
	a.by.postAs(a.key, "/v1/returns", returnOf(a.unit, a.unit.Receipt)).want(http.StatusCreated).into(&r)
	if a.id != "" && a.id != r.ID {
		t.Fatalf("%s was acknowledged as %s, and again as %s", a.unit.Serial, a.id, r.ID)
	}
	if orders := s.count(`SELECT count(*) FROM reset_order o JOIN unit u USING (unit_id) WHERE u.serial = ? AND o.state = 'open'`, a.unit.Serial); orders != 1 {
		t.Errorf("%s has %d open orders", a.unit.Serial, orders)
	}
	return r.ID
}
