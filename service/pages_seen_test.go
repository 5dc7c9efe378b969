package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/web"
	"quitclaim/service/web/messages"
)

// seen is one page as somebody got it.
type seen struct {
	what   string // route, who, about what, status
	header http.Header
	body   string
	// fresh: it has a part that no page before it has. Colours come with the
	// parts, from one sheet.
	fresh bool
}

// seenBy is a look at all pages: in which language, and by everybody whom a
// door lets in, or by one of them.
type seenBy struct {
	language messages.Language
	everyone bool
}

// pages asks every door that is no interface for programs, and keeps what is a
// page: one from each door that shows any, and all that have a fresh part.
func (w *accessWorld) pages(t *testing.T, by seenBy) []seen {
	t.Helper()
	rows := map[string]row{}
	for _, r := range accessRows() {
		rows[r.route] = r
	}
	parts := map[string]bool{}
	var kept []seen
	routes := w.house.web.Routes().List()
	// What only looks goes first: a form may end what a page shows.
	slices.SortStableFunc(routes, func(a, b web.Route) int { return strings.Compare(a.Method, b.Method) })
	for _, route := range routes {
		if isAPIPath(route.Path) {
			continue
		}
		r, ok := rows[route.Method+" "+route.Path]
		if !ok {
			t.Errorf("%s %s has no row in accessRows, so nobody has looked at it", route.Method, route.Path)
			continue
		}
		door := door{w: w, scene: w.shared, route: route, row: r, failed: new(atomic.Int64)}
		shown, elsewhere := door.look(t, by)
		if route.Method == http.MethodGet && len(shown) == 0 && !elsewhere {
			t.Errorf("nobody gets a page from %s: a row of accessRows must let somebody in", door.row.route)
		}
		for i, page := range append(shown, w.errorPages(route, by)...) {
			page.fresh = takeParts(page, parts)
			if page.fresh || i == 0 && route.Method == http.MethodGet || by.everyone {
				kept = append(kept, page)
			}
		}
	}
	return kept
}

// look is the pages behind one door. elsewhere: it leads to other pages, or to
// something that is none.
func (d door) look(t *testing.T, by seenBy) (shown []seen, elsewhere bool) {
	t.Helper()
	rule, _ := access.RuleOf(d.route.Action)
	about := append([]string{""}, d.row.things()...)
	for _, name := range about {
		vals := d.scene.never()
		if name != "" {
			vals = d.scene.get(t, name).values
		}
		statuses := map[int]bool{}
		for _, c := range d.scene.callers() {
			if c.pin || c.kind == access.KindMachine || c.refused(rule) != 0 {
				continue
			}
			want := d.row.unknown(c)
			if name != "" {
				want, _ = d.row.expected(name, c)
			}
			if want == http.StatusNotFound || statuses[want] && !by.everyone {
				continue
			}
			statuses[want] = true
			got := d.ask(speaking(c, by.language), vals)
			if !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || got.status >= 300 && got.status < 400 {
				elsewhere = true
				continue
			}
			what := fmt.Sprintf("%s as %s about %q: %d, %s", d.row.route, c.name, name, got.status, by.language)
			shown = append(shown, seen{what: what, header: got.header, body: got.body})
		}
	}
	return shown, elsewhere
}

// errorPages are those that no row leads to, found on the way home.
func (w *accessWorld) errorPages(route web.Route, by seenBy) []seen {
	if route.Path != "/" {
		return nil
	}
	var pages []seen
	for _, side := range []string{"", "shop"} {
		i := slices.IndexFunc(w.shared.callers(), func(c caller) bool {
			return c.side == side && !c.pin && c.everywhere == 0 && c.kind != access.KindMachine
		})
		c := speaking(w.shared.callers()[i], by.language)
		for _, path := range []string{"/nowhere", "/admin/models/new"} {
			d := door{w: w, scene: w.shared, route: web.Route{Method: http.MethodGet, Path: path}, failed: new(atomic.Int64)}
			got := d.ask(c, values{})
			if strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
				what := fmt.Sprintf("GET %s as %s: %d, %s", path, c.name, got.status, by.language)
				pages = append(pages, seen{what: what, header: got.header, body: got.body})
			}
		}
	}
	return pages
}

// speaking is the caller with a browser in which a language was chosen.
func speaking(c caller, language messages.Language) caller {
	c.cookies = append(slices.Clone(c.cookies), &http.Cookie{Name: "quitclaim-language", Value: string(language)})
	return c
}

var (
	tagOf   = regexp.MustCompile(`<([a-z0-9]+)([^>]*)>`)
	classOf = regexp.MustCompile(`\b(?:class|type|role|aria-current|aria-invalid)="[^"]*"`)
)

// takeParts notes what a page is made of, elements with their classes, and
// reports whether any of it is new.
func takeParts(page seen, parts map[string]bool) (fresh bool) {
	for _, tag := range tagOf.FindAllStringSubmatch(page.body, -1) {
		part := tag[1] + strings.Join(classOf.FindAllString(tag[0], -1), " ")
		fresh = fresh || !parts[part]
		parts[part] = true
	}
	return fresh
}
