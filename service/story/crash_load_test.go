package story

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"
)

// load is many cameras on their way at the same time, and what their people
// were told.
type load struct {
	t             *testing.T
	s             *server
	record        *record
	witness       *witness
	lives         []*life
	steps         []step
	hands         int // requests under way at the same time
	refused, lost count
}

// count is a number that goroutines add to.
type count struct {
	mu sync.Mutex
	n  int
}

func (c *count) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
}

func (c *count) get() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

func newLoad(t *testing.T, s *server, lives int) *load {
	t.Helper()
	l := &load{t: t, s: s, record: newRecord(t), witness: newWitness(t, s), steps: way(), hands: min(8, lives)}
	for range lives {
		l.lives = append(l.lives, newLife(t, s))
	}
	return l
}

// run works until ctx ends. What the server does not answer stays pending, to
// be sent again by settle.
func (l *load) run(ctx context.Context) {
	var all sync.WaitGroup
	for hand := range l.hands {
		all.Go(func() {
			for ctx.Err() == nil && !l.t.Failed() {
				done := 0
				for at := hand; at < len(l.lives) && ctx.Err() == nil; at += l.hands {
					// What was sent is waited for: a client that hangs up is another story.
					if l.go1(context.WithoutCancel(ctx), l.lives[at]) {
						done++
					}
				}
				if done == 0 { // all wait for clouds, or the server is away
					select {
					case <-time.After(50 * time.Millisecond):
					case <-ctx.Done():
					}
				}
			}
		})
	}
	all.Go(func() { l.witness.watch(ctx) })
	all.Wait()
}

// go1 takes a life one step on, if it can, and reports whether something was
// done.
func (l *load) go1(ctx context.Context, life *life) bool {
	if life.pending == nil {
		made, err := l.next(ctx, life)
		if err != nil {
			l.complain(life, err)
			return false
		}
		if made == nil {
			return false
		}
		life.pending = made
	}
	_, err := l.send(ctx, life)
	if err != nil {
		l.complain(life, err)
	}
	return err == nil
}

// next is the deed that the life wants to have done now, or none yet.
func (l *load) next(ctx context.Context, life *life) (*deed, error) {
	for range len(l.steps) {
		at := l.steps[life.at]
		if at.ready != nil {
			ready, err := at.ready(ctx, life)
			if errors.Is(err, errOver) {
				life.at = (life.at + 1) % len(l.steps)
				continue
			}
			if err != nil || !ready {
				return nil, err
			}
		}
		made := at.deed(life)
		made.key, made.event = newKey(), at.event
		return &made, nil
	}
	return nil, nil
}

// send sends what is pending. Only when its whole answer was read, and says
// yes, does it count as told.
func (l *load) send(ctx context.Context, life *life) (answer, error) {
	d := *life.pending
	got, err := d.by.send(ctx, http.MethodPost, d.path, d.key, d.body)
	if err != nil {
		l.lost.add()
		return got, err
	}
	if got.Status != d.status {
		return got, answered{got}
	}
	kept, err := l.record.keep(life.unit, d, got.Body)
	if err != nil {
		return got, err
	}
	life.pending = nil
	life.told = append(life.told, kept)
	if learn := l.steps[life.at].learn; learn != nil {
		if err := learn(life, got.Body); err != nil {
			return got, err
		}
	}
	if !l.steps[life.at].again {
		life.at = (life.at + 1) % len(l.steps)
	}
	return got, nil
}

// complain counts what a server may say that is about to die, or has no room,
// and fails the test on anything else.
func (l *load) complain(life *life, err error) {
	var got answered
	switch {
	case !errors.As(err, &got): // no answer
		return
	case got.Status == http.StatusServiceUnavailable:
		l.refused.add()
		if got.Header.Get("Retry-After") == "" || got.problem().Code != "busy" {
			l.t.Errorf("%s: busy without a word: %v %s", got.what, got.Header, got.Body)
		}
		return
	case got.throttled(), got.Status == http.StatusConflict && got.problem().Code == "in-flight":
		return
	}
	l.t.Errorf("%s at %s: %v", life.unit.Serial, l.steps[life.at].event, err)
}
