package facts

import (
	"errors"
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// Even runs the statements that a load leaves out where there is nothing to
// read: the lists that a unit never had, and everything of a unit that is not
// there. So whoever hears that a unit is none of theirs hears it after the same
// work, whether it is somebody's or nobody's (DESIGN section 7).
func (r Record) Even(tx *engine.Tx, now time.Time) error {
	id := r.Unit.ID
	for _, left := range []struct {
		out  bool
		read func() error
	}{
		{!r.has(hasBindings), reading(func() (any, error) { return presentBindings(tx, id, now) })},
		{!r.has(hasOffers), reading(func() (any, error) { return pendingOffers(tx, id) })},
		{!r.has(hasHolds), reading(func() (any, error) { return standingHolds(tx, id) })},
		{!r.has(hasDeletions), reading(func() (any, error) { return owedDeletions(tx, id) })},
		{!r.has(hasSightings), reading(func() (any, error) { return sightings(tx, id) })},
		{!r.has(hasProbes), reading(func() (any, error) { return probes(tx, id) })},
		{!r.has(hasReport), reading(func() (any, error) { return report(tx, id) })},
		{!r.has(hasCredentials), reading(func() (any, error) { return credentials(tx, id) })},
		{r.newest.ret == "", reading(func() (any, error) { return Return(tx, id, "") })},
		{r.newest.order == "", reading(func() (any, error) { return Order(tx, id, "") })},
		{r.newest.order == "", reading(func() (any, error) { return tasks(tx, id, "") })},
		{r.newest.order == "", reading(func() (any, error) { return attestations(tx, id, "") })},
		{r.newest.sale == "", reading(func() (any, error) { return Sale(tx, id, "") })},
		{r.newest.certificate == "", reading(func() (any, error) { return Certificate(tx, id, "") })},
		{r.newest.shipment == "", reading(func() (any, error) { return shipment(tx, id, "") })},
		{id == "", func() error { return r.Stands(tx) }},
	} {
		if !left.out {
			continue
		}
		if err := left.read(); err != nil {
			return fmt.Errorf("read what is not there: %w", err)
		}
	}
	return nil
}

// reading drops what was read, and that there was nothing.
func reading(read func() (any, error)) func() error {
	return func() error {
		if _, err := read(); !errors.Is(err, lifecycle.ErrNotFound) {
			return err
		}
		return nil
	}
}
