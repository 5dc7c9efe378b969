package access

import (
	"container/list"
	"fmt"
	"sync"
	"time"

	"quitclaim/service/lifecycle"
)

// ThrottleConfig sets a throttle. Zero values are the defaults.
type ThrottleConfig struct {
	Now    func() time.Time
	Free   int           // attempts without waiting; default 5
	Base   time.Duration // the first wait, doubled by each further attempt; default 1 s
	Max    time.Duration // the longest wait; default 15 min
	Forget time.Duration // a key rests this long and is new again; default 1 h
	Keys   int           // keys remembered; default 10,000, the longest untouched goes first
}

// Attempts is what a throttle remembers of one key. The zero value is a key
// that was never seen.
type Attempts struct {
	Count  int
	Last   time.Time
	Until  time.Time // it has to wait until then
	Forget time.Time // it is new again from then on
}

// Throttle slows down whoever guesses: per key (an address, a client), each
// attempt past the free ones doubles the wait. It counts an attempt before its
// outcome is known, so that parallel guesses do not slip through together. It
// lives in this process alone; SharedThrottle does not.
type Throttle struct {
	config ThrottleConfig

	mu   sync.Mutex // guards what follows
	keys map[string]*list.Element
	age  *list.List // of *remembered; most recently touched first
}

type remembered struct {
	key string
	Attempts
}

// NewThrottle is an empty throttle.
func NewThrottle(config ThrottleConfig) *Throttle {
	return &Throttle{config: config.orDefaults(), keys: map[string]*list.Element{}, age: list.New()}
}

func (c ThrottleConfig) orDefaults() ThrottleConfig {
	c.Free = orDefault(c.Free, 5)
	c.Keys = orDefault(c.Keys, 10_000)
	c.Base = orDuration(c.Base, time.Second)
	c.Max = orDuration(c.Max, 15*time.Minute)
	c.Forget = orDuration(c.Forget, time.Hour)
	return c
}

// Attempt counts one attempt for the key. It is a *Throttled while the key has
// to wait; a refused attempt does not lengthen the wait.
func (t *Throttle) Attempt(key string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	a := t.touch(key)
	next, err := t.config.attempt(a.Attempts, t.config.Now())
	a.Attempts = next
	return err
}

// Clear forgets the key: the attempt succeeded.
func (t *Throttle) Clear(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if element, ok := t.keys[key]; ok {
		t.age.Remove(element)
		delete(t.keys, key)
	}
}

// Forgive takes back one attempt of the key, which turned out to be right.
// Unlike Clear it leaves the others: one good name among a thousand bad ones
// does not excuse them.
func (t *Throttle) Forgive(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if element, ok := t.keys[key]; ok {
		a := element.Value.(*remembered)
		a.Attempts = t.config.forgive(a.Attempts)
	}
}

func (t *Throttle) touch(key string) *remembered {
	if element, ok := t.keys[key]; ok {
		t.age.MoveToFront(element)
		return element.Value.(*remembered)
	}
	if t.age.Len() >= t.config.Keys {
		oldest := t.age.Back()
		delete(t.keys, t.age.Remove(oldest).(*remembered).key)
	}
	a := &remembered{key: key}
	t.keys[key] = t.age.PushFront(a)
	return a
}

// attempt counts one attempt, or says how long to wait.
func (c ThrottleConfig) attempt(a Attempts, now time.Time) (Attempts, error) {
	if !now.Before(a.Forget) {
		a = Attempts{}
	}
	// Nobody is told to wait longer than Max, so a longer wait comes of a clock
	// that went back, and is not held against anybody.
	if wait := a.Until.Sub(now); wait > 0 && wait <= c.Max {
		return a, &Throttled{Wait: wait}
	}
	a.Count++
	a.Last, a.Forget = now, now.Add(c.Forget)
	if over := a.Count - c.Free; over >= 0 {
		a.Until = now.Add(c.wait(over))
	}
	return a, nil
}

// forgive takes one attempt back.
func (c ThrottleConfig) forgive(a Attempts) Attempts {
	a.Count = max(a.Count-1, 0)
	a.Until = time.Time{}
	if over := a.Count - c.Free; over >= 0 {
		a.Until = a.Last.Add(c.wait(over))
	}
	return a
}

func (c ThrottleConfig) wait(over int) time.Duration {
	wait := c.Base
	for range over {
		if wait *= 2; wait >= c.Max {
			return c.Max
		}
	}
	return wait
}

// Throttled says how long to wait. It matches lifecycle.ErrThrottled.
type Throttled struct {
	Wait time.Duration
}

// Error says how long to wait.
func (e *Throttled) Error() string {
	return fmt.Sprintf("%v: wait %s", lifecycle.ErrThrottled, e.Wait)
}

// Is makes errors.Is(err, lifecycle.ErrThrottled) true.
func (e *Throttled) Is(target error) bool { return target == lifecycle.ErrThrottled }

// RetryAfter is the wait; service/web sends it as Retry-After.
func (e *Throttled) RetryAfter() time.Duration { return e.Wait }

func orDuration(value, fallback time.Duration) time.Duration {
	if value == 0 {
		return fallback
	}
	return value
}
