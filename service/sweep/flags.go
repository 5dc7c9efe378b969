package sweep

import (
	"context"
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// Found is a flag and the unit it is about. A flag about the ledger has none.
type Found struct {
	lifecycle.Flag
	Key lifecycle.UnitKey
	// State is where the unit is now; empty where another organisation has it,
	// for a flag stays with whom it was raised for (DESIGN rule 13).
	State lifecycle.State
	// Gone is the cloud that the organisation may give up, if it is gone for good;
	// empty: none, or it is not theirs to.
	Gone string
}

// found is a flag with its unit, as the organisation may see it.
func found(flag lifecycle.Flag, unit lifecycle.Unit, org lifecycle.OrgID) Found {
	f := Found{Flag: flag, Key: unit.Key}
	if unit.Custody == "" || unit.Custody == org || unit.Vendor == org {
		f.State = unit.State
	}
	has := unit.Custody == org && unit.State == lifecycle.StateReturned || unit.Custody == "" && unit.Vendor == org
	if who := flag.Evidence["waits-for"]; flag.Kind == StuckReset && flag.State != lifecycle.FlagResolved && who != "unit" && org != "" && has {
		f.Gone = who
	}
	return f
}

// List pages through the flags that the caller's organisation works: its own,
// and those on units that it made. The newest come first.
func (s *Sweep) List(ctx context.Context, filter lifecycle.FlagFilter, page lifecycle.Page) ([]Found, string, error) {
	filter.Org = access.From(ctx).Org
	if filter.Org == "" {
		return nil, "", fmt.Errorf("flags of no organisation: %w", lifecycle.ErrForbidden)
	}
	flags, next, err := s.config.Flags.Flags(ctx, filter, page)
	if err != nil {
		return nil, "", fmt.Errorf("list flags: %w", err)
	}
	list := make([]Found, len(flags))
	for i, flag := range flags {
		if list[i], err = s.about(ctx, flag); err != nil {
			return nil, "", err
		}
	}
	return list, next, nil
}

// Get reads one flag. ErrNotFound where it is not the caller's to work.
func (s *Sweep) Get(ctx context.Context, id lifecycle.FlagID) (Found, error) {
	flag, err := s.config.Flags.Flag(ctx, id)
	if err != nil {
		return Found{}, fmt.Errorf("flag %s: %w", id, err)
	}
	var unit lifecycle.Unit
	if flag.Unit != "" {
		if unit, err = s.config.Units.Unit(ctx, flag.Unit); err != nil {
			return Found{}, fmt.Errorf("unit of flag %s: %w", id, err)
		}
	}
	org := access.From(ctx).Org
	if org == "" || flag.Org != org && unit.Vendor != org {
		return Found{}, fmt.Errorf("flag %s of another organisation: %w", id, lifecycle.ErrNotFound)
	}
	return found(flag, unit, org), nil
}

// History is how a flag stood each time before its cause came back, the last
// time first. The flag must be the caller's to see: Get says whether it is.
func (s *Sweep) History(ctx context.Context, flag lifecycle.Flag) ([]lifecycle.FlagRound, error) {
	if flag.Reopened == 0 {
		return nil, nil
	}
	rounds, err := s.config.Flags.FlagRounds(ctx, flag.ID)
	if err != nil {
		return nil, fmt.Errorf("history of flag %s: %w", flag.ID, err)
	}
	return rounds, nil
}

// Work moves a flag on: acknowledged, or resolved. The same cause opens it
// again.
func (s *Sweep) Work(ctx context.Context, id lifecycle.FlagID, to lifecycle.FlagState) (Found, error) {
	before, err := s.Get(ctx, id)
	if err != nil {
		return Found{}, err
	}
	flag, err := s.config.Flags.WorkFlag(ctx, id, access.From(ctx).Person, to)
	if err != nil {
		return Found{}, fmt.Errorf("work flag %s: %w", id, err)
	}
	before.Flag = flag
	return before, nil
}

func (s *Sweep) about(ctx context.Context, flag lifecycle.Flag) (Found, error) {
	if flag.Unit == "" {
		return Found{Flag: flag}, nil
	}
	unit, err := s.config.Units.Unit(ctx, flag.Unit)
	if err != nil {
		return Found{}, fmt.Errorf("unit of flag %s: %w", flag.ID, err)
	}
	return found(flag, unit, access.From(ctx).Org), nil
}
