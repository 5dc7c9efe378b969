package bench_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

// always signs everybody in as one person: event streams need a real
// connection, which a recorded request is not.
type always struct{ access.Principal }

func (a always) PrincipalOfToken(context.Context, string, lifecycle.PersonID) (access.Principal, error) {
	return a.Principal, nil
}

func (a always) PrincipalOfPerson(context.Context, lifecycle.PersonID, int64) (access.Principal, error) {
	return a.Principal, nil
}

// The unit reports, and the technician's open page is told and finds it there.
func TestTheUnitsOwnReportAppearsLive(t *testing.T) {
	t.Parallel()
	k := setup(t)
	unit := k.returned()
	site := k.mounted(func(c *web.Config) { c.Authenticator = always{principal(k.Technician)} })
	server := httptest.NewServer(site.Server.Handler())
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()

	get := func(path string) *http.Response {
		t.Helper()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer any")
		answer, err := server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	page := k.as(k.Technician).Get(page(unit)).Body
	_, rest, _ := strings.Cut(page, `data-live="`)
	events, _, found := strings.Cut(rest, `"`)
	if !found {
		t.Fatal("the page is not live")
	}
	stream := get(events)
	defer stream.Body.Close()
	if got := stream.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/event-stream") {
		t.Fatalf("stream = %d %s", stream.StatusCode, got)
	}
	lines := bufio.NewScanner(stream.Body)
	told := func() bool {
		for lines.Scan() {
			if lines.Text() == "event: change" {
				return true
			}
		}
		return false
	}
	if !told() { // what happened while the page was on its way
		t.Fatalf("the stream ended without a word: %v", lines.Err())
	}
	k.report(unit, "2.1.0", "")
	if !told() {
		t.Fatalf("the report was not told: %v", lines.Err())
	}
	sees(t, "the page's fragment", k.as(k.Technician).Get("/bench/units/acme/"+unit.Key.Serial+"?fragment=progress").Body,
		"The unit signed it itself", "It runs 2.1.0")
}
