package story

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Two desks take the same unit back at the same instant, again and again. One
// of them has done it, and the other is told that it was done.
func TestTwoDesksReturnOneUnit(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	for range 12 {
		s.oneWinner(t, s.pick(in("bound"), soldBy(brightside)), s.as("clerk", brightside, 0), s.as("clerk", brightside, 1), "return.returned")
	}
	for range 12 {
		s.oneWinner(t, s.pick(in("sold")), s.as("clerk", brightside, 0), s.as("clerk", corner, 0), "return.other-stock")
	}
	s.clean()
}

// Two tills sell the same unit at the same instant: there is one sale, and one
// customer goes home without.
func TestTwoTillsSellOneUnit(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	one, two := s.as("clerk", brightside, 0), s.as("clerk", brightside, 1)
	for _, state := range []string{"stock", "certified", "stock", "certified", "stock"} {
		u := s.pick(in(state), custodyOf(brightside))
		answers, won := atOnce(t,
			attempt{one, "/v1/sales", saleOf(u, "R-ONE")}, attempt{two, "/v1/sales", saleOf(u, "R-TWO")})
		answers[1-won].refused(http.StatusConflict, "sell.sold")
		if sales := s.count(`SELECT count(*) FROM sale s JOIN unit u USING (unit_id) WHERE u.serial = ? AND s.epoch = u.epoch`, u.Serial); sales != 1 {
			t.Errorf("%s has %d sales", u.Serial, sales)
		}
	}
	s.clean()
}

// Two people read the same code off a unit: the first one has it, and the
// other hears nothing of whose it is.
func TestTwoPeopleBindOneUnit(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	one, two := s.as("owner", "", 3), s.as("owner", "", 4)
	for range 5 {
		u := s.pick(in("sold"))
		body := map[string]any{"brand": u.Brand, "serial": u.Serial, "proof": s.camera(u)}
		answers, won := atOnce(t, attempt{one, "/v1/bindings", body}, attempt{two, "/v1/bindings", body})
		people := []client{one, two}
		answers[1-won].refused(http.StatusConflict, "bind.bound")
		if !people[won].mine().has(u) || people[1-won].mine().has(u) {
			t.Errorf("%s is not the winner's alone", u.Serial)
		}
		if strings.Contains(string(answers[1-won].Body), people[won].Email) {
			t.Errorf("the loser learns whose it is: %s", answers[1-won].Body)
		}
	}
	s.clean()
}

// attempt is what one of two sends.
type attempt struct {
	by   client
	path string
	body any
}

// atOnce sends both at the same instant, under keys of their own; exactly one
// must be answered with 201.
func atOnce(t *testing.T, attempts ...attempt) (answers []answer, won int) {
	t.Helper()
	answers = make([]answer, len(attempts))
	failures := make([]error, len(attempts))
	var ready, done sync.WaitGroup
	ready.Add(len(attempts))
	for i, a := range attempts {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			answers[i], failures[i] = a.by.send(t.Context(), http.MethodPost, a.path, newKey(), a.body)
		})
	}
	done.Wait()
	created := 0
	for i, got := range answers {
		if failures[i] != nil {
			t.Fatal(failures[i])
		}
		if got.Status == http.StatusCreated {
			won, created = i, created+1
		}
	}
	if created != 1 {
		t.Fatalf("%d of %d won: %s, %s", created, len(answers), answers[0].Body, answers[1].Body)
	}
	return answers, won
}

// oneWinner has two clerks send the same return, and checks who got what.
func (s *server) oneWinner(t *testing.T, u unit, one, two client, told string) {
	t.Helper()
	maker := s.as("admin", vendor, 0)
	before := maker.look(u).Epoch
	answers, won := atOnce(t, attempt{one, "/v1/returns", returnOf(u, u.Receipt)}, attempt{two, "/v1/returns", returnOf(u, u.Receipt)})
	answers[1-won].refused(http.StatusConflict, told)
	var r taken
	answers[won].into(&r)
	if now := maker.look(u); now.Epoch != before+1 || now.State != "returned" {
		t.Errorf("%s: %+v after epoch %d, want one advance", u.Serial, now, before)
	}
	if got := []client{one, two}[won].returned(r.ID); got.Order == nil || got.Order.State != "open" {
		t.Errorf("%s: the winner's order: %+v", u.Serial, got)
	}
	if orders := s.count(`SELECT count(*) FROM reset_order o JOIN unit u USING (unit_id) WHERE u.serial = ? AND o.epoch = u.epoch`, u.Serial); orders != 1 {
		t.Errorf("%s: %d orders of this epoch, want one", u.Serial, orders)
	}
}
