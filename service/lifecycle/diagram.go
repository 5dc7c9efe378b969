package lifecycle

import (
	"fmt"
	"slices"
	"strings"
)

// Diagram draws the table as a mermaid state diagram for the docs. It shows
// what changes the state or the epoch; an asterisk marks an event that
// advances the epoch. The rows that leave both as they are would only hide the
// others.
func Diagram() string {
	var out strings.Builder
	out.WriteString("stateDiagram-v2\n")
	for _, arrow := range arrows() {
		fmt.Fprintf(&out, "    %s --> %s: %s\n", node(arrow.from), arrow.to, strings.Join(arrow.events, ", "))
	}
	for _, state := range States() {
		if !slices.ContainsFunc(arrows(), func(a arrow) bool { return a.from == state && a.to != state }) {
			fmt.Fprintf(&out, "    %s --> [*]\n", node(state))
		}
	}
	return out.String()
}

// arrow is every event that leads from one state to another.
type arrow struct {
	from, to State
	events   []string
}

func arrows() []arrow {
	var drawn []arrow
	for _, row := range Table() {
		if row.From == row.To && !row.Epoch {
			continue
		}
		label := string(row.Event)
		if row.Epoch {
			label += "*"
		}
		for _, to := range targets(row) {
			at := slices.IndexFunc(drawn, func(a arrow) bool { return a.from == row.From && a.to == to })
			if at < 0 {
				at = len(drawn)
				drawn = append(drawn, arrow{from: row.From, to: to})
			}
			drawn[at].events = append(drawn[at].events, label)
		}
	}
	return drawn
}

// targets are the states that a row can lead to: "the state before the sale"
// is any from which there is one.
func targets(row Transition) []State {
	if row.To != StatePrior {
		return []State{row.To}
	}
	var prior []State
	for _, sale := range Table() {
		if sale.Event == EventSell {
			prior = append(prior, sale.From)
		}
	}
	return prior
}

func node(state State) string {
	if state == StateNone {
		return "[*]"
	}
	return string(state)
}
