package main

import (
	"context"
	"fmt"
	"slices"

	"quitclaim/service/load/table"
)

// measurement measures some rows of DESIGN section 8.
type measurement struct {
	name    string
	measure func(context.Context, environment) ([]table.Row, error)
}

// measurements is everything that has been built so far.
func measurements() []measurement {
	return []measurement{
		{"returns", returnRows},
		{"verdicts", verdictRows},
		{"ledger", ledgerRows},
		{"fleet", fleetRows},
		{"import", importRows},
	}
}

func measureNames() []string {
	var names []string
	for _, m := range measurements() {
		names = append(names, m.name)
	}
	return names
}

// rows measures one after the other: two at once would measure each other. What
// was measured before something went wrong is there all the same.
func rows(ctx context.Context, env environment, names []string) ([]table.Row, error) {
	var all []table.Row
	for _, m := range measurements() {
		if !slices.Contains(names, m.name) {
			continue
		}
		some, err := m.measure(ctx, env)
		all = append(all, some...)
		if err != nil {
			return all, fmt.Errorf("measure %s: %w", m.name, err)
		}
	}
	return all, nil
}
