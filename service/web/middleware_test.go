package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; " +
			"connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"Permissions-Policy":           "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cache-Control":                "no-store",
		"Strict-Transport-Security":    "",
	}
	site := webtest.New(t, nil, nil)
	for _, path := range []string{"/healthz", "/nothing", "/v1/nothing", "/"} {
		got := site.As(access.Anonymous()).Get(path)
		for name, value := range want {
			if got.Header.Get(name) != value {
				t.Errorf("GET %s: %s = %q, want %q", path, name, got.Header.Get(name), value)
			}
		}
		if got.Header.Get("X-Request-Id") == "" {
			t.Errorf("GET %s has no request id", path)
		}
	}
	secure := webtest.New(t, nil, func(c *web.Config) { c.ExternalURL = "https://quitclaim.test" })
	if got := secure.As(access.Anonymous()).Get("/healthz").Header.Get("Strict-Transport-Security"); got == "" {
		t.Error("https without Strict-Transport-Security")
	}
}

func TestAllowWasmAndCacheable(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/scan", access.HomeRead, func(c echo.Context) error { web.AllowWasm(c); return ok(c) })
		r.GET("/log/tile", access.LogRead, func(c echo.Context) error { web.Cacheable(c, time.Hour, true); return ok(c) })
		r.GET("/log/gone", access.LogRead, func(c echo.Context) error {
			web.Cacheable(c, time.Hour, true)
			return lifecycle.ErrNotFound
		})
	}, nil)
	nobody := site.As(access.Anonymous())
	if got := nobody.Get("/scan").Header.Get("Content-Security-Policy"); !strings.Contains(got, "script-src 'self' 'wasm-unsafe-eval';") {
		t.Errorf("policy = %q, want wasm allowed", got)
	}
	if got := nobody.Get("/log/tile").Header.Get("Cache-Control"); got != "public, max-age=3600, immutable" {
		t.Errorf("Cache-Control = %q", got)
	}
	if got := nobody.Get("/log/gone").Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("an error may be kept: Cache-Control = %q", got)
	}
}

func TestPanicIsA500(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/v1/boom", access.HomeRead, func(echo.Context) error { panic("the serial is AC-1") })
		r.GET("/boom", access.HomeRead, func(echo.Context) error { panic(errors.New("page")) })
	}, nil)
	got := site.As(access.Anonymous()).Get("/v1/boom")
	if got.Status != http.StatusInternalServerError || got.Problem().Code != "internal" || strings.Contains(got.Body, "AC-1") {
		t.Errorf("panic = %d %s, want a 500 without detail", got.Status, got.Body)
	}
	log := site.Log.String()
	if strings.Count(log, `"request failed"`) != 1 || !strings.Contains(log, "middleware_test.go") {
		t.Errorf("the panic was not logged once with its stack:\n%s", log)
	}
	if page := site.As(access.Anonymous()).Get("/boom"); page.Status != 500 || !strings.Contains(page.Body, "<!doctype html>") {
		t.Errorf("panic on a page = %d %.60s", page.Status, page.Body)
	}
}

