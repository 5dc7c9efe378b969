package reset

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"quitclaim/service/lifecycle"
)

// finishFor is how long giving a lease back may take after the context ended.
const finishFor = 5 * time.Second

// end is how an attempt leaves its piece of work.
type end struct {
	next time.Time
	done bool // the order is over: never again
}

// do makes one attempt and gives the lease back, whatever happened.
func (w *Worker) do(ctx context.Context, work lifecycle.Work) Result {
	result := Result{Claimed: 1}
	// An attempt that outlives its lease would work beside its successor.
	limited, cancel := context.WithTimeout(ctx, w.config.Lease*3/4)
	defer cancel()
	ended, err := w.attempt(limited, work, &result)
	code := ""
	if err != nil {
		code = codeOf(err)
		ended = end{next: w.again(work, err)}
		if ctx.Err() != nil {
			// We were told to stop: whoever comes next need not wait.
			code, ended.next = codeCancelled, w.now()
		}
	}
	if err != nil && code != codeOvertaken && code != codeCancelled {
		result.Failed++
		level := slog.LevelWarn
		if code == codeRateLimited {
			level = slog.LevelDebug // it is what was agreed on
		}
		w.config.Log.LogAttrs(ctx, level, "attempt failed", slog.String("order", string(work.Order)),
			slog.String("cloud", work.Cloud), slog.String("code", code), slog.Int("attempt", work.Attempt))
	}
	w.finish(ctx, work, ended, code)
	return result
}

func (w *Worker) finish(ctx context.Context, work lifecycle.Work, ended end, code string) {
	owed := debt{work, ended, code}
	err := w.giveBack(ctx, owed)
	if err != nil && !errors.Is(err, lifecycle.ErrStale) {
		w.debts.add(owed)
		w.config.Log.LogAttrs(ctx, slog.LevelError, "cannot give work back yet", slog.String("order", string(work.Order)),
			slog.String("cloud", work.Cloud), slog.String("error", err.Error()))
	}
}

// giveBack ends a lease, even when ctx is over.
func (w *Worker) giveBack(ctx context.Context, owed debt) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishFor)
	defer cancel()
	return w.config.Store.FinishWork(ctx, owed.work, owed.ended.next.Truncate(time.Millisecond), owed.ended.done, owed.code)
}

// attempt works on one piece of work. A panic of an adapter becomes an error
// of this attempt.
func (w *Worker) attempt(ctx context.Context, work lifecycle.Work, result *Result) (ended end, err error) {
	defer func() {
		if recovered := recover(); recovered != nil {
			// The value may hold anything; its type and the stack do not.
			w.config.Log.LogAttrs(ctx, slog.LevelError, "adapter fell over", slog.String("cloud", work.Cloud),
				slog.String("type", fmt.Sprintf("%T", recovered)), slog.String("stack", string(debug.Stack())))
			err = errPanic
		}
	}()
	snapshot, err := w.config.Store.Snapshot(ctx, work.Unit)
	if err != nil {
		return end{}, fmt.Errorf("snapshot: %w", err)
	}
	if task, owed := snapshot.Deletion(lifecycle.BindingID(work.Order), work.Cloud); owed {
		return w.erase(ctx, work, snapshot, task, result)
	}
	order, open := snapshot.OpenOrder()
	if !open || order.ID != work.Order {
		return end{done: true, next: w.now()}, nil // a later advance made it pointless
	}
	if work.Cloud == "" {
		return w.own(ctx, work, order, result)
	}
	if err := w.pauses.check(work.Cloud, w.now()); err != nil {
		return end{}, err
	}
	peer, err := w.config.Clouds.Peer(work.Cloud)
	if err != nil {
		return end{}, err
	}
	a := &asking{worker: w, work: work, peer: peer, order: order, snapshot: snapshot, result: result}
	if err := a.run(ctx); err != nil {
		w.pauses.note(work.Cloud, w.now(), w.config.Slowest, err)
		return end{}, err
	}
	return a.end(), nil
}

// own is the order's own row: it closes the order when all is done, and looks
// again the more seldom the older it is.
func (w *Worker) own(ctx context.Context, work lifecycle.Work, order lifecycle.Order, result *Result) (end, error) {
	if !order.AllDone() {
		return end{next: w.now().Add(w.poll(w.now().Sub(order.OpenedAt)))}, nil
	}
	closed, err := w.close(ctx, work.Unit, order)
	if err != nil {
		return end{}, err
	}
	result.Closed += closed
	return end{done: true, next: w.now()}, nil
}

// close ends an order of which every task is done. Somebody else may have been
// faster: then it counts nothing.
func (w *Worker) close(ctx context.Context, unit lifecycle.UnitID, order lifecycle.Order) (int, error) {
	decide := lifecycle.Prove{Command: w.command(), Order: order.ID}.Decide
	if order.Kind == lifecycle.OrderCut {
		// Progress closes a cut order by itself; here it was a waiver that
		// did the last task.
		decide = lifecycle.Progress{Command: w.command(), Order: order.ID}.Decide
	}
	_, err := w.config.Store.Advance(ctx, unit, decide)
	if errors.Is(err, lifecycle.ErrStale) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("close order: %w", err)
	}
	w.config.Log.LogAttrs(ctx, slog.LevelInfo, "order closed", slog.String("order", string(order.ID)), slog.String("kind", string(order.Kind)))
	return 1, nil
}
