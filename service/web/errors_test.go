package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

func failing(t *testing.T, err error) *webtest.Site {
	t.Helper()
	fail := func(echo.Context) error { return err }
	return webtest.New(t, func(r *web.Routes) {
		r.GET("/v1/fail", access.HomeRead, fail)
		r.GET("/fail", access.HomeRead, fail)
	}, nil)
}

func TestErrorTable(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err    error
		status int
		code   string
		retry  string
		page   int // status of the page, where it differs
	}{
		{err: lifecycle.ErrNotFound, status: 404, code: "not-found"},
		{err: lifecycle.ErrInvalid, status: 422, code: "invalid"},
		{err: &lifecycle.Invalid{Reasons: []lifecycle.Reason{{Code: "field.required", Field: "serial"}}}, status: 422, code: "invalid"},
		{err: lifecycle.ErrRefused, status: 409, code: "refused"},
		{err: &lifecycle.Refusal{Reasons: []lifecycle.Reason{{Code: "sale.hold"}}}, status: 409, code: "refused"},
		{err: lifecycle.ErrStale, status: 412, code: "stale"},
		{err: lifecycle.ErrForbidden, status: 403, code: "forbidden"},
		{err: lifecycle.ErrUnauthenticated, status: 401, code: "unauthenticated", page: 303},
		{err: lifecycle.ErrKeyReused, status: 422, code: "key-reused"},
		{err: lifecycle.ErrInFlight, status: 409, code: "in-flight", retry: "1"},
		{err: lifecycle.ErrBusy, status: 503, code: "busy", retry: "2"},
		{err: context.DeadlineExceeded, status: 503, code: "busy", retry: "5"},
		{err: context.Canceled, status: 503, code: "busy", retry: "1"},
		{err: lifecycle.ErrThrottled, status: 429, code: "throttled", retry: "60"},
		{err: &access.Throttled{Wait: 1500 * time.Millisecond}, status: 429, code: "throttled", retry: "2"},
		{err: errors.New("disk on fire at /var/lib"), status: 500, code: "internal"},
		{err: echo.ErrBadRequest, status: 422, code: "invalid"},
		{err: echo.ErrUnsupportedMediaType, status: 422, code: "invalid"},
		{err: echo.ErrTeapot, status: 500, code: "internal"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.err), func(t *testing.T) {
			t.Parallel()
			site := failing(t, fmt.Errorf("open return: %w", tt.err))
			got := site.As(access.Anonymous()).Get("/v1/fail")
			problem := got.Problem()
			if got.Status != tt.status || problem.Status != tt.status || problem.Code != tt.code {
				t.Errorf("= %d %s, want %d %s", got.Status, got.Body, tt.status, tt.code)
			}
			if problem.Type != "about:blank" || strings.HasPrefix(problem.Title, "problem.") || strings.HasPrefix(problem.Detail, "problem.") {
				t.Errorf("problem without sentences: %+v", problem)
			}
			if got.Header.Get("Retry-After") != tt.retry {
				t.Errorf("Retry-After = %q, want %q", got.Header.Get("Retry-After"), tt.retry)
			}
			if strings.Contains(got.Body, "open return") || strings.Contains(got.Body, "/var/lib") {
				t.Errorf("the answer tells what is inside: %s", got.Body)
			}
			want := tt.status
			if tt.page != 0 {
				want = tt.page
			}
			page := site.As(access.Anonymous()).Get("/fail")
			if page.Status != want {
				t.Errorf("page = %d, want %d", page.Status, want)
			}
			if want != 303 && !strings.Contains(page.Body, "<h1>"+problem.Title+"</h1>") {
				t.Errorf("the page does not say %q: %s", problem.Title, page.Body)
			}
		})
	}
}

func TestOnlyOursAreLogged(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]int{
		errors.New("disk on fire"): 1, lifecycle.ErrBusy: 1, lifecycle.ErrRefused: 0, lifecycle.ErrNotFound: 0, lifecycle.ErrInvalid: 0,
	} {
		site := failing(t, err)
		site.As(access.Anonymous()).Get("/v1/fail")
		if got := strings.Count(site.Log.String(), "request failed"); got != want {
			t.Errorf("%v was logged %d times, want %d", err, got, want)
		}
	}
}

