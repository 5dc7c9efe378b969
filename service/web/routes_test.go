package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

func ok(c echo.Context) error { return web.JSON(c, http.StatusOK, "ok") }

func clerk() access.Principal { return staff(lifecycle.RoleClerk) }

func TestRoutesList(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) {
		r.POST("/v1/returns", access.ReturnOpen, ok)
		r.GET("/v1/returns/:id", access.ReturnRead, ok)
		r.DELETE("/v1/bindings/:id", access.BindingEnd, ok)
		r.PUT("/v1/models/:id", access.ModelManage, ok)
	}, nil)
	want := []web.Route{
		{Method: "GET", Path: "/", Action: access.HomeRead},
		{Method: "GET", Path: "/assets/:version/*", Action: access.AssetRead},
		{Method: "GET", Path: "/favicon.ico", Action: access.AssetRead},
		{Method: "GET", Path: "/healthz", Action: access.HealthRead},
		{Method: "POST", Path: "/language", Action: access.LanguageChoose},
		{Method: "GET", Path: "/manifest.webmanifest", Action: access.AssetRead},
		{Method: "GET", Path: "/sw.js", Action: access.AssetRead},
		{Method: "DELETE", Path: "/v1/bindings/:id", Action: access.BindingEnd},
		{Method: "PUT", Path: "/v1/models/:id", Action: access.ModelManage},
		{Method: "POST", Path: "/v1/returns", Action: access.ReturnOpen},
		{Method: "GET", Path: "/v1/returns/:id", Action: access.ReturnRead},
	}
	if diff := cmp.Diff(want, site.Server.Routes().List()); diff != "" {
		t.Errorf("List (-want +got):\n%s", diff)
	}
}

func TestRoutesRefuseMistakes(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, nil, nil)
	mustPanic := func(name string, register func(r *web.Routes)) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("%s was registered", name)
			}
		}()
		register(site.Server.Routes())
	}
	mustPanic("an action without a row", func(r *web.Routes) { r.GET("/x", "unit.explode", ok) })
	mustPanic("a route twice", func(r *web.Routes) { r.GET("/healthz", access.HealthRead, ok) })
}

func TestHeadGoesWithGet(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) { r.GET("/v1/units", access.UnitRead, ok) }, nil)
	got := site.Do(httptest.NewRequest(http.MethodHead, "/healthz", nil))
	if got.Status != http.StatusOK {
		t.Errorf("HEAD /healthz = %d, want 200", got.Status)
	}
	refused := site.Do(httptest.NewRequest(http.MethodHead, "/v1/units", nil))
	if refused.Status != http.StatusUnauthorized || refused.Body != "" {
		t.Errorf("HEAD /v1/units = %d %q, want 401 and no body", refused.Status, refused.Body)
	}
}

func TestMethodNotAllowed(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) { r.GET("/v1/units", access.UnitRead, ok) }, nil)
	got := site.As(clerk()).Delete("/v1/units")
	if got.Status != http.StatusMethodNotAllowed || got.Problem().Code != "method" {
		t.Errorf("DELETE = %d %s, want 405", got.Status, got.Body)
	}
	if got.Header.Get("Allow") == "" {
		t.Error("405 does not say what is allowed")
	}
}

// TestWhoGetsIn walks the doors: nobody, somebody, the wrong somebody, on an
// API route and on a page.
func TestWhoGetsIn(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/v1/sales/check", access.SaleCheck, ok)
		r.GET("/till", access.SaleCheck, ok)
		r.POST("/till", access.SaleRecord, ok)
	}, nil)
	pos := access.Principal{Kind: access.KindMachine, Machine: "tok_pos", Org: "org_elm", OrgKind: lifecycle.OrgRetailer,
		Scopes: []access.Scope{access.ScopeSales}, OnBehalfOf: "psn_mara"}
	unattended := pos
	unattended.OnBehalfOf = ""
	nobody := access.Anonymous()
	auditor := staff(lifecycle.RoleAuditor)
	tests := []struct {
		name     string
		who      access.Principal
		path     string
		status   int
		code     string
		location string
	}{
		{"clerk, API", clerk(), "/v1/sales/check", 200, "", ""},
		{"clerk, page", clerk(), "/till", 200, "", ""},
		{"machine, API", pos, "/v1/sales/check", 200, "", ""},
		{"machine for nobody", unattended, "/v1/sales/check", 422, "invalid", ""},
		{"nobody, API", nobody, "/v1/sales/check", 401, "unauthenticated", ""},
		{"nobody, page", nobody, "/till?serial=A%2FB", 303, "", "/sign-in?next=%2Ftill%3Fserial%3DA%252FB"},
		{"wrong role, API", auditor, "/v1/sales/check", 403, "forbidden", ""},
		{"wrong role, page", auditor, "/till", 403, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := site.As(tt.who).Get(tt.path)
			if got.Status != tt.status || got.Header.Get("Location") != tt.location {
				t.Fatalf("%d to %q, want %d to %q; body %s", got.Status, got.Header.Get("Location"), tt.status, tt.location, got.Body)
			}
			if tt.code != "" && got.Problem().Code != tt.code {
				t.Errorf("code = %s, want %s", got.Problem().Code, tt.code)
			}
			if challenge := got.Header.Get("WWW-Authenticate"); (challenge != "") != (tt.status == 401) {
				t.Errorf("WWW-Authenticate = %q with status %d", challenge, tt.status)
			}
		})
	}
	if got := site.As(nobody).PostForm("/till", nil); got.Header.Get("Location") != "/sign-in" {
		t.Errorf("a change by nobody leads to %q, want /sign-in without a way back into the change", got.Header.Get("Location"))
	}
}

func TestWrongTokenIsRefusedEverywhere(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, nil, nil)
	for _, header := range []string{"Bearer qc_unknown", "Bearer ", "Basic dTpw", "qc_unknown"} {
		request := httptest.NewRequest(http.MethodGet, "/healthz", nil)
		request.Header.Set("Authorization", header)
		if got := site.Do(request); got.Status != http.StatusUnauthorized {
			t.Errorf("Authorization %q on a public route = %d, want 401", header, got.Status)
		}
	}
}
