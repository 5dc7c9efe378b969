package story

import (
	"net/http"
	"slices"
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

// oneWinner has two clerks send the same return, and checks who got what.
func (s *server) oneWinner(t *testing.T, u unit, one, two client, told string) {
	t.Helper()
	maker := s.as("admin", vendor, 0)
	before := maker.look(u).Epoch
	clerks := []client{one, two}
	answers, failures := make([]answer, 2), make([]error, 2)
	var ready, done sync.WaitGroup
	ready.Add(2)
	for i, clerk := range clerks {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			answers[i], failures[i] = clerk.send(t.Context(), http.MethodPost, "/v1/returns", newKey(), returnOf(u, u.Receipt))
		})
	}
	done.Wait()
	won := slices.IndexFunc(answers, func(a answer) bool { return a.Status == http.StatusCreated })
	if won < 0 || failures[0] != nil || failures[1] != nil {
		t.Fatalf("%s: %v %s, %v %s", u.Serial, failures[0], answers[0].Body, failures[1], answers[1].Body)
	}
	answers[1-won].refused(http.StatusConflict, told)
	var r taken
	answers[won].into(&r)
	if now := maker.look(u); now.Epoch != before+1 || now.State != "returned" {
		t.Errorf("%s: %+v after epoch %d, want one advance", u.Serial, now, before)
	}
	if got := clerks[won].returned(r.ID); got.Order == nil || got.Order.State != "open" {
		t.Errorf("%s: the winner's order: %+v", u.Serial, got)
	}
	if orders := s.count(`SELECT count(*) FROM reset_order o JOIN unit u USING (unit_id) WHERE u.serial = ? AND o.epoch = u.epoch`, u.Serial); orders != 1 {
		t.Errorf("%s: %d orders of this epoch, want one", u.Serial, orders)
	}
}
