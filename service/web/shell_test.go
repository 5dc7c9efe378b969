package web_test

import (
	"net/http"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/web/webtest"
)

func TestHealthz(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, nil, nil)
	got := site.As(access.Anonymous()).Get("/healthz")
	if got.Status != http.StatusOK || got.Body != `{"status":"ok"}` {
		t.Errorf("GET /healthz = %d %s, want 200 ok", got.Status, got.Body)
	}
}
