package web_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

func TestProblemOfIsWhatTheErrorWouldBecome(t *testing.T) {
	t.Parallel()
	errs := map[string]error{
		"not-found": fmt.Errorf("unit: %w", lifecycle.ErrNotFound),
		"refused": fmt.Errorf("certify: %w", &lifecycle.Refusal{
			State: lifecycle.StateReset, Reasons: []lifecycle.Reason{{Code: "field.required"}},
		}),
		"internal": errors.New("disk on fire"),
	}
	for code, err := range errs {
		site := webtest.New(t, func(r *web.Routes) {
			r.GET("/v1/item", access.HealthRead, func(c echo.Context) error {
				return web.JSON(c, http.StatusOK, web.ProblemOf(c, err))
			})
			r.GET("/v1/error", access.HealthRead, func(echo.Context) error { return err })
		}, nil)
		item, whole := site.As(access.Anonymous()).Get("/v1/item"), site.As(access.Anonymous()).Get("/v1/error")
		var got web.Problem
		item.Decode(&got)
		if got.Code != code {
			t.Errorf("%v: code %q, want %q", err, got.Code, code)
		}
		if item.Body != whole.Body {
			t.Errorf("%v: item %s, as an answer %s", err, item.Body, whole.Body)
		}
	}
}
