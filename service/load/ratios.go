package main

import (
	"context"
	"fmt"
)

// rows measures everything of DESIGN section 8 that has been built, one after
// the other: two at once would measure each other.
func rows(ctx context.Context, env environment) ([]row, error) {
	var all []row
	for _, measure := range []func(context.Context, environment) ([]row, error){
		fleetRows,
	} {
		some, err := measure(ctx, env)
		all = append(all, some...)
		if err != nil {
			return all, fmt.Errorf("measure: %w", err)
		}
	}
	return all, nil
}
