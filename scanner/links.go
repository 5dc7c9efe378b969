package scanner

import (
	"net/http"
	"net/url"
	"strings"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// link says on which page of which room an action is taken. Its path has the
// form of the route, so that a link to a page that was not built in is left
// out.
type link struct {
	action lifecycle.NextAction
	route  string
	// whole: the unit goes into the path, else into the query.
	query bool
}

// links is the one table of where actions lead to: rooms never call each
// other, and meet only here and in the record.
func links() []link {
	return []link{
		{NextAdmit, "/desk/admit", true},
		{lifecycle.NextTakeBack, "/desk/take-back", true},
		{lifecycle.NextSealed, "/desk/sealed", true},
		{lifecycle.NextFollow, "/desk/returns/:return", false},
		{lifecycle.NextSell, "/till/sell", true},
		{lifecycle.NextVoid, "/till/sales/:sale", false},
		{lifecycle.NextBench, "/bench/units/:brand/:serial", false},
		{lifecycle.NextCertify, "/bench/units/:brand/:serial", false},
		{lifecycle.NextReceive, "/shipments", false},
		{lifecycle.NextShip, "/shipments", false},
	}
}

// first is what each purpose came for: the one button of the verdict.
func first(purpose lifecycle.Purpose) []lifecycle.NextAction {
	switch purpose {
	case lifecycle.PurposeReturn:
		return []lifecycle.NextAction{lifecycle.NextTakeBack, lifecycle.NextReceive, lifecycle.NextFollow}
	case lifecycle.PurposeSale:
		return []lifecycle.NextAction{lifecycle.NextSell, lifecycle.NextReceive}
	default:
		return []lifecycle.NextAction{lifecycle.NextReceive, lifecycle.NextCertify, lifecycle.NextBench, lifecycle.NextTakeBack}
	}
}

// buttons is what can be done next, as buttons: the main one where the verdict
// lets the purpose go on, and every other one quietly.
func buttons(routes []web.Route, purpose lifecycle.Purpose, result Result) (main *web.Button, others []*web.Button) {
	var lead lifecycle.NextAction
	for _, want := range first(purpose) {
		for _, action := range result.Next {
			if lead == "" && action == want {
				lead = action
			}
		}
	}
	seen := map[string]bool{}
	for _, action := range append([]lifecycle.NextAction{lead}, result.Next...) {
		path, ok := pathOf(routes, action, result)
		if !ok || seen[path] {
			continue
		}
		seen[path] = true
		button := &web.Button{Message: "scanner.next." + string(action), Path: path}
		if action == lead {
			main = button
			continue
		}
		button.Quiet = true
		others = append(others, button)
	}
	return main, others
}

// pathOf is where the action is taken on this unit.
func pathOf(routes []web.Route, action lifecycle.NextAction, result Result) (string, bool) {
	for _, l := range links() {
		if l.action != action || !mounted(routes, l.route) {
			continue
		}
		key := result.key()
		if l.query {
			return l.route + "?" + url.Values{"brand": {key.Brand}, "serial": {key.Serial}}.Encode(), true
		}
		fill := strings.NewReplacer(
			":brand", url.PathEscape(key.Brand), ":serial", url.PathEscape(key.Serial),
			":return", string(result.Return), ":sale", string(result.Sale))
		path := fill.Replace(l.route)
		return path, !strings.HasSuffix(path, "/") // the paper is another organisation's
	}
	return "", false
}

// mounted reports whether some room has the page; the names of its parameters
// are that room's own affair.
func mounted(routes []web.Route, route string) bool {
	want := strings.Split(route, "/")
	for _, r := range routes {
		parts := strings.Split(r.Path, "/")
		if r.Method != http.MethodGet || len(parts) != len(want) {
			continue
		}
		same := true
		for i := range parts {
			parameters := strings.HasPrefix(parts[i], ":") && strings.HasPrefix(want[i], ":")
			same = same && (parameters || parts[i] == want[i])
		}
		if same {
			return true
		}
	}
	return false
}