func TestRefusalSaysEverything(t *testing.T) {
	t.Parallel()
	refusal := &lifecycle.Refusal{Event: "sell", State: "bound", Verdict: "refused", Reasons: []lifecycle.Reason{
		{Code: "page.limit", Args: map[string]string{"max": "7"}}, {Code: "no.such.sentence"},
	}}
	got := failing(t, refusal).As(access.Anonymous()).Get("/v1/fail").Problem()
	want := web.Problem{
		Type: "about:blank", Title: "This cannot be done now", Status: 409, Code: "refused",
		Detail: "Nothing was changed. These are all the reasons.", Verdict: "refused", State: "bound",
		Reasons: []web.ProblemReason{
			{Code: "page.limit", Detail: "Ask for 1 to 7 at once.", Args: map[string]string{"max": "7"}},
			{Code: "no.such.sentence", Detail: "no.such.sentence"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problem (-want +got):\n%s", diff)
	}
}

// TestNotFoundIsConstant: what never was, what is not ours and what has no
// route answer in the same bytes, with the same headers, on both kinds of
// route, and whoever asks.
func TestNotFoundIsConstant(t *testing.T) {
	t.Parallel()
	hidden := func(c echo.Context) error {
		return fmt.Errorf("unit %s of somebody else: %w", c.Param("serial"), lifecycle.ErrNotFound)
	}
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/v1/units/:serial", access.UnitRead, hidden)
		r.GET("/units/:serial", access.UnitRead, hidden)
	}, nil)
	const problem = `{"type":"about:blank","title":"Nothing here","status":404,` +
		`"detail":"There is nothing at this address, or it is not yours to see.","code":"not-found"}`
	var api, page *webtest.Response
	for _, who := range []access.Principal{clerk(), staff(lifecycle.RoleAdmin)} {
		for _, path := range []string{"/v1/units/AC-1", "/v1/units/AC-2", "/v1/never", "/units/AC-1", "/units/AC-2", "/never"} {
			got := site.As(who).Get(path)
			got.Header.Del("X-Request-Id")
			first := &page
			if strings.HasPrefix(path, "/v1") {
				first = &api
			}
			if *first == nil {
				*first = got
			}
			if got.Status != 404 || got.Body != (*first).Body {
				t.Errorf("GET %s = %d %s, want the constant 404", path, got.Status, got.Body)
			}
			if diff := cmp.Diff((*first).Header, got.Header); diff != "" {
				t.Errorf("GET %s has other headers:\n%s", path, diff)
			}
		}
	}
	if api.Body != problem {
		t.Errorf("404 = %s, want %s", api.Body, problem)
	}
	if !strings.Contains(page.Body, "<h1>Nothing here</h1>") || strings.Contains(page.Body, "Mara") {
		t.Errorf("404 page: %s", page.Body)
	}
}

// TestNothingAfterTheFirstByte: an error behind a written answer is logged and
// changes nothing.
func TestNothingAfterTheFirstByte(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/v1/half", access.HomeRead, func(c echo.Context) error {
			if err := web.JSON(c, http.StatusOK, "half"); err != nil {
				return err
			}
			return errors.New("the rest is missing")
		})
	}, nil)
	got := site.As(access.Anonymous()).Get("/v1/half")
	if got.Status != 200 || got.Body != `"half"` || strings.Count(site.Log.String(), "the rest is missing") != 1 {
		t.Errorf("= %d %s, log %s", got.Status, got.Body, site.Log)
	}
}

func TestErrorPageShowsMistakes(t *testing.T) {
	t.Parallel()
	invalid := &lifecycle.Invalid{}
	invalid.Add("serial", "field.required")
	invalid.Add("<b>odd", "field.unknown")
	got := failing(t, invalid).As(access.Anonymous()).Get("/fail")
	for _, want := range []string{"<b>Serial number</b> This is needed.", "&lt;b&gt;odd"} {
		if !strings.Contains(got.Body, want) {
			t.Errorf("the page lacks %q: %s", want, got.Body)
		}
	}
}
