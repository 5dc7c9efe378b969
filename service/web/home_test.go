package web_test

import (
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

func TestHome(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/desk", access.ReturnOpen, ok)
		r.GET("/bench", access.TaskAttest, ok)
		r.GET("/mine", access.OwnerRead, ok)
		r.GET("/flags", access.FlagRead, ok)
		r.GET("/admin", access.OrgManage, ok)
	}, nil)
	owner := access.Principal{Kind: access.KindPerson, Person: "psn_o", Roles: []lifecycle.Role{lifecycle.RoleOwner}}
	tests := []struct {
		who  access.Principal
		want string
	}{
		{access.Anonymous(), "/sign-in"},
		{staff(lifecycle.RoleClerk), "/desk"},
		{staff(lifecycle.RoleAdmin, lifecycle.RoleClerk), "/desk"},
		{staff(lifecycle.RoleTechnician), "/bench"},
		{staff(lifecycle.RoleValidator), "/bench"},
		{staff(lifecycle.RoleSecurityOfficer), "/flags"},
		{staff(lifecycle.RoleAuditor), "/flags"},
		{staff(lifecycle.RoleAdmin), "/admin"},
		{owner, "/mine"},
	}
	for _, tt := range tests {
		got := site.As(tt.who).Get("/")
		if got.Status != 303 || got.Header.Get("Location") != tt.want {
			t.Errorf("home of %v = %d %q, want %q", tt.who.Roles, got.Status, got.Header.Get("Location"), tt.want)
		}
	}
	if got := site.As(staff(lifecycle.RoleSupportAgent)).Get("/"); got.Status != 403 {
		t.Errorf("home of somebody without a place = %d, want 403", got.Status)
	}
	small := webtest.New(t, func(r *web.Routes) { r.GET("/units", access.UnitRead, ok) }, nil)
	if got := small.As(staff(lifecycle.RoleClerk)).Get("/"); got.Header.Get("Location") != "/units" {
		t.Errorf("home in a house without a desk = %q, want the first place there is", got.Header.Get("Location"))
	}
}