func TestAbortHandlerPassesThrough(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/v1/abort", access.HomeRead, func(echo.Context) error { panic(http.ErrAbortHandler) })
	}, nil)
	defer func() {
		if got := recover(); got != http.ErrAbortHandler {
			t.Errorf("recovered %v, want net/http's own abort", got)
		}
	}()
	site.As(access.Anonymous()).Get("/v1/abort")
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) {
		r.POST("/v1/scans", access.SessionStart, ok)
		r.POST("/sign-in", access.SessionStart, ok)
		r.GET("/v1/look", access.HomeRead, ok)
	}, nil)
	tests := []struct {
		name, method, path string
		header             map[string]string
		status             int
	}{
		{"another site", "POST", "/v1/scans", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"another site, page", "POST", "/sign-in", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"a sister domain", "POST", "/v1/scans", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{"an old browser, another site", "POST", "/v1/scans", map[string]string{"Origin": "https://evil.test"}, 403},
		{"a page without an origin", "POST", "/v1/scans", map[string]string{"Origin": "null"}, 403},
		{"our page", "POST", "/v1/scans", map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		{"our page behind a proxy", "POST", "/v1/scans", map[string]string{"Origin": "http://quitclaim.test"}, 200},
		{"a program", "POST", "/v1/scans", nil, 200},
		{"looking is free", "GET", "/v1/look", map[string]string{"Sec-Fetch-Site": "cross-site"}, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequest(tt.method, tt.path, nil)
			for name, value := range tt.header {
				request.Header.Set(name, value)
			}
			got := site.Do(request)
			if got.Status != tt.status {
				t.Errorf("= %d, want %d; %s", got.Status, tt.status, got.Body)
			}
			if tt.status == 403 && strings.HasPrefix(tt.path, "/v1") && got.Problem().Code != "cross-site" {
				t.Errorf("code = %s, want cross-site", got.Problem().Code)
			}
		})
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	drain := func(c echo.Context) error {
		n, err := io.Copy(io.Discard, c.Request().Body)
		if err != nil {
			return err
		}
		return web.JSON(c, http.StatusOK, n)
	}
	site := webtest.New(t, func(r *web.Routes) {
		r.POST("/v1/small", access.SessionStart, drain)
		r.POST("/v1/large", access.SetupUse, drain)
		r.POST("/v1/keyed", access.ReturnOpen, drain)
	}, func(c *web.Config) { c.BodyLimits = map[access.Action]int64{access.SetupUse: 100 << 10} })
	tests := []struct {
		path    string
		size    int
		unknown bool // the length is not announced
		status  int
	}{
		{"/v1/small", 64 << 10, false, 200},
		{"/v1/small", 64<<10 + 1, false, 413},
		{"/v1/small", 64<<10 + 1, true, 413},
		{"/v1/large", 100 << 10, true, 200},
		{"/v1/large", 100<<10 + 1, true, 413},
	}
	for _, tt := range tests {
		request := httptest.NewRequest(http.MethodPost, tt.path, strings.NewReader(strings.Repeat("x", tt.size)))
		if tt.unknown {
			request.ContentLength = -1
		}
		got := site.Do(request)
		if got.Status != tt.status {
			t.Errorf("%d bytes to %s (unannounced %t) = %d, want %d", tt.size, tt.path, tt.unknown, got.Status, tt.status)
		}
		if tt.status == 413 && got.Problem().Code != "too-large" {
			t.Errorf("code = %s, want too-large", got.Problem().Code)
		}
	}
	if got := site.As(clerk()).PostJSON("/v1/keyed", strings.Repeat("x", 64<<10)); got.Status != 413 {
		t.Errorf("a large body on a route with a key = %d, want 413", got.Status)
	}
}

func TestHandlersHaveADeadline(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/v1/slow", access.HomeRead, func(c echo.Context) error {
			<-c.Request().Context().Done()
			return c.Request().Context().Err()
		})
	}, func(c *web.Config) { c.RequestTimeout = time.Millisecond })
	got := site.As(access.Anonymous()).Get("/v1/slow")
	if got.Status != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
		t.Errorf("= %d Retry-After %q, want 503 with one", got.Status, got.Header.Get("Retry-After"))
	}
}

// TestLogLine: one line, the pattern and not the path, an opaque principal.
func TestLogLine(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) { r.GET("/v1/units/:brand/:serial", access.UnitRead, ok) }, nil)
	site.As(clerk()).Get("/v1/units/acme/AC-2291?receipt=R-77")
	var line map[string]any
	if err := json.Unmarshal([]byte(site.Log.String()), &line); err != nil {
		t.Fatalf("not one line of JSON: %v\n%s", err, site.Log)
	}
	for name, want := range map[string]any{
		"msg": "request", "method": "GET", "route": "/v1/units/:brand/:serial", "status": float64(200),
		"principal": "person:psn_mara@org_elm", "level": "INFO",
	} {
		if line[name] != want {
			t.Errorf("%s = %v, want %v", name, line[name], want)
		}
	}
	if line["request_id"] == "" || line["took"] == nil {
		t.Errorf("no request id or duration: %v", line)
	}
	for _, secret := range []string{"AC-2291", "R-77", "Mara", "Elm Street", "Bearer", "qc_"} {
		if strings.Contains(site.Log.String(), secret) {
			t.Errorf("the log holds %q: %s", secret, site.Log)
		}
	}
}

func TestLogLineOfNoRoute(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, nil, nil)
	site.As(access.Anonymous()).Get("/AC-2291")
	if log := site.Log.String(); strings.Contains(log, "AC-2291") || !strings.Contains(log, `"status":404`) {
		t.Errorf("log of an unknown path: %s", log)
	}
}

func TestRequestContextReachesHandler(t *testing.T) {
	t.Parallel()
	var got access.Principal
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/v1/me", access.AccountRead, func(c echo.Context) error {
			got = access.From(c.Request().Context())
			if _, limited := c.Request().Context().Deadline(); !limited {
				return errors.New("no deadline")
			}
			return context.Cause(c.Request().Context())
		})
	}, nil)
	if answer := site.As(clerk()).Get("/v1/me"); answer.Status != 200 || got.Person != "psn_mara" {
		t.Errorf("= %d, principal %+v", answer.Status, got)
	}
}
