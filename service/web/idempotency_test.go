package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// keyed is a site that notes what reaches the handler.
func keyed(t *testing.T) (*webtest.Site, *access.Idempotency) {
	t.Helper()
	got := &access.Idempotency{}
	note := func(c echo.Context) error {
		*got, _ = access.IdempotencyFrom(c.Request().Context())
		return web.JSON(c, http.StatusCreated, c.FormValue("serial"))
	}
	return webtest.New(t, func(r *web.Routes) {
		r.POST("/v1/returns", access.ReturnOpen, note)
		r.POST("/v1/orders/:id/attest", access.ReturnOpen, note)
		r.DELETE("/v1/returns/:id", access.ReturnCancel, note)
		r.POST("/v1/scans", access.UnitScan, note)
		r.GET("/v1/returns", access.ReturnRead, note)
	}, nil), got
}

func TestKeyReachesTheStore(t *testing.T) {
	t.Parallel()
	site, got := keyed(t)
	client := site.As(clerk()).WithKey("key-number-1")
	if answer := client.PostJSON("/v1/returns", map[string]string{"serial": "A"}); answer.Status != 201 {
		t.Fatalf("= %d %s", answer.Status, answer.Body)
	}
	first := *got
	if first.Principal != clerk().Key() || first.Route != "POST /v1/returns" || first.Key != "key-number-1" || len(first.BodyDigest) != 64 {
		t.Errorf("attempt = %+v", first)
	}
	client.PostJSON("/v1/returns", map[string]string{"serial": "A"})
	if *got != first {
		t.Errorf("the same request is another attempt: %+v, %+v", first, *got)
	}
	client.PostJSON("/v1/returns", map[string]string{"serial": "B"})
	if got.BodyDigest == first.BodyDigest {
		t.Error("another body has the same digest")
	}
}

// TestKeyKnowsThePath: two units, one pattern, no body. One key for both must
// not replay the one for the other.
func TestKeyKnowsThePath(t *testing.T) {
	t.Parallel()
	site, got := keyed(t)
	client := site.As(clerk()).WithKey("key-number-1")
	client.PostJSON("/v1/orders/ord_1/attest", nil)
	first := *got
	client.PostJSON("/v1/orders/ord_2/attest", nil)
	if got.BodyDigest == first.BodyDigest || got.Route != first.Route {
		t.Errorf("attempts %+v and %+v, want one route and two digests", first, *got)
	}
}

func TestKeyDemanded(t *testing.T) {
	t.Parallel()
	site, got := keyed(t)
	site.As(clerk()).Get("/v1/returns") // registers nothing, needs no key
	tests := []struct {
		name, method, path, key, code string
		status                        int
	}{
		{"no key", "POST", "/v1/returns", "", "idempotency-key.missing", 422},
		{"no key, DELETE", "DELETE", "/v1/returns/ret_1", "", "idempotency-key.missing", 422},
		{"too short", "POST", "/v1/returns", "1234567", "idempotency-key.shape", 422},
		{"too long", "POST", "/v1/returns", strings.Repeat("k", 129), "idempotency-key.shape", 422},
		{"a blank in it", "POST", "/v1/returns", "key number 1", "idempotency-key.shape", 422},
		{"not ASCII", "POST", "/v1/returns", "schlüssel-1", "idempotency-key.shape", 422},
		{"the longest", "POST", "/v1/returns", strings.Repeat("k", 128), "", 201},
		{"quoted, as the draft writes it", "POST", "/v1/returns", `"key-number-1"`, "", 201},
		{"a scan takes none", "POST", "/v1/scans", "", "", 201},
	}
	for _, tt := range tests {
		*got = access.Idempotency{}
		request := httptest.NewRequest(tt.method, tt.path, strings.NewReader("{}"))
		request.Header.Set("Content-Type", "application/json")
		if tt.key != "" {
			request.Header.Set("Idempotency-Key", tt.key)
		}
		answer := site.As(clerk()).Do(request)
		if answer.Status != tt.status {
			t.Errorf("%s = %d, want %d: %s", tt.name, answer.Status, tt.status, answer.Body)
			continue
		}
		if tt.code != "" && answer.Problem().Reasons[0].Code != tt.code {
			t.Errorf("%s: reasons %+v, want %s", tt.name, answer.Problem().Reasons, tt.code)
		}
		if want := strings.Trim(tt.key, `"`); tt.status == 201 && got.Key != want {
			t.Errorf("%s: key = %q, want %q", tt.name, got.Key, want)
		}
	}
}

func TestKeyInAForm(t *testing.T) {
	t.Parallel()
	site, got := keyed(t)
	form := url.Values{"serial": {"AC-1"}, "idempotency_key": {"key-of-a-form"}}
	request := httptest.NewRequest(http.MethodPost, "/v1/returns", strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := site.As(clerk()).Do(request)
	if answer.Status != 201 || answer.Body != `"AC-1"` || got.Key != "key-of-a-form" {
		t.Errorf("= %d %s with key %q, want the form to reach the handler", answer.Status, answer.Body, got.Key)
	}
	without := httptest.NewRequest(http.MethodPost, "/v1/returns", strings.NewReader("serial=AC-1"))
	without.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if problem := site.As(clerk()).Do(without).Problem(); problem.Reasons[0].Field != "idempotency_key" {
		t.Errorf("reasons %+v, want the form's field", problem.Reasons)
	}
}

// TestKeyInFlight: while the first request with a key is under way, a second
// one is told to wait, whatever its body; another key, another route and
// another person are not; and afterwards the key is free.
func TestKeyInFlight(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	site := webtest.New(t, func(r *web.Routes) {
		r.POST("/v1/returns", access.ReturnOpen, func(c echo.Context) error {
			if c.Request().Header.Get("X-Hold") != "" {
				close(entered)
				<-leave
			}
			return ok(c)
		})
		r.POST("/v1/sales", access.SaleRecord, ok)
	}, nil)
	mara := site.As(clerk()).WithKey("key-number-1")
	done := make(chan *webtest.Response)
	go func() {
		request := httptest.NewRequest(http.MethodPost, "/v1/returns", nil)
		request.Header.Set("X-Hold", "1")
		done <- mara.Do(request)
	}()
	<-entered
	busy := mara.PostJSON("/v1/returns", "other")
	if busy.Status != http.StatusConflict || busy.Problem().Code != "in-flight" || busy.Header.Get("Retry-After") == "" {
		t.Errorf("second request = %d %s, want 409 in-flight with Retry-After", busy.Status, busy.Body)
	}
	other := staff(lifecycle.RoleClerk)
	other.Person = "psn_other"
	for name, got := range map[string]*webtest.Response{
		"another key":    site.As(clerk()).WithKey("key-number-2").PostJSON("/v1/returns", ""),
		"another route":  mara.PostJSON("/v1/sales", ""),
		"another person": site.As(other).WithKey("key-number-1").PostJSON("/v1/returns", ""),
	} {
		if got.Status != 200 {
			t.Errorf("%s = %d, want 200", name, got.Status)
		}
	}
	close(leave)
	if first := <-done; first.Status != 200 {
		t.Errorf("first request = %d, want 200", first.Status)
	}
	if got := mara.PostJSON("/v1/returns", ""); got.Status != 200 {
		t.Errorf("afterwards = %d, want 200", got.Status)
	}
}
