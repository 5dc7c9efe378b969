package fleet

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// link says where an action is taken: on a page of another room, or by a scan
// for that purpose, which leads on.
type link struct {
	action  lifecycle.NextAction
	route   string
	purpose lifecycle.Purpose
}

func links() []link {
	return []link{
		{lifecycle.NextReceive, "/shipments", ""},
		{lifecycle.NextCertify, "/bench/units/:brand/:serial", ""},
		{lifecycle.NextBench, "/bench/units/:brand/:serial", ""},
		{lifecycle.NextFollow, "/desk/returns/:return", ""},
		{lifecycle.NextTakeBack, "/scan", lifecycle.PurposeReturn},
		{lifecycle.NextSell, "/scan", lifecycle.PurposeSale},
		{lifecycle.NextVoid, "/till/sales/:sale", ""},
		{lifecycle.NextShip, "/shipments", ""},
	}
}

// buttons is what whoever looks can do with the unit now: the most likely
// first, each page once. A page that was not built in is left out.
func buttons(routes []web.Route, p access.Principal, s Sight) []*web.Button {
	var list []*web.Button
	seen := map[string]bool{}
	for _, action := range s.Next {
		at := slices.IndexFunc(links(), func(l link) bool { return l.action == action })
		if at < 0 {
			continue
		}
		path, ok := pathOf(links()[at], s)
		if !ok || seen[path] || !open(routes, p, links()[at].route) {
			continue
		}
		seen[path] = true
		list = append(list, &web.Button{Message: "scanner.next." + string(action), Path: path, Quiet: len(list) > 0})
	}
	return list
}

func pathOf(l link, s Sight) (string, bool) {
	if l.purpose != "" {
		query := url.Values{"purpose": {string(l.purpose)}, "brand": {s.Key.Brand}, "serial": {s.Key.Serial}}
		return l.route + "?" + query.Encode(), true
	}
	fill := strings.NewReplacer(
		":brand", url.PathEscape(s.Key.Brand), ":serial", url.PathEscape(s.Key.Serial),
		":return", string(s.Return), ":sale", string(s.Sale))
	path := fill.Replace(l.route)
	return path, !strings.HasSuffix(path, "/") // the paper is another organisation's
}

// open reports whether the page is there and theirs. Names of parameters are
// the other room's own affair.
func open(routes []web.Route, p access.Principal, route string) bool {
	want := strings.Split(route, "/")
	return slices.ContainsFunc(routes, func(r web.Route) bool {
		parts := strings.Split(r.Path, "/")
		if r.Method != http.MethodGet || len(parts) != len(want) {
			return false
		}
		for i := range parts {
			parameters := strings.HasPrefix(parts[i], ":") && strings.HasPrefix(want[i], ":")
			if !parameters && parts[i] != want[i] {
				return false
			}
		}
		return access.Allowed(p, r.Action)
	})
}
