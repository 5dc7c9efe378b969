package world

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"quitclaim/service/load/drive"
)

// Scenario is something that people do all day.
type Scenario struct {
	Name, Summary string
	Source        func(*World) drive.Source
}

// Scenarios are all, in the order in which they are shown.
func Scenarios() []Scenario {
	return []Scenario{
		{"returns", "a desk takes bound units back", func(w *World) drive.Source { return &Returning{w} }},
		{"verdicts", "scans for every purpose", func(w *World) drive.Source { return NewScanning(w, "/v1/scans") }},
		{"binds", "owners bind units that they bought", func(w *World) drive.Source { return &binding{w} }},
		{"sales", "a till sells new units", func(w *World) drive.Source { return &selling{w} }},
		{"mixed", "of ten requests, seven verdicts and one of each other", func(w *World) drive.Source { return newMixed(w) }},
	}
}

// ScenarioNamed is the one of this name.
func ScenarioNamed(name string) (Scenario, error) {
	list := Scenarios()
	at := slices.IndexFunc(list, func(s Scenario) bool { return s.Name == name })
	if at < 0 {
		return Scenario{}, fmt.Errorf("scenario: %q is none of returns, verdicts, binds, sales, mixed", name)
	}
	return list[at], nil
}

func nothing(int) {}

// take removes the first of a list.
func take[T any](list *[]T) (T, bool) {
	var none T
	if len(*list) == 0 {
		return none, false
	}
	first := (*list)[0]
	*list = (*list)[1:]
	return first, true
}

// Returning takes bound units back, each with its receipt.
type Returning struct{ W *World }

// Next implements drive.Source.
func (r *Returning) Next(int) (drive.Posting, func(int), bool) {
	unit, ok := take(&r.W.Bound)
	if !ok {
		return drive.Posting{}, nil, false
	}
	return drive.Posting{Path: "/v1/returns", Token: r.W.Clerk, Key: rand.Text(), Want: http.StatusCreated, Body: asJSON(map[string]any{
		"brand": r.W.Brand, "serial": unit.Serial, "receipt": unit.Receipt,
		"condition": "used", "reason": "changed-mind", "customer_present": true,
	})}, nothing, true
}

// selling sells stock.
type selling struct{ w *World }

// Next implements drive.Source.
func (s *selling) Next(int) (drive.Posting, func(int), bool) {
	serial, ok := take(&s.w.Stock)
	if !ok {
		return drive.Posting{}, nil, false
	}
	return s.w.sale(serial), nothing, true
}

// sale is the sale of one unit, under a receipt of its own.
func (w *World) sale(serial string) drive.Posting {
	return drive.Posting{Path: "/v1/sales", Token: w.Clerk, Key: rand.Text(), Want: http.StatusCreated, Body: asJSON(map[string]any{
		"brand": w.Brand, "serial": serial, "receipt": receiptOf(serial),
	})}
}

func receiptOf(serial string) string { return "R-" + serial }

// binding has owners bind what was sold. What they have bound can be taken back
// later.
type binding struct{ w *World }

// Next implements drive.Source.
func (b *binding) Next(client int) (drive.Posting, func(int), bool) {
	unit, ok := take(&b.w.Sold)
	if !ok {
		return drive.Posting{}, nil, false
	}
	p := b.w.bind(unit, client)
	return p, func(status int) {
		if status == p.Want {
			b.w.Bound = append(b.w.Bound, unit)
		}
	}, true
}

// bind is the binding of one unit. A client is always the same owner: the guard
// against guessing counts the attempts that one owner has under way.
func (w *World) bind(unit sold, client int) drive.Posting {
	return drive.Posting{
		Path: "/v1/bindings", Token: w.Owners[client%len(w.Owners)], Key: rand.Text(), Want: http.StatusCreated,
		Body: asJSON(map[string]any{"brand": w.Brand, "serial": unit.Serial, "proof": unit.Proof}),
	}
}

// scanning scans what is printed on the units, again and again, and for every
// purpose. The same requests go to any path.
type scanning struct {
	w        *World
	path     string
	payloads []string
	at       int
}

// NewScanning scans everything in the world, at this path.
func NewScanning(w *World, path string) drive.Source {
	s := &scanning{w: w, path: path}
	serials := slices.Clone(w.Stock)
	for _, unit := range slices.Concat(w.Sold, w.Bound) {
		serials = append(serials, unit.Serial)
	}
	for _, serial := range serials {
		// GS1 Digital Link 1.4: a GTIN (01) and a serial (21) in the path.
		s.payloads = append(s.payloads, fmt.Sprintf("https://id.example/01/%s/21/%s", w.GTIN, serial))
	}
	return s
}

// Next implements drive.Source.
func (s *scanning) Next(int) (drive.Posting, func(int), bool) {
	if len(s.payloads) == 0 {
		return drive.Posting{}, nil, false
	}
	purposes := [3]string{"return", "sale", "bench"}
	body := asJSON(map[string]any{"payload": s.payloads[s.at%len(s.payloads)], "purpose": purposes[s.at%3]})
	s.at++
	return drive.Posting{Path: s.path, Token: s.w.Clerk, Want: http.StatusOK, Body: body}, nothing, true
}

// mixed is a shop's day: many look, few change.
type mixed struct {
	sources map[string]drive.Source
	at      int
}

func newMixed(w *World) *mixed {
	m := &mixed{sources: map[string]drive.Source{}}
	for _, s := range Scenarios()[:4] {
		m.sources[s.Name] = s.Source(w)
	}
	return m
}

// Next implements drive.Source.
func (m *mixed) Next(client int) (drive.Posting, func(int), bool) {
	m.at++
	name := "verdicts"
	switch m.at % 10 {
	case 2:
		name = "returns"
	case 5:
		name = "sales"
	case 8:
		name = "binds"
	}
	return m.sources[name].Next(client)
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings and booleans
	}
	return string(text)
}
