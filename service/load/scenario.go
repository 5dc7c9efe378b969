package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// scenario is something that people do all day.
type scenario struct {
	name, summary string
	source        func(*world) source
}

func scenarios() []scenario {
	return []scenario{
		{"returns", "a desk takes bound units back", func(w *world) source { return &returning{w} }},
		{"verdicts", "scans for every purpose", func(w *world) source { return newScanning(w, "/v1/scans") }},
		{"binds", "owners bind units that they bought", func(w *world) source { return &binding{w} }},
		{"sales", "a till sells new units", func(w *world) source { return &selling{w} }},
		{"mixed", "of ten requests, seven verdicts and one of each other", func(w *world) source { return newMixed(w) }},
	}
}

func scenarioNamed(name string) (scenario, error) {
	list := scenarios()
	at := slices.IndexFunc(list, func(s scenario) bool { return s.name == name })
	if at < 0 {
		return scenario{}, fmt.Errorf("scenario: %q is none of returns, verdicts, binds, sales, mixed", name)
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

// returning takes bound units back, each with its receipt.
type returning struct{ w *world }

func (r *returning) next(int) (posting, func(int), bool) {
	unit, ok := take(&r.w.Bound)
	if !ok {
		return posting{}, nil, false
	}
	return posting{path: "/v1/returns", token: r.w.Clerk, key: rand.Text(), want: http.StatusCreated, body: asJSON(map[string]any{
		"brand": r.w.Brand, "serial": unit.Serial, "receipt": unit.Receipt,
		"condition": "used", "reason": "changed-mind", "customer_present": true,
	})}, nothing, true
}

// selling sells stock.
type selling struct{ w *world }

func (s *selling) next(int) (posting, func(int), bool) {
	serial, ok := take(&s.w.Stock)
	if !ok {
		return posting{}, nil, false
	}
	return s.w.sale(serial), nothing, true
}

// sale is the sale of one unit, under a receipt of its own.
func (w *world) sale(serial string) posting {
	return posting{path: "/v1/sales", token: w.Clerk, key: rand.Text(), want: http.StatusCreated, body: asJSON(map[string]any{
		"brand": w.Brand, "serial": serial, "receipt": receiptOf(serial),
	})}
}

func receiptOf(serial string) string { return "R-" + serial }

// binding has owners bind what was sold. What they have bound can be taken back
// later.
type binding struct{ w *world }

func (b *binding) next(client int) (posting, func(int), bool) {
	unit, ok := take(&b.w.Sold)
	if !ok {
		return posting{}, nil, false
	}
	p := b.w.bind(unit, client)
	return p, func(status int) {
		if status == p.want {
			b.w.Bound = append(b.w.Bound, unit)
		}
	}, true
}

// bind is the binding of one unit. A client is always the same owner: the guard
// against guessing counts the attempts that one owner has under way.
func (w *world) bind(unit sold, client int) posting {
	return posting{
		path: "/v1/bindings", token: w.Owners[client%len(w.Owners)], key: rand.Text(), want: http.StatusCreated,
		body: asJSON(map[string]any{"brand": w.Brand, "serial": unit.Serial, "proof": unit.Proof}),
	}
}

// scanning scans what is printed on the units, again and again, and for every
// purpose. The same requests go to any path.
type scanning struct {
	w        *world
	path     string
	payloads []string
	at       int
}

func newScanning(w *world, path string) *scanning {
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

func (s *scanning) next(int) (posting, func(int), bool) {
	if len(s.payloads) == 0 {
		return posting{}, nil, false
	}
	purposes := [3]string{"return", "sale", "bench"}
	body := asJSON(map[string]any{"payload": s.payloads[s.at%len(s.payloads)], "purpose": purposes[s.at%3]})
	s.at++
	return posting{path: s.path, token: s.w.Clerk, want: http.StatusOK, body: body}, nothing, true
}

// mixed is a shop's day: many look, few change.
type mixed struct {
	sources map[string]source
	at      int
}

func newMixed(w *world) *mixed {
	m := &mixed{sources: map[string]source{}}
	for _, s := range scenarios()[:4] {
		m.sources[s.name] = s.source(w)
	}
	return m
}

func (m *mixed) next(client int) (posting, func(int), bool) {
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
	return m.sources[name].next(client)
}

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings and booleans
	}
	return string(text)
}
