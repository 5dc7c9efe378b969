package cloudtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// clock is a clock that moves when it is told to.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world is a fixture over Memory, whose cloud is what bend makes of it.
func world(bend func(*Memory) cloud.Cloud) Fixture {
	clock := newClock()
	const delay = 30 * time.Second
	memory := NewMemory(clock.now, delay)
	script := NewScript(bend(memory))
	var mu sync.Mutex
	var next Fault
	script.Always(func(ctx context.Context, call func() error) error {
		mu.Lock()
		fault := next
		next = nil
		mu.Unlock()
		if fault == nil {
			return call()
		}
		return fault(ctx, call)
	})
	arm := func(fault Fault) {
		mu.Lock()
		defer mu.Unlock()
		next = fault
	}
	return Fixture{
		Cloud: script, Delay: delay, Now: clock.now, Pass: clock.pass,
		Unit:  Subject{ID: "unt_a", Key: lifecycle.UnitKey{Brand: "acme", Serial: "A-0001"}},
		Other: Subject{ID: "unt_b", Key: lifecycle.UnitKey{Brand: "acme", Serial: "A-0002"}},
		Bind:  memory.Bind, Session: memory.Session, Record: memory.Record,
		Lose: func() { arm(Lose) },
		Break: func(string) {
			arm(func(context.Context, func() error) error { return fmt.Errorf("status 500: %w", cloud.ErrTemporary) })
		},
	}
}

func TestMemoryIsHonest(t *testing.T) {
	t.Parallel()
	Run(t, func(*testing.T) Fixture { return world(func(m *Memory) cloud.Cloud { return m }) })
}

func TestCloudThatHearsEverythingTwiceIsHonest(t *testing.T) {
	t.Parallel()
	Run(t, func(*testing.T) Fixture {
		return world(func(m *Memory) cloud.Cloud {
			script := NewScript(m)
			script.Always(Twice)
			return script
		})
	})
}

// bent replaces single verbs of a cloud.
type bent struct {
	cloud.Cloud
	unbind    func(context.Context, cloud.Request) error
	revoke    func(context.Context, cloud.Request) error
	detach    func(context.Context, cloud.Request) error
	rotate    func(context.Context, cloud.Request) error
	cut       func(context.Context, cloud.Request) error
	delete    func(context.Context, cloud.Request) error
	notify    func(context.Context, cloud.Request) (cloud.Notice, error)
	inventory func(context.Context, cloud.Request) (cloud.Inventory, error)
	preflight func(context.Context, cloud.Request) (cloud.Preflight, error)
	probe     func(context.Context, cloud.Request) (cloud.Probe, error)
}

func (b bent) Unbind(ctx context.Context, r cloud.Request) error {
	return either(b.unbind, b.Cloud.Unbind)(ctx, r)
}

func (b bent) Revoke(ctx context.Context, r cloud.Request) error {
	return either(b.revoke, b.Cloud.Revoke)(ctx, r)
}

func (b bent) Detach(ctx context.Context, r cloud.Request) error {
	return either(b.detach, b.Cloud.Detach)(ctx, r)
}

func (b bent) Rotate(ctx context.Context, r cloud.Request) error {
	return either(b.rotate, b.Cloud.Rotate)(ctx, r)
}

func (b bent) Cut(ctx context.Context, r cloud.Request) error {
	return either(b.cut, b.Cloud.Cut)(ctx, r)
}

func (b bent) Delete(ctx context.Context, r cloud.Request) error {
	return either(b.delete, b.Cloud.Delete)(ctx, r)
}

func (b bent) Notify(ctx context.Context, r cloud.Request) (cloud.Notice, error) {
	return eitherOf(b.notify, b.Cloud.Notify)(ctx, r)
}

func (b bent) Inventory(ctx context.Context, r cloud.Request) (cloud.Inventory, error) {
	return eitherOf(b.inventory, b.Cloud.Inventory)(ctx, r)
}

func (b bent) Preflight(ctx context.Context, r cloud.Request) (cloud.Preflight, error) {
	return eitherOf(b.preflight, b.Cloud.Preflight)(ctx, r)
}

func (b bent) Probe(ctx context.Context, r cloud.Request) (cloud.Probe, error) {
	return eitherOf(b.probe, b.Cloud.Probe)(ctx, r)
}

func either(bent, straight func(context.Context, cloud.Request) error) func(context.Context, cloud.Request) error {
	if bent != nil {
		return bent
	}
	return straight
}

func eitherOf[T any](bent, straight func(context.Context, cloud.Request) (T, error)) func(context.Context, cloud.Request) (T, error) {
	if bent != nil {
		return bent
	}
	return straight
}

