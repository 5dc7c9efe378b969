package bench

import (
	"context"
	"errors"
	"fmt"

	"quitclaim/service/lifecycle"
)

// kits knows which units were sold in one box.
type kits interface {
	// KitOf is the kit that a unit is of; none: lifecycle.ErrNotFound.
	KitOf(ctx context.Context, unit lifecycle.UnitID) (lifecycle.Kit, error)
}

// kitView is the box that a unit came in. Without a name there is none.
type kitView struct {
	Name    string
	Parts   []kitPart
	Missing bool // something was not in the box
}

// kitPart is one unit of the box. Of one that is in other hands no more is said
// than that (rule 13).
type kitPart struct {
	Key  lifecycle.UnitKey
	Hub  bool
	This bool // the unit whose page it is
	Word string
	Here bool // it has a page on this bench
}

func (b *Bench) addKit(ctx context.Context, v *unitView, unit lifecycle.Unit) error {
	kit, err := b.config.Kits.KitOf(ctx, unit.ID)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find kit: %w", err)
	}
	v.Kit.Name = kit.Name
	for i, part := range kit.Parts {
		p := kitPart{
			Key: part.Key, Hub: i == 0, This: part.Unit == unit.ID, Here: part.Custody == unit.Custody, Word: "kit.elsewhere",
		}
		switch {
		case part.Missing():
			p.Word, v.Kit.Missing = "kit.missing", true
		case p.Here:
			p.Word = "state." + string(part.State)
		}
		v.Kit.Parts = append(v.Kit.Parts, p)
	}
	return nil
}
