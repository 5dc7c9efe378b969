package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"quitclaim/service/lifecycle"
)

// kits is the boxes of more than one unit.
type kits interface {
	// Kit is a kit with its units as they are now; KitOf the one that a unit is
	// of, lifecycle.ErrNotFound where it is of none.
	Kit(ctx context.Context, id lifecycle.KitID) (lifecycle.Kit, error)
	KitOf(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Kit, error)
	// MissKit says which units were not in the box.
	MissKit(ctx context.Context, id lifecycle.KitID, missing []lifecycle.UnitID, by lifecycle.PersonID) error
}

// kitOf is the kit of a unit that is brought back, nil where there is none. Who
// may not take the unit back learns nothing of its box.
func (d *Desk) kitOf(ctx context.Context, unit lifecycle.UnitID, may bool) (*lifecycle.Kit, error) {
	if d.config.Kits == nil || !may {
		return nil, nil
	}
	kit, err := d.config.Kits.KitOf(ctx, unit)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find kit: %w", err)
	}
	return &kit, nil
}

// Kit is a kit that this desk may take back: a unit of it is with a customer, or
// here. Any other looks like one that never was.
func (d *Desk) Kit(ctx context.Context, actor lifecycle.Actor, id lifecycle.KitID) (lifecycle.Kit, error) {
	if d.config.Kits == nil {
		return lifecycle.Kit{}, fmt.Errorf("kit: %w", lifecycle.ErrNotFound)
	}
	kit, err := d.config.Kits.Kit(ctx, id)
	if err != nil {
		return lifecycle.Kit{}, fmt.Errorf("find kit: %w", err)
	}
	mine := slices.ContainsFunc(kit.Parts, func(p lifecycle.KitPart) bool {
		return p.State.InCustomerHands() || p.Custody == actor.Org
	})
	if actor.Org == "" || !mine {
		return lifecycle.Kit{}, fmt.Errorf("kit of somebody else: %w", lifecycle.ErrNotFound)
	}
	return kit, nil
}

// Box is a kit that a customer brings back: which of its units are in it, and
// what the clerk says of all of them.
type Box struct {
	Kit     lifecycle.KitID
	Here    []lifecycle.UnitID
	Missing []lifecycle.UnitID
	Brought // without the key
}

// TakenPart is what became of one unit of the box.
type TakenPart struct {
	lifecycle.KitPart
	Return  lifecycle.ReturnID // empty: it was not taken back now
	Refused []lifecycle.Reason // why not
	Missing bool
}

// TakeKit takes back what is in the box, and notes what is missing of it. Each
// unit is a return of its own, in a transaction of its own: the fence of one
// never waits for another, and what stops half way has fenced that half. The
// same request again goes on where it stopped.
func (d *Desk) TakeKit(ctx context.Context, actor lifecycle.Actor, box Box) ([]TakenPart, error) {
	kit, err := d.Kit(ctx, actor, box.Kit)
	if err != nil {
		return nil, err
	}
	if err := box.check(kit); err != nil {
		return nil, err
	}
	var parts []TakenPart
	for _, part := range kit.Parts {
		taken := TakenPart{KitPart: part}
		// What is on this desk's shelf already was taken back before.
		if slices.Contains(box.Here, part.Unit) && part.Custody != actor.Org {
			one := box.Brought
			one.Key = part.Key
			progress, err := d.TakeBack(ctx, actor, one)
			var refusal *lifecycle.Refusal
			switch {
			case errors.As(err, &refusal):
				taken.Refused = refusal.Reasons
			case err != nil:
				return nil, fmt.Errorf("take back a kit: %w", err)
			default:
				taken.Return = progress.Return.ID
			}
		}
		taken.Missing = slices.Contains(box.Missing, part.Unit)
		parts = append(parts, taken)
	}
	if len(box.Missing) > 0 {
		if err := d.config.Kits.MissKit(ctx, kit.ID, box.Missing, actor.Person); err != nil {
			return nil, fmt.Errorf("note what is missing of a kit: %w", err)
		}
	}
	return parts, nil
}

// check: each unit is said to be here or missing, once, and none is forgotten.
func (b Box) check(kit lifecycle.Kit) error {
	var invalid lifecycle.Invalid
	for _, part := range kit.Parts {
		here, missing := slices.Contains(b.Here, part.Unit), slices.Contains(b.Missing, part.Unit)
		if here == missing {
			args := map[string]string{"serial": part.Key.Serial}
			invalid.Reasons = append(invalid.Reasons, lifecycle.Reason{Code: "kit.unsaid", Field: "parts", Args: args})
		}
	}
	for _, id := range slices.Concat(b.Here, b.Missing) {
		if _, ok := kit.Part(id); !ok {
			invalid.Add("parts", "kit.not-of-it")
		}
	}
	if len(b.Here) == 0 {
		invalid.Add("parts", "kit.nothing-here")
	}
	return invalid.Err()
}

// KitPaper is what the receipt of a kit says.
type KitPaper struct {
	Kit   lifecycle.Kit
	Parts []PaperPart
	// Cut: every cloud has proven that nothing of before reaches the hub.
	Cut bool
}

// PaperPart is one line of it.
type PaperPart struct {
	lifecycle.KitPart
	Return *lifecycle.Return // by this desk; nil: none
}

// KitPaper is a kit as this desk took it back, for the customer to take home.
func (d *Desk) KitPaper(ctx context.Context, actor lifecycle.Actor, id lifecycle.KitID) (KitPaper, error) {
	kit, err := d.Kit(ctx, actor, id)
	if err != nil {
		return KitPaper{}, err
	}
	paper := KitPaper{Kit: kit}
	for _, part := range kit.Parts {
		snapshot, err := d.config.Returns.Snapshot(ctx, part.Unit)
		if err != nil {
			return KitPaper{}, fmt.Errorf("read unit of a kit: %w", err)
		}
		line := PaperPart{KitPart: part}
		if r := snapshot.Return; r != nil && r.Org == actor.Org && r.CancelledAt.IsZero() {
			line.Return = r
		}
		if part.Unit == kit.Hub().Unit {
			paper.Cut = lifecycle.KitCut(snapshot)
		}
		paper.Parts = append(paper.Parts, line)
	}
	return paper, nil
}
