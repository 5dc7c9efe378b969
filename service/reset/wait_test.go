package reset

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// waiter is a worker whose jitter is what the test says.
func waiter(jitter float64) *Worker {
	return &Worker{
		config: Config{
			Now: func() time.Time { return noon }, Random: func() float64 { return jitter },
			Asks: 3, Slowest: time.Hour, Idle: 5 * time.Minute,
		},
		pauses: newPauses(),
	}
}

func TestBackOffDoublesUpToItsCap(t *testing.T) {
	t.Parallel()
	low, high := waiter(0), waiter(0.999999)
	var last time.Duration
	for attempt := 0; attempt < 80; attempt++ {
		shortest, longest := low.backOff(attempt), high.backOff(attempt)
		if shortest < last || shortest > longest || longest > time.Hour || shortest < firstWait/2 {
			t.Errorf("attempt %d waits between %s and %s, after %s", attempt, shortest, longest, last)
		}
		last = shortest
	}
	if low.backOff(1) != firstWait/2 || low.backOff(4) != 4*firstWait || last != 30*time.Minute {
		t.Errorf("waits %s, %s and in the end %s", low.backOff(1), low.backOff(4), last)
	}
}

func TestHowLongAnErrorWaits(t *testing.T) {
	t.Parallel()
	work := lifecycle.Work{Attempt: 3}
	cases := []struct {
		name     string
		err      error
		min, max time.Duration
	}{
		{"temporary", cloud.ErrTemporary, 2 * time.Second, 4 * time.Second},
		{"of no kind", errors.New("x"), 2 * time.Second, 4 * time.Second},
		{"gone", fmt.Errorf("x: %w", cloud.ErrGone), time.Hour, time.Hour},
		{"unknown", cloud.ErrUnknown, time.Hour, time.Hour},
		{"limited", &cloud.RateLimited{After: 20 * time.Second}, 20 * time.Second, 40 * time.Second},
		{"limited for ever", &cloud.RateLimited{After: 1 << 60}, time.Hour, time.Hour + time.Minute},
		{"limited for no time", &cloud.RateLimited{}, firstWait, 2 * firstWait},
		{"overtaken", lifecycle.ErrStale, overtakenFor, overtakenFor},
		{"no room in our own store", fmt.Errorf("x: %w", lifecycle.ErrBusy), noRoomFor, 2 * noRoomFor},
	}
	for _, c := range cases {
		for _, jitter := range []float64{0, 0.5, 0.999999} {
			wait := waiter(jitter).again(work, c.err).Sub(noon)
			if wait < c.min || wait > c.max {
				t.Errorf("%s: waits %s, want %s to %s", c.name, wait, c.min, c.max)
			}
		}
	}
}

func TestLooksGetRarer(t *testing.T) {
	t.Parallel()
	w := waiter(0)
	cases := []struct{ delay, asked, want time.Duration }{
		{30 * time.Second, 0, 30 * time.Second},
		{30 * time.Second, 30 * time.Second, 30 * time.Second},
		{30 * time.Second, 2 * time.Minute, time.Minute},
		{30 * time.Second, 100 * time.Hour, time.Hour},
		{0, 0, shortestLook},
	}
	for _, c := range cases {
		if got := w.lookAgain(c.delay, c.asked); got != c.want {
			t.Errorf("delay %s, asked %s ago: look again in %s, want %s", c.delay, c.asked, got, c.want)
		}
	}
}

func TestOwnRowPollsTheMoreSeldomTheOlderItIs(t *testing.T) {
	t.Parallel()
	w := waiter(0)
	for age, want := range map[time.Duration]time.Duration{
		0: shortestPoll, time.Minute: 15 * time.Second, time.Hour: 5 * time.Minute, 1000 * time.Hour: 5 * time.Minute,
	} {
		if got := w.poll(age); got != want {
			t.Errorf("at the age of %s it polls in %s, want %s", age, got, want)
		}
	}
}

func TestPauses(t *testing.T) {
	t.Parallel()
	p := newPauses()
	p.note("a", noon, time.Hour, cloud.ErrTemporary)
	if err := p.check("a", noon); err != nil {
		t.Errorf("a temporary error makes nobody wait: %v", err)
	}
	p.note("a", noon, time.Hour, fmt.Errorf("x: %w", &cloud.RateLimited{After: time.Minute}))
	var limited *cloud.RateLimited
	if err := p.check("a", noon.Add(20*time.Second)); !errors.As(err, &limited) || limited.After != 40*time.Second {
		t.Errorf("after 20 s: %v", err)
	}
	if p.check("a", noon.Add(time.Minute)) != nil || p.check("b", noon) != nil {
		t.Error("the pause is too long, or for everybody")
	}
	p.note("a", noon, time.Hour, &cloud.RateLimited{After: 1 << 60})
	if err := p.check("a", noon.Add(time.Hour)); err != nil {
		t.Errorf("a cloud can close itself for longer than we grant: %v", err)
	}
}
