package web_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

func TestWorded(t *testing.T) {
	t.Parallel()
	reasons := []lifecycle.Reason{
		{Code: "scan.not-certified"},
		{Code: "certify.task-open", Args: map[string]string{"task": "unit.identify"}},
		{Code: "certify.task-open", Args: map[string]string{"task": "eu.acme.unbind"}},
		{Code: "certify.task-open", Args: map[string]string{"task": "odd"}},
		{Code: "certify.grade", Args: map[string]string{"have": "", "want": "probed"}},
		{Code: "certify.check", Args: map[string]string{"check": "lens"}},
		{Code: "certify.contest-window", Args: map[string]string{"until": "2026-03-16T09:00:00Z"}},
	}
	wantOthers := []lifecycle.Reason{
		{Code: "scan.not-certified"},
		{Code: "certify.grade", Args: map[string]string{"have": "nothing yet", "want": "the old credential refused"}},
		{Code: "certify.check", Args: map[string]string{"check": "lens"}},
		{Code: "certify.contest-window", Args: map[string]string{"until": "16 Mar 2026"}},
	}
	wantOpen := []lifecycle.Reason{
		{Code: "task.identify"},
		{Code: "task.at-cloud", Args: map[string]string{"cloud": "eu.acme", "task": "Every account of before is let go"}},
		{Code: "certify.task-open", Args: map[string]string{"task": "odd"}},
	}
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/words", access.AccountRead, func(c echo.Context) error {
			others, open := web.Worded(c, reasons)
			if diff := cmp.Diff(wantOthers, others); diff != "" {
				t.Errorf("others (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(wantOpen, open); diff != "" {
				t.Errorf("open (-want +got):\n%s", diff)
			}
			if lead, rest := web.Worded(c, reasons[1:2]); len(lead) != 1 || rest != nil {
				t.Errorf("tasks alone = %v, %v; want one to lead with", lead, rest)
			}
			return web.JSON(c, http.StatusOK, web.Reasons(c, nil))
		})
	}, nil)
	got := site.As(staff(lifecycle.RoleClerk)).Get("/words")
	if got.Status != http.StatusOK || got.Body != "[]" {
		t.Errorf("no reasons = %d %s, want an empty list", got.Status, got.Body)
	}
}
