package builtin

import (
	"context"
	"time"

	"quitclaim/service/lifecycle"
)

// LinkUntil is LinkSince for a share that has an end: the link is reported until
// then and not a moment longer, whoever forgets to end it. No end: zero.
func (c *Cloud) LinkUntil(ctx context.Context, unit lifecycle.UnitID, account string, kind lifecycle.BindingKind, since, until time.Time) error {
	return failed("link", c.config.Door.LinkCloudAccount(ctx, lifecycle.CloudLink{
		Unit: unit, Account: account, Kind: kind, Since: since.UTC().Truncate(time.Millisecond), GoneAt: until,
	}))
}

// Unlink ends one account's link of this kind, after the delay. One that has an
// earlier end keeps it.
func (c *Cloud) Unlink(ctx context.Context, unit lifecycle.UnitID, account string, kind lifecycle.BindingKind) error {
	links, err := c.config.Door.CloudLinks(ctx, unit)
	if err != nil {
		return failed("unlink", err)
	}
	gone := c.now().Add(c.config.Delay)
	for _, link := range links {
		if link.Account != account || link.Kind != kind || !link.GoneAt.IsZero() && !gone.Before(link.GoneAt) {
			continue
		}
		link.GoneAt = gone
		return failed("unlink", c.config.Door.LinkCloudAccount(ctx, link))
	}
	return nil
}
