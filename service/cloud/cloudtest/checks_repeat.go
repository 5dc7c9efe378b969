package cloudtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

type action struct {
	verb lifecycle.Verb
	do   func(context.Context, cloud.Request) error
}

// actions are the verbs that change something.
func actions(c cloud.Cloud) []action {
	return []action{
		{lifecycle.VerbRevoke, c.Revoke},
		{lifecycle.VerbUnbind, c.Unbind},
		{lifecycle.VerbDetach, c.Detach},
		{lifecycle.VerbRotate, c.Rotate},
		{lifecycle.VerbCut, c.Cut},
		{lifecycle.VerbNotify, func(ctx context.Context, r cloud.Request) error {
			_, err := c.Notify(ctx, r)
			return err
		}},
		{VerbDelete, c.Delete},
	}
}

func probeTells(ctx context.Context, f Fixture) error {
	f.settle()
	r := f.request(f.Unit)
	before, err := f.Cloud.Probe(ctx, r)
	if err != nil {
		return err
	}
	if len(before.Links) != 2 || !before.Sessions.Any || !before.Recordings.Any || before.Dark() {
		return fmt.Errorf("two links, a session and a recording are there, and the probe sees %+v", before)
	}
	for _, a := range actions(f.Cloud) {
		if err := a.do(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", a.verb, err)
		}
	}
	f.Pass(f.Delay)
	after, err := f.Cloud.Probe(ctx, r)
	if err != nil {
		return err
	}
	if !after.Dark() {
		return fmt.Errorf("everything was ended, and the probe sees %+v", after)
	}
	return nil
}

// repeatsAreIdle: the second of two equal requests changes nothing, not even
// when the effect of the first shows.
func repeatsAreIdle(ctx context.Context, f Fixture) error {
	f.settle()
	r := f.request(f.Unit)
	for _, a := range actions(f.Cloud) {
		if err := a.do(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", a.verb, err)
		}
	}
	f.Pass(f.Delay / 2)
	for _, a := range actions(f.Cloud) {
		if err := a.do(ctx, r); err != nil {
			return fmt.Errorf("%s again: %w", a.verb, err)
		}
	}
	f.Pass(f.Delay - f.Delay/2)
	settled, err := f.facts(ctx, f.Unit)
	if err != nil {
		return err
	}
	if len(settled.Links) > 0 {
		return errors.New("the repeat of an unbind put its effect off")
	}
	for _, a := range actions(f.Cloud) {
		if err := a.do(ctx, r); err != nil {
			return fmt.Errorf("%s a third time: %w", a.verb, err)
		}
	}
	again, err := f.facts(ctx, f.Unit)
	if err != nil {
		return err
	}
	if diff := settled.diff(again); diff != "" {
		return fmt.Errorf("a repeat did more (-once +again):\n%s", diff)
	}
	return nil
}

func lostAnswer(ctx context.Context, f Fixture) error {
	if f.Lose == nil {
		return nil
	}
	f.settle()
	r := f.request(f.Unit)
	for _, a := range actions(f.Cloud) {
		f.Lose()
		if err := a.do(ctx, r); err == nil {
			return fmt.Errorf("%s: the answer was lost, and the adapter made one up", a.verb)
		}
		if err := a.do(ctx, r); err != nil {
			return fmt.Errorf("%s, asked again after a lost answer: %w", a.verb, err)
		}
	}
	f.Pass(f.Delay)
	got, err := f.facts(ctx, f.Unit)
	if err != nil {
		return err
	}
	if !got.Probe.Dark() || len(got.Links) > 0 {
		return fmt.Errorf("asked twice, and still lit: %+v", got)
	}
	return nil
}

func onlyTheUnit(ctx context.Context, f Fixture) error {
	f.settle()
	before, err := f.facts(ctx, f.Other)
	if err != nil {
		return err
	}
	for _, a := range actions(f.Cloud) {
		if err := a.do(ctx, f.request(f.Unit)); err != nil {
			return fmt.Errorf("%s: %w", a.verb, err)
		}
	}
	f.Pass(f.Delay)
	after, err := f.facts(ctx, f.Other)
	if err != nil {
		return err
	}
	if diff := before.diff(after); diff != "" {
		return fmt.Errorf("another unit changed (-before +after):\n%s", diff)
	}
	return nil
}

func errorsAreClean(ctx context.Context, f Fixture) error {
	if f.Break == nil {
		return nil
	}
	f.settle()
	secrets := []string{oldOwner, oldPartner, f.Unit.Key.Serial, "Bearer s3cret-token"}
	all := append(actions(f.Cloud),
		action{lifecycle.VerbInventory, func(ctx context.Context, r cloud.Request) error {
			_, err := f.Cloud.Inventory(ctx, r)
			return err
		}},
		action{lifecycle.VerbPreflight, func(ctx context.Context, r cloud.Request) error {
			_, err := f.Cloud.Preflight(ctx, r)
			return err
		}},
		action{lifecycle.VerbProbe, func(ctx context.Context, r cloud.Request) error {
			_, err := f.Cloud.Probe(ctx, r)
			return err
		}})
	for _, a := range all {
		f.Break("broken for " + strings.Join(secrets, " "))
		err := a.do(ctx, f.request(f.Unit))
		if !errors.Is(err, cloud.ErrTemporary) && !errors.Is(err, cloud.ErrGone) && !errors.Is(err, cloud.ErrRateLimited) {
			return fmt.Errorf("%s: the error is of no kind: %T", a.verb, err)
		}
		for _, secret := range secrets {
			if strings.Contains(err.Error(), secret) {
				return fmt.Errorf("%s: the error tells %q", a.verb, secret)
			}
		}
	}
	return nil
}

func contextEnds(ctx context.Context, f Fixture) error {
	f.settle()
	over, cancel := context.WithDeadline(ctx, time.Unix(0, 0))
	defer cancel()
	for _, a := range actions(f.Cloud) {
		if err := a.do(over, f.request(f.Unit)); !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("%s after its time: %v, want the context's error", a.verb, err)
		}
	}
	if _, err := f.Cloud.Inventory(over, f.request(f.Unit)); !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("inventory after its time: %v, want the context's error", err)
	}
	return nil
}
