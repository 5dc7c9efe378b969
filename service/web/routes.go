package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
)

// Route is one registered route: what the access test, the API document and
// the claims page read.
type Route struct {
	Method string
	Path   string // echo's pattern, "/v1/returns/:id"
	Action access.Action
}

// Routes registers routes; there is no other way to do so.
type Routes struct {
	server  *Server
	list    []Route
	actions map[string]Route // by method and pattern
}

// GET registers a read, and HEAD with it.
func (r *Routes) GET(path string, action access.Action, handler echo.HandlerFunc) {
	r.add(http.MethodGet, path, action, handler)
}

// POST registers a change.
func (r *Routes) POST(path string, action access.Action, handler echo.HandlerFunc) {
	r.add(http.MethodPost, path, action, handler)
}

// PUT registers a replacement.
func (r *Routes) PUT(path string, action access.Action, handler echo.HandlerFunc) {
	r.add(http.MethodPut, path, action, handler)
}

// DELETE registers an end.
func (r *Routes) DELETE(path string, action access.Action, handler echo.HandlerFunc) {
	r.add(http.MethodDelete, path, action, handler)
}

// List is every route, sorted by path and method.
func (r *Routes) List() []Route {
	list := slices.Clone(r.list)
	slices.SortFunc(list, func(a, b Route) int {
		if order := strings.Compare(a.Path, b.Path); order != 0 {
			return order
		}
		return strings.Compare(a.Method, b.Method)
	})
	return list
}

// add panics on a mistake that only a programmer can make; the wiring runs
// in every test.
func (r *Routes) add(method, path string, action access.Action, handler echo.HandlerFunc) {
	rule, ok := access.RuleOf(action)
	if !ok {
		panic(fmt.Sprintf("web: %s %s: action %q has no row in the access table", method, path, action))
	}
	name := method + " " + path
	if _, twice := r.actions[name]; twice {
		panic("web: " + name + " is registered twice")
	}
	route := Route{Method: method, Path: path, Action: action}
	r.list = append(r.list, route)
	r.actions[name] = route

	s := r.server
	// From the outside in: how much may come, who comes, may they, did they
	// come before, and how long may it take.
	chain := []echo.MiddlewareFunc{s.limitBody(action, rule), s.authenticate, s.authorise(action)}
	if method != http.MethodGet && rule.Verified {
		chain = append(chain, s.demandProof)
	}
	if rule.Pictures {
		chain = append(chain, s.takePictures)
	}
	if method != http.MethodGet && !rule.Keyless {
		chain = append(chain, s.demandKey(name))
	}
	chain = append(chain, s.limitTime)
	s.echo.Add(method, path, handler, chain...)
	if method == http.MethodGet {
		s.echo.Add(http.MethodHead, path, handler, chain...)
	}
}

// has reports whether a page is there, so that nothing links to a room that
// was not built in.
func (r *Routes) has(method, path string) bool {
	_, ok := r.actions[method+" "+path]
	return ok
}

// isAPI tells routes that speak JSON from pages.
func isAPI(c echo.Context) bool {
	path := c.Request().URL.Path
	for _, prefix := range []string{"/v1/", "/device/", "/gate/", "/log/", "/healthz", "/metrics"} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	return false
}
