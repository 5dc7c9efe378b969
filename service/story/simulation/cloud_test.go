package simulation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// cloudDelay is how long both clouds may show the old picture.
const cloudDelay = 20 * time.Second

// liar stands before a cloud. It lies, loses, delays, repeats and reorders.
type liar struct {
	w    *world
	name string
	peer cloud.Cloud
	// shown is what it let anybody see, in order.
	shown []shown
	// late are effects of what it said yes to that are still to come.
	late []func(context.Context) error
}

// shown is one answer about a unit: links of an inventory, or a whole probe.
type shown struct {
	step  int
	at    time.Time
	unit  lifecycle.UnitID
	probe bool
	cloud.Probe
}

// Inventory lies, or reads.
func (l *liar) Inventory(ctx context.Context, r cloud.Request) (cloud.Inventory, error) {
	answer, err := l.read(ctx, r, false, func(ctx context.Context) (cloud.Probe, error) {
		inventory, err := l.peer.Inventory(ctx, r)
		return cloud.Probe{Links: inventory.Links}, err
	})
	return cloud.Inventory{Links: answer.Links}, err
}

// Probe lies, or reads.
func (l *liar) Probe(ctx context.Context, r cloud.Request) (cloud.Probe, error) {
	return l.read(ctx, r, true, func(ctx context.Context) (cloud.Probe, error) { return l.peer.Probe(ctx, r) })
}

func (l *liar) read(ctx context.Context, r cloud.Request, probe bool, look func(context.Context) (cloud.Probe, error)) (cloud.Probe, error) {
	if err := l.arrive(); err != nil {
		return cloud.Probe{}, err
	}
	var answer cloud.Probe
	err := l.trouble(func(kind string) error {
		if at := slices.IndexFunc(l.shown, func(s shown) bool { return s.unit == r.Unit && s.probe == probe }); kind == "forget" && at >= 0 {
			answer = l.shown[at].Probe // the oldest picture that it has
			return nil
		}
		var err error
		answer, err = look(context.WithoutCancel(ctx))
		return err
	})
	if err == nil {
		l.shown = append(l.shown, shown{l.w.step, l.w.clock.Now(), r.Unit, probe, answer})
	}
	return answer, l.leave(err)
}

// Preflight asks the peer, or fails.
func (l *liar) Preflight(ctx context.Context, r cloud.Request) (answer cloud.Preflight, err error) {
	if err := l.arrive(); err != nil {
		return answer, err
	}
	err = l.trouble(func(string) error {
		answer, err = l.peer.Preflight(context.WithoutCancel(ctx), r)
		return err
	})
	return answer, l.leave(err)
}

// Notify takes the message on, or says so.
func (l *liar) Notify(ctx context.Context, r cloud.Request) (answer cloud.Notice, err error) {
	if err := l.arrive(); err != nil {
		return answer, err
	}
	err = l.trouble(func(kind string) error {
		if kind == "forget" {
			answer.ID = "lie-" + string(r.Order)
			return nil
		}
		answer, err = l.peer.Notify(context.WithoutCancel(ctx), r)
		return err
	})
	return answer, l.leave(err)
}

// Revoke and its like change something, now, later, twice or never.
func (l *liar) Revoke(ctx context.Context, r cloud.Request) error {
	return l.act(ctx, func(ctx context.Context) error { return l.peer.Revoke(ctx, r) })
}

// Unbind is like Revoke.
func (l *liar) Unbind(ctx context.Context, r cloud.Request) error {
	return l.act(ctx, func(ctx context.Context) error { return l.peer.Unbind(ctx, r) })
}

// Detach is like Revoke.
func (l *liar) Detach(ctx context.Context, r cloud.Request) error {
	return l.act(ctx, func(ctx context.Context) error { return l.peer.Detach(ctx, r) })
}

// Rotate is like Revoke.
func (l *liar) Rotate(ctx context.Context, r cloud.Request) error {
	return l.act(ctx, func(ctx context.Context) error { return l.peer.Rotate(ctx, r) })
}

// Cut is like Revoke.
func (l *liar) Cut(ctx context.Context, r cloud.Request) error {
	return l.act(ctx, func(ctx context.Context) error { return l.peer.Cut(ctx, r) })
}

// Delete is like Revoke.
func (l *liar) Delete(ctx context.Context, r cloud.Request) error {
	return l.act(ctx, func(ctx context.Context) error { return l.peer.Delete(ctx, r) })
}

func (l *liar) act(ctx context.Context, do func(context.Context) error) error {
	if err := l.arrive(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // see doors.pause
	return l.leave(l.trouble(func(kind string) error {
		switch kind {
		case "forget":
			return nil
		case "late":
			l.late = append(l.late, do)
			return nil
		case "twice":
			if err := do(ctx); err != nil {
				return err
			}
		}
		return do(ctx)
	}))
}

// arrive and leave are the network: whoever asked may be overtaken, or dead.
func (l *liar) arrive() error {
	l.w.yield()
	if l.w.house.dead {
		return errPower
	}
	return nil
}

func (l *liar) leave(err error) error {
	l.w.yield()
	if l.w.house.dead {
		return errPower
	}
	return err
}

// trouble carries a call through what the dice has in store for it.
func (l *liar) trouble(call func(kind string) error) error {
	if !l.w.plan.lies || !l.w.dice.in(4) {
		return call("")
	}
	kind := pick(l.w.dice, []string{"forget", "late", "twice", "lose", "down", "hang", "limit"})
	l.w.tell("%s: %s", l.name, kind)
	switch kind {
	case "lose":
		if err := call(""); err != nil {
			return err
		}
		return fmt.Errorf("connection reset: %w", cloud.ErrTemporary)
	case "down":
		return fmt.Errorf("connection refused: %w", cloud.ErrTemporary)
	case "hang":
		return fmt.Errorf("waited: %w", context.DeadlineExceeded)
	case "limit":
		return fmt.Errorf("status 429: %w", &cloud.RateLimited{After: 30 * time.Second})
	}
	return call(kind)
}

// arrives lets one of the effects under way happen, in whatever order.
func (l *liar) arrives() {
	if len(l.late) == 0 {
		return
	}
	i := l.w.dice.below(len(l.late))
	do := l.late[i]
	l.late = slices.Delete(l.late, i, i+1)
	l.w.tell("%s: an effect arrives late", l.name)
	if err := do(context.Background()); err != nil && !l.w.house.dead {
		l.w.fail("%s: late effect: %v", l.name, err)
	}
}

// clean reports whether the cloud has let anybody see, since a step, that no
// link of before an instant stands.
func (l *liar) clean(unit lifecycle.UnitID, since int, before time.Time) bool {
	return slices.ContainsFunc(l.shown, func(s shown) bool {
		old := slices.ContainsFunc(s.Links, func(link cloud.Link) bool { return link.OlderThan(before) })
		return s.unit == unit && s.step >= since && !old
	})
}

// dark reports whether a probe since an instant let nothing through.
func (l *liar) dark(unit lifecycle.UnitID, since time.Time) bool {
	return slices.ContainsFunc(l.shown, func(s shown) bool {
		return s.unit == unit && s.probe && !s.at.Before(since) && s.Dark()
	})
}
