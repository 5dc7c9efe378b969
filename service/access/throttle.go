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

// Throttle slows down whoever guesses: per key (an address, a client), each
// attempt past the free ones doubles the wait. It counts an attempt before its
// outcome is known, so that parallel guesses do not slip through together. It
// lives in this process alone.
type Throttle struct {
	config ThrottleConfig

	mu   sync.Mutex // guards what follows
	keys map[string]*list.Element
	age  *list.List // of *attempts; most recently touched first
}

type attempts struct {
	key   string
	count int
	last  time.Time
	until time.Time
}

// NewThrottle is an empty throttle.
func NewThrottle(config ThrottleConfig) *Throttle {
	config.Free = orDefault(config.Free, 5)
	config.Keys = orDefault(config.Keys, 10_000)
	config.Base = orDuration(config.Base, time.Second)
	config.Max = orDuration(config.Max, 15*time.Minute)
	config.Forget = orDuration(config.Forget, time.Hour)
	return &Throttle{config: config, keys: map[string]*list.Element{}, age: list.New()}
}

// Attempt counts one attempt for the key. It is a *Throttled while the key has
// to wait; a refused attempt does not lengthen the wait.
func (t *Throttle) Attempt(key string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.config.Now()
	a := t.touch(key, now)
	if wait := a.until.Sub(now); wait > 0 {
		return &Throttled{Wait: wait}
	}
	a.count++
	a.last = now
	if over := a.count - t.config.Free; over >= 0 {
		a.until = now.Add(t.wait(over))
	}
	return nil
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
	element, ok := t.keys[key]
	if !ok {
		return
	}
	a := element.Value.(*attempts)
	a.count = max(a.count-1, 0)
	a.until = time.Time{}
	if over := a.count - t.config.Free; over >= 0 {
		a.until = a.last.Add(t.wait(over))
	}
}

func (t *Throttle) touch(key string, now time.Time) *attempts {
	if element, ok := t.keys[key]; ok {
		t.age.MoveToFront(element)
		a := element.Value.(*attempts)
		if now.Sub(a.last) >= t.config.Forget {
			*a = attempts{key: key}
		}
		return a
	}
	if t.age.Len() >= t.config.Keys {
		oldest := t.age.Back()
		delete(t.keys, t.age.Remove(oldest).(*attempts).key)
	}
	a := &attempts{key: key}
	t.keys[key] = t.age.PushFront(a)
	return a
}

func (t *Throttle) wait(over int) time.Duration {
	wait := t.config.Base
	for range over {
		if wait *= 2; wait >= t.config.Max {
			return t.config.Max
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
