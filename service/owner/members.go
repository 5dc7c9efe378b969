package owner

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// LinkMembers makes the built-in cloud know whom a unit is shared with, and
// forget whom it is no longer. It is tried again whenever a member looks.
func (o *Owner) LinkMembers(ctx context.Context, unit lifecycle.UnitID) {
	snapshot, err := o.config.Units.Snapshot(ctx, unit)
	if err == nil && slices.Contains(snapshot.Model.Clouds, o.config.CloudName) {
		err = o.linkMembers(ctx, snapshot)
	}
	if err != nil {
		o.config.Log.LogAttrs(ctx, slog.LevelWarn, "members not linked in the built-in cloud",
			slog.String("unit", string(unit)), slog.String("error", err.Error()))
	}
}

func (o *Owner) linkMembers(ctx context.Context, s lifecycle.Snapshot) error {
	inventory, err := o.config.Cloud.Inventory(ctx, cloud.Request{Unit: s.Unit.ID, Key: s.Unit.Key})
	if err != nil {
		return fmt.Errorf("read links: %w", err)
	}
	seeing := map[lifecycle.PersonID]bool{}
	for _, b := range s.Viewers(o.config.Now()) {
		if b.Kind != lifecycle.BindingMember {
			continue
		}
		seeing[b.Account] = true
		known := slices.ContainsFunc(inventory.Links, func(l cloud.Link) bool {
			return l.AccountHash == b.AccountHash && l.Kind == b.Kind && !l.OlderThan(b.LiveAt)
		})
		if known {
			continue
		}
		err := o.config.Cloud.LinkUntil(ctx, s.Unit.ID, string(b.Account), b.Kind, b.LiveAt, b.Until)
		if err != nil {
			return fmt.Errorf("link a member: %w", err)
		}
	}
	return o.unlinkMembers(ctx, s, inventory, seeing)
}

// unlinkMembers ends the links of those whose share is over. Their own past
// says who they were; a link of somebody whom we never knew is no business of
// this room, but of the sweeps.
func (o *Owner) unlinkMembers(ctx context.Context, s lifecycle.Snapshot, inventory cloud.Inventory, seeing map[lifecycle.PersonID]bool) error {
	for _, b := range s.Bindings {
		if b.Kind != lifecycle.BindingMember || b.LiveAt.IsZero() || seeing[b.Account] {
			continue
		}
		linked := slices.ContainsFunc(inventory.Links, func(l cloud.Link) bool {
			return l.AccountHash == b.AccountHash && l.Kind == b.Kind
		})
		if !linked {
			continue
		}
		if err := o.config.Cloud.Unlink(ctx, s.Unit.ID, string(b.Account), b.Kind); err != nil {
			return fmt.Errorf("end a member's link: %w", err)
		}
	}
	return nil
}
