package builtin

import (
	"context"
	"errors"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// Keeps is what data the cloud keeps of a unit, by the names of the message
// files: recordings until they are to be deleted (rule 9), and of links and
// sessions no more than when they were.
func Keeps() []cloud.Data {
	return []cloud.Data{{Kind: "recordings", Erasable: true}, {Kind: "links"}, {Kind: "sessions"}}
}

// The verbs of cloud.Cloud, whose comments say what each means.
var _ cloud.Cloud = (*Cloud)(nil)

// Inventory reads the links that stand, those whose end still propagates among
// them.
func (c *Cloud) Inventory(ctx context.Context, r cloud.Request) (cloud.Inventory, error) {
	links, err := c.standing(ctx, r.Unit)
	if err != nil {
		return cloud.Inventory{}, failed("inventory", err)
	}
	return cloud.Inventory{Links: links}, nil
}

// Preflight says that a session which runs will end; nothing else can stand in
// the way.
func (c *Cloud) Preflight(ctx context.Context, r cloud.Request) (cloud.Preflight, error) {
	row, err := c.config.Door.CloudUnit(ctx, r.Unit)
	if err != nil {
		return cloud.Preflight{}, failed("preflight", err)
	}
	if running(row).OlderThan(r.Before) {
		return cloud.Preflight{Eligibility: cloud.SideEffects, Blockers: []string{"session-ends"}}, nil
	}
	return cloud.Preflight{Eligibility: cloud.Eligible}, nil
}

// Revoke ends older partner links, after the delay.
func (c *Cloud) Revoke(ctx context.Context, r cloud.Request) error {
	return failed("revoke", c.config.Door.EndCloudLinks(ctx, r.Unit, r.Before, c.now().Add(c.config.Delay),
		[]lifecycle.BindingKind{lifecycle.BindingPartner}))
}

// Unbind ends every older link, after the delay.
func (c *Cloud) Unbind(ctx context.Context, r cloud.Request) error {
	return failed("unbind", c.config.Door.EndCloudLinks(ctx, r.Unit, r.Before, c.now().Add(c.config.Delay), nil))
}

// Detach puts older recordings out of reach.
func (c *Cloud) Detach(ctx context.Context, r cloud.Request) error {
	return c.change(ctx, "detach", r.Unit, func(row *lifecycle.CloudUnit) { row.DetachedAt = latest(row.DetachedAt, r.Before) })
}

// Rotate makes a new credential, unless the present one is new enough.
func (c *Cloud) Rotate(ctx context.Context, r cloud.Request) error {
	return c.change(ctx, "rotate", r.Unit, func(row *lifecycle.CloudUnit) {
		if row.RotatedAt.Before(r.Before) {
			row.RotatedAt = latest(c.now(), r.Before)
		}
	})
}

// Cut ends older sessions.
func (c *Cloud) Cut(ctx context.Context, r cloud.Request) error {
	return c.change(ctx, "cut", r.Unit, func(row *lifecycle.CloudUnit) { row.CutAt = latest(row.CutAt, r.Before) })
}

// Notify takes on the order's one notice.
func (c *Cloud) Notify(ctx context.Context, r cloud.Request) (cloud.Notice, error) {
	err := c.change(ctx, "notify", r.Unit, func(row *lifecycle.CloudUnit) {
		if row.NotifiedAt.Before(r.Before) {
			row.NotifiedAt = latest(c.now(), r.Before)
		}
	})
	if err != nil {
		return cloud.Notice{}, err
	}
	return cloud.Notice{ID: "notice-" + string(r.Order)}, nil
}

// Probe reads everything that is still let through.
func (c *Cloud) Probe(ctx context.Context, r cloud.Request) (cloud.Probe, error) {
	links, err := c.standing(ctx, r.Unit)
	if err != nil {
		return cloud.Probe{}, failed("probe", err)
	}
	row, err := c.config.Door.CloudUnit(ctx, r.Unit)
	if err != nil {
		return cloud.Probe{}, failed("probe", err)
	}
	reachable, err := c.config.Door.CloudRecordings(ctx, r.Unit, row.DetachedAt, time.Time{})
	if err != nil {
		return cloud.Probe{}, failed("probe", err)
	}
	kept, err := c.config.Door.CloudRecordings(ctx, r.Unit, r.From, r.Before)
	if err != nil {
		return cloud.Probe{}, failed("probe", err)
	}
	probe := cloud.Probe{
		Links: links, Sessions: running(row), CredentialAt: row.RotatedAt, Kept: cloud.KeptNone,
		Recordings: cloud.Span{Any: reachable.Any(), Oldest: reachable.Oldest, Newest: reachable.Newest},
	}
	if kept.Any() {
		probe.Kept = cloud.KeptSome
	}
	return probe, nil
}

// Delete deletes the recordings that were made within the request's bounds.
func (c *Cloud) Delete(ctx context.Context, r cloud.Request) error {
	return failed("delete", c.config.Door.DeleteCloudRecordings(ctx, r.Unit, r.From, r.Before))
}

func (c *Cloud) standing(ctx context.Context, unit lifecycle.UnitID) ([]cloud.Link, error) {
	rows, err := c.config.Door.CloudLinks(ctx, unit)
	if err != nil {
		return nil, err
	}
	now := c.now()
	var links []cloud.Link
	for _, row := range rows {
		if row.GoneAt.IsZero() || now.Before(row.GoneAt) {
			links = append(links, cloud.Link{AccountHash: c.config.AccountHash(row.Account), Kind: row.Kind, Since: row.Since})
		}
	}
	return links, nil
}

// running is the last session, unless it was cut.
func running(row lifecycle.CloudUnit) cloud.Span { return after(row.SessionAt, row.CutAt) }

func after(at, ended time.Time) cloud.Span {
	if at.IsZero() || at.Before(ended) {
		return cloud.Span{}
	}
	return cloud.Span{Any: true, Oldest: at, Newest: at}
}

func contextKind(err error) error {
	for _, kind := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, kind) {
			return kind
		}
	}
	return nil
}
