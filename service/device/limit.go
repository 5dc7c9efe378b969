package device

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Limits bounds how often anybody may ask. Zero values are the defaults.
type Limits struct {
	// UnitRate is how many requests a second one unit may make from one
	// network, after a burst. By network, for else a stranger who knows the
	// serial could keep the unit itself from being heard. Default 2 and 20.
	UnitRate, UnitBurst int
	// NetworkRate is how many requests a second may come from one network,
	// after a burst: a bench has many units behind one address. Default 50
	// and 500.
	NetworkRate, NetworkBurst int
	// Remembered bounds the memory: so many units and so many networks, the
	// longest silent goes first. Default 20,000.
	Remembered int
}

func (l Limits) orDefaults() Limits {
	defaulted := func(value *int, fallback int) {
		if *value <= 0 {
			*value = fallback
		}
	}
	defaulted(&l.UnitRate, 2)
	defaulted(&l.UnitBurst, 20)
	defaulted(&l.NetworkRate, 50)
	defaulted(&l.NetworkBurst, 500)
	defaulted(&l.Remembered, 20_000)
	return l
}

// limiter keeps a bucket of tokens per unit and network, and per network.
type limiter struct {
	now      func() time.Time
	units    *buckets
	networks *buckets
}

func newLimiter(limits Limits, now func() time.Time) *limiter {
	limits = limits.orDefaults()
	return &limiter{
		now:      now,
		units:    newBuckets(limits.UnitRate, limits.UnitBurst, limits.Remembered),
		networks: newBuckets(limits.NetworkRate, limits.NetworkBurst, limits.Remembered),
	}
}

// allow takes a token of each, or says how long to wait. It is asked before
// anything is looked up, so its answer tells nothing about the unit.
func (l *limiter) allow(key lifecycle.UnitKey, network string) error {
	now := l.now()
	if err := l.networks.take(network, now); err != nil {
		return err
	}
	return l.units.take(key.String()+"\x00"+network, now)
}

// buckets holds the most recently used token buckets.
type buckets struct {
	rate, burst, most int

	mu  sync.Mutex // guards what follows
	all map[string]*list.Element
	age *list.List // of *bucket; most recently used first
}

type bucket struct {
	key    string
	tokens *rate.Limiter
}

func newBuckets(perSecond, burst, most int) *buckets {
	return &buckets{rate: perSecond, burst: burst, most: most, all: map[string]*list.Element{}, age: list.New()}
}

// take is an *access.Throttled where the key's bucket is empty.
func (b *buckets) take(key string, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	reservation := b.bucket(key).tokens.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait <= 0 {
		return nil
	}
	reservation.CancelAt(now)
	return &access.Throttled{Wait: wait}
}

func (b *buckets) bucket(key string) *bucket {
	if element, ok := b.all[key]; ok {
		b.age.MoveToFront(element)
		return element.Value.(*bucket)
	}
	if b.age.Len() >= b.most {
		oldest := b.age.Back()
		delete(b.all, b.age.Remove(oldest).(*bucket).key)
	}
	made := &bucket{key: key, tokens: rate.NewLimiter(rate.Limit(b.rate), b.burst)}
	b.all[key] = b.age.PushFront(made)
	return made
}
