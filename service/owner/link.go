package owner

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// accountHash is the hash under which the built-in cloud reports a person.
func (o *Owner) accountHash(person lifecycle.PersonID) string {
	return o.config.Cloud.AccountHash(string(person))
}

// linkOwner makes the built-in cloud know the owner of a unit.
func (o *Owner) linkOwner(ctx context.Context, unit lifecycle.UnitID) {
	snapshot, err := o.config.Units.Snapshot(ctx, unit)
	if err != nil {
		o.config.Log.LogAttrs(ctx, slog.LevelWarn, "owner not read, account not linked",
			slog.String("unit", string(unit)), slog.String("error", err.Error()))
		return
	}
	o.linkAccount(ctx, snapshot)
}

// linkAccount is linkOwner where the unit was read already. It is tried again
// whenever the owner looks: until then the cloud shows them nothing, which is
// the right way to fail.
func (o *Owner) linkAccount(ctx context.Context, s lifecycle.Snapshot) {
	if err := o.link(ctx, s); err != nil {
		o.config.Log.LogAttrs(ctx, slog.LevelWarn, "account not linked in the built-in cloud",
			slog.String("unit", string(s.Unit.ID)), slog.String("error", err.Error()))
	}
}

// link links the live owner's account as of the instant the binding became
// live, never as of now. A link that comes late, after the unit was fenced,
// then is older than the fence: whoever unbinds or sweeps knows it for what it
// is.
func (o *Owner) link(ctx context.Context, s lifecycle.Snapshot) error {
	binding, owned := s.Owner()
	if !owned || !slices.Contains(s.Model.Clouds, o.config.CloudName) {
		return nil
	}
	request := cloud.Request{Unit: s.Unit.ID, Key: s.Unit.Key}
	standing, err := o.config.Cloud.Inventory(ctx, request)
	if err != nil {
		return fmt.Errorf("read links: %w", err)
	}
	if linked(standing, o.accountHash(binding.Account), binding.LiveAt) {
		return nil
	}
	err = o.config.Cloud.LinkSince(ctx, s.Unit.ID, string(binding.Account), lifecycle.BindingOwner, binding.LiveAt)
	if err != nil {
		return fmt.Errorf("link: %w", err)
	}
	return o.takeBackLate(ctx, request, binding)
}

// takeBackLate ends the link again where the binding ended while it was made.
func (o *Owner) takeBackLate(ctx context.Context, request cloud.Request, binding lifecycle.Binding) error {
	after, err := o.config.Units.Snapshot(ctx, request.Unit)
	if err != nil {
		return fmt.Errorf("read the owner again: %w", err)
	}
	if now, owned := after.Owner(); owned && now.ID == binding.ID {
		return nil
	}
	request.Before = after.Unit.EpochAt
	if err := o.config.Cloud.Unbind(ctx, request); err != nil {
		return fmt.Errorf("end a link that came too late: %w", err)
	}
	return nil
}

func linked(inventory cloud.Inventory, accountHash string, since time.Time) bool {
	return slices.ContainsFunc(inventory.Links, func(l cloud.Link) bool {
		return l.AccountHash == accountHash && l.Kind == lifecycle.BindingOwner && !l.OlderThan(since)
	})
}
