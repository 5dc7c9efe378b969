package sweep

import (
	"context"
	"fmt"
)

// retention deletes what nobody can use any more, a portion at a time: between
// two portions others write. What it may delete, and when, the store says.
func (s *Sweep) retention(ctx context.Context, t *tally) error {
	for {
		if err := s.goesOn(ctx, t); err != nil {
			return err
		}
		deleted, more, err := s.config.Purge(ctx)
		t.Seen += deleted
		if err != nil {
			return fmt.Errorf("delete what is over: %w", err)
		}
		if !more {
			return nil
		}
	}
}
