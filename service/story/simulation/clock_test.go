package simulation

import (
	"testing"
	"time"

	"quitclaim/service/lifecycle"
)

// Found by a seed: the clock is put back while somebody has a unit, and what
// ends their binding then is older than the binding. No cloud may take that for
// a reason to keep them.
func TestAClockThatIsPutBackLeavesNobodyInAnyCloud(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*world, *unitCamera){
		"release":    func(w *world, c *unitCamera) { w.releases(c) },
		"return":     func(w *world, c *unitCamera) { w.takesBack(c) },
		"hard reset": func(w *world, c *unitCamera) { w.device(c, "presses", func() { w.presses(c) }) },
		"transfer": func(w *world, c *unitCamera) {
			w.offers(c)
			w.calm()
			w.device(c, "renews", func() {
				w.makes(c)
				w.speaks(c, "", false)
			})
			w.calm()
			w.device(c, "is late", func() { w.late(c) })
			w.calm()
			w.answersOffer(c)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := raise(t, 1, 0, bug{})
			w.plan, w.honest = plan{parallel: 1}, true
			c := w.cameras[0]
			w.register(c)
			w.until(c, lifecycle.StateSold, func() { w.sells(c) })
			w.device(c, "speaks", func() { w.speaks(c, "", false) })
			w.until(c, lifecycle.StateBound, func() { w.binds(c, c.holder) })
			w.clock.add(-time.Hour)
			epoch := w.watch.of(c.id).era
			for range 100 {
				if w.watch.of(c.id).era == epoch {
					end(w, c)
					w.calm()
				}
			}
			if w.watch.of(c.id).era == epoch {
				t.Fatal("it did not end")
			}
			w.settle()
			if w.wrong != "" {
				t.Errorf("%s\n%s", w.wrong, w.ending(40))
			}
			if err := w.house.store.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// calm lets everything under way come to its end, and a second pass.
func (w *world) calm() {
	w.drain()
	w.watch.look()
	w.clock.add(time.Second)
	w.step++
}

// until tries until the unit is in the state.
func (w *world) until(c *unitCamera, state lifecycle.State, try func()) {
	w.t.Helper()
	w.calm()
	for range 100 {
		if w.watch.of(c.id).place == state {
			return
		}
		try()
		w.calm()
	}
	w.t.Fatalf("%s is not %s after 100 tries", c.key, state)
}