// TestSuiteCatches holds the suite to its word: each dishonest cloud fails the
// check that is there for it.
func TestSuiteCatches(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		fails string
		bend  func(*Memory) cloud.Cloud
	}{
		{"an unbind that does nothing", "unbind ends what is older and leaves what is newer", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, unbind: nothing}
		}},
		{"an unbind that ends newer links", "unbind ends what is older and leaves what is newer", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, unbind: func(ctx context.Context, r cloud.Request) error {
				r.Before = r.Before.Add(time.Hour)
				return m.Unbind(ctx, r)
			}}
		}},
		{"an unbind of another unit too", "nothing but the asked unit changes", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, unbind: func(ctx context.Context, r cloud.Request) error {
				first := m.Unbind(ctx, r)
				r.Unit = "unt_b"
				return errors.Join(first, m.Unbind(ctx, r))
			}}
		}},
		{"a revoke that takes the owner along", "revoke ends older partners alone", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, revoke: m.Unbind}
		}},
		{"a detach that does nothing", "detach puts older recordings out of reach", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, detach: nothing}
		}},
		{"a delete that does nothing", "delete deletes what lies within its bounds and nothing else", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, delete: nothing}
		}},
		{"a delete of an earlier owner's, too", "delete deletes what lies within its bounds and nothing else", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, delete: func(ctx context.Context, r cloud.Request) error {
				r.From = time.Time{}
				return m.Delete(ctx, r)
			}}
		}},
		{"a delete of a later owner's, too", "delete deletes what lies within its bounds and nothing else", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, delete: func(ctx context.Context, r cloud.Request) error {
				r.Before = r.Before.Add(time.Hour)
				return m.Delete(ctx, r)
			}}
		}},
		{"a rotate that does nothing", "rotate makes a newer credential", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, rotate: nothing}
		}},
		{"a rotate at each repeat", "a repeat does no more", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, rotate: func(_ context.Context, r cloud.Request) error {
				m.change(r.Unit, func(u *unit) { u.credential = later(u.credential, r.Before) })
				return nil
			}}
		}},
		{"a cut of everything", "cut ends older sessions", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, cut: func(_ context.Context, r cloud.Request) error {
				m.change(r.Unit, func(u *unit) { u.sessions = nil })
				return nil
			}}
		}},
		{"a notice at each repeat", "notify is taken on once", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, notify: func(context.Context, cloud.Request) (cloud.Notice, error) {
				return cloud.Notice{ID: m.now().String()}, nil
			}}
		}},
		{"a notice without an id", "notify is taken on once", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, notify: func(context.Context, cloud.Request) (cloud.Notice, error) { return cloud.Notice{}, nil }}
		}},
		{"an inventory by name", "inventory hides account names", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, inventory: func(context.Context, cloud.Request) (cloud.Inventory, error) {
				return cloud.Inventory{Links: []cloud.Link{{AccountHash: oldOwner, Kind: lifecycle.BindingOwner}}}, nil
			}}
		}},
		{"an inventory that is always empty", "inventory lists what is bound", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, inventory: func(context.Context, cloud.Request) (cloud.Inventory, error) {
				return cloud.Inventory{}, nil
			}}
		}},
		{"a preflight that unbinds", "reading changes nothing", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, preflight: func(ctx context.Context, r cloud.Request) (cloud.Preflight, error) {
				return cloud.Preflight{}, m.Unbind(ctx, r)
			}}
		}},
		{"a probe that says dark", "probe tells the truth before and after", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, probe: func(context.Context, cloud.Request) (cloud.Probe, error) { return cloud.Probe{}, nil }}
		}},
		{"an unbind whose repeat begins anew", "a repeat does no more", func(m *Memory) cloud.Cloud {
			return bent{Cloud: m, unbind: func(_ context.Context, r cloud.Request) error {
				m.change(r.Unit, func(u *unit) {
					for i := range u.links {
						u.links[i].goneAt = m.now().Add(m.delay)
					}
				})
				return nil
			}}
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, check := range checks() {
				if check.name != c.fails {
					continue
				}
				if err := check.run(t.Context(), world(c.bend)); err == nil {
					t.Errorf("%q let it pass", c.fails)
				}
				return
			}
			t.Fatalf("there is no check %q", c.fails)
		})
	}
}

func TestSuiteCatchesLooseTongues(t *testing.T) {
	t.Parallel()
	f := world(func(m *Memory) cloud.Cloud { return m })
	loose := NewScript(f.Cloud)
	f.Cloud = loose
	f.Break = func(secret string) {
		loose.Always(func(context.Context, func() error) error {
			return fmt.Errorf("%s: %w", secret, cloud.ErrTemporary)
		})
	}
	if err := errorsAreClean(t.Context(), f); err == nil {
		t.Error("an error that tells a serial passed")
	}
	f.Break = func(string) {
		loose.Always(func(context.Context, func() error) error { return errors.New("boom") })
	}
	if err := errorsAreClean(t.Context(), f); err == nil {
		t.Error("an error of no kind passed")
	}
}

func TestSuiteCatchesInventedAnswers(t *testing.T) {
	t.Parallel()
	f := world(func(m *Memory) cloud.Cloud { return m })
	f.Lose = func() {} // the answer arrives although it was lost: an adapter that swallows errors
	if err := lostAnswer(t.Context(), f); err == nil {
		t.Error("a swallowed error passed")
	}
	deaf := world(func(m *Memory) cloud.Cloud {
		return bent{Cloud: m, cut: func(_ context.Context, r cloud.Request) error { return m.Cut(context.Background(), r) }}
	})
	if err := contextEnds(t.Context(), deaf); err == nil {
		t.Error("a call past its time passed")
	}
}

func nothing(ctx context.Context, _ cloud.Request) error { return ctx.Err() }

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a.Add(time.Second)
}
