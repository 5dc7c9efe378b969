package web

import (
	"net/http"
	"slices"
	"strings"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// place is one entry of the navigation: a page that many come back to.
type place struct {
	path    string
	message string
	actions []access.Action // shown to whoever may do one of them
}

// places are in the order in which a unit passes them. An entry is shown only
// if its page is registered.
var places = []place{
	{"/desk", "nav.desk", []access.Action{access.ReturnOpen}},
	{"/bench", "nav.bench", []access.Action{access.TaskAttest, access.CertificateIssue}},
	{"/shipments", "nav.shipments", []access.Action{access.ShipmentSend}},
	{"/till", "nav.till", []access.Action{access.SaleCheck}},
	{"/mine", "nav.mine", []access.Action{access.OwnerRead}},
	{"/account/messages", "nav.messages", []access.Action{access.OwnerRead}},
	{"/overview", "nav.overview", []access.Action{access.UnitRead}},
	{"/units", "nav.units", []access.Action{access.UnitRead}},
	{"/imports", "nav.imports", []access.Action{access.UnitRegister, access.SaleRecord}},
	{"/support", "nav.support", []access.Action{access.SupportRead}},
	{"/flags", "nav.flags", []access.Action{access.FlagRead}},
	{"/contests", "nav.contests", []access.Action{access.ContestRead}},
	{"/stations", "nav.stations", []access.Action{access.StationRead}},
	{"/admin", "nav.admin", []access.Action{access.OrgManage, access.PersonManage}},
}

// homes is where each role starts its day; the first that fits wins.
var homes = []struct {
	role lifecycle.Role
	path string
}{
	{lifecycle.RoleClerk, "/desk"},
	{lifecycle.RoleTechnician, "/bench"},
	{lifecycle.RoleValidator, "/bench"},
	{lifecycle.RoleOwner, "/mine"},
	{lifecycle.RoleSecurityOfficer, "/flags"},
	{lifecycle.RoleAuditor, "/flags"},
	{lifecycle.RoleAdmin, "/admin"},
	{lifecycle.RoleSupportAgent, "/support"},
}

// navEntry is one link as the layout shows it.
type navEntry struct {
	Path    string
	Message string
	Current bool
}

func (s *Server) nav(principal access.Principal, current string) []navEntry {
	var entries []navEntry
	for _, p := range places {
		may := slices.ContainsFunc(p.actions, func(a access.Action) bool { return access.Allowed(principal, a) })
		if !may || !s.routes.has(http.MethodGet, p.path) {
			continue
		}
		inside := current == p.path || strings.HasPrefix(current, p.path+"/")
		entries = append(entries, navEntry{Path: p.path, Message: p.message, Current: inside})
	}
	return entries
}
