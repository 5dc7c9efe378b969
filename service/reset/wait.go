package reset

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

const (
	firstWait    = time.Second     // after the first attempt that failed
	shortestLook = time.Second     // between an ask and the first look
	overtakenFor = time.Second     // after somebody else changed the order's tasks
	noRoomFor    = time.Second     // after our own store had no room, which is no cloud's fault
	shortestPoll = 2 * time.Second // of an order's own row
)

// again is when work comes again after an error.
func (w *Worker) again(work lifecycle.Work, err error) time.Time {
	wait := w.backOff(work.Attempt)
	var limited *cloud.RateLimited
	switch {
	case errors.As(err, &limited):
		// A cloud may ask for patience, not for ever. Spread, so that not all
		// come back at once.
		wait = min(max(limited.After, firstWait), w.config.Slowest)
		wait += time.Duration(w.config.Random() * float64(min(wait, time.Minute)))
	case errors.Is(err, cloud.ErrGone), errors.Is(err, cloud.ErrUnknown):
		wait = w.config.Slowest
	case errors.Is(err, lifecycle.ErrStale):
		wait = overtakenFor
	case errors.Is(err, lifecycle.ErrBusy):
		wait = noRoomFor + time.Duration(w.config.Random()*float64(noRoomFor))
	}
	return w.now().Add(wait)
}

// backOff doubles with each attempt up to the slowest pace; half of it is
// jitter, so that units that failed together do not come back together.
func (w *Worker) backOff(attempt int) time.Duration {
	wait := w.config.Slowest
	if doublings := attempt - 1; doublings < 30 {
		wait = min(firstWait<<max(doublings, 0), w.config.Slowest)
	}
	return wait/2 + time.Duration(w.config.Random()*float64(wait/2))
}

// lookAgain is how long to wait for the effect of what was asked so long ago:
// at first the cloud's delay, then half as long again each time. The present
// wait follows from the time of the first ask alone, so it survives a restart.
func (w *Worker) lookAgain(delay, asked time.Duration) time.Duration {
	return min(max(delay, shortestLook, asked/2), w.config.Slowest)
}

// poll is how long an order's own row waits at this age.
func (w *Worker) poll(age time.Duration) time.Duration {
	return min(max(shortestPoll, age/4), w.config.Idle)
}

// ineffective reports whether an ask of so long ago should have shown an
// effect: as many delays went by as asks were made.
func (w *Worker) ineffective(delay, asked time.Duration) bool {
	return asked >= time.Duration(w.config.Asks)*max(delay, shortestLook)
}

// pauses remembers which clouds asked for patience, so that their other units
// do not come knocking meanwhile.
type pauses struct {
	mu    sync.Mutex
	until map[string]time.Time // by cloud; as many as there are clouds
}

func newPauses() *pauses { return &pauses{until: map[string]time.Time{}} }

// note takes down a cloud's wish for patience, up to the longest we grant.
func (p *pauses) note(cloudName string, now time.Time, longest time.Duration, err error) {
	var limited *cloud.RateLimited
	if !errors.As(err, &limited) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until[cloudName] = now.Add(min(limited.After, longest))
}

// check is a *cloud.RateLimited while the cloud's patience lasts.
func (p *pauses) check(cloudName string, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait := p.until[cloudName].Sub(now); wait > 0 {
		return fmt.Errorf("cloud %s rests: %w", cloudName, &cloud.RateLimited{After: wait})
	}
	return nil
}
