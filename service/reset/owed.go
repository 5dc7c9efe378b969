package reset

import (
	"context"
	"errors"
	"sync"

	"quitclaim/service/lifecycle"
)

// debt is a lease that the store had no room to take back.
type debt struct {
	work  lifecycle.Work
	ended end
	code  string
}

// debtsHeld bounds how many are remembered. One that does not fit runs out by
// itself.
const debtsHeld = 1024

// debts are what could not be given back yet. Without them a unit that was
// being worked at when the disk was full would wait for its lease to run out,
// long after there is room again.
type debts struct {
	mu   sync.Mutex
	list []debt
}

func (d *debts) add(more ...debt) {
	d.mu.Lock()
	defer d.mu.Unlock()
	room := max(0, debtsHeld-len(d.list))
	d.list = append(d.list, more[:min(room, len(more))]...)
}

func (d *debts) take() []debt {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := d.list
	d.list = nil
	return list
}

// repay gives back what is owed, and keeps what the store still cannot take.
func (w *Worker) repay(ctx context.Context) {
	list := w.debts.take()
	for i, owed := range list {
		err := w.giveBack(ctx, owed)
		if err == nil || errors.Is(err, lifecycle.ErrStale) { // somebody else has it now
			continue
		}
		w.debts.add(list[i:]...)
		return
	}
}
