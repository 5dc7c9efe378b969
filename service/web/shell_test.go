package web_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/web"
	"quitclaim/service/web/assets"
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

func TestHealthzSaysWhenItIsNot(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, nil, func(c *web.Config) {
		c.Health = func(context.Context) error { return errors.New("the disk at /var is full") }
	})
	got := site.As(access.Anonymous()).Get("/healthz")
	if got.Status != http.StatusServiceUnavailable || strings.Contains(got.Body, "/var") {
		t.Errorf("= %d %s, want 503 without the reason", got.Status, got.Body)
	}
	if !strings.Contains(site.Log.String(), "the disk at /var is full") {
		t.Error("nobody is told why")
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, nil, nil)
	set, err := assets.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	url, err := set.URL("quitclaim.css")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		path, encoding           string
		status                   int
		media, cache, contentEnc string
	}{
		{url, "", 200, "text/css; charset=utf-8", "public, max-age=31536000, immutable", ""},
		{url, "br, gzip", 200, "text/css; charset=utf-8", "public, max-age=31536000, immutable", "gzip"},
		{"/assets/yesterday/live.js", "", 200, "text/javascript; charset=utf-8", "public, max-age=0", ""},
		{"/favicon.ico", "", 200, "image/svg+xml", "public, max-age=86400", ""},
		{"/assets/" + set.Version() + "/assets.go", "", 404, "", "no-store", ""},
		{"/assets/" + set.Version() + "/../web.go", "", 404, "", "no-store", ""},
	}
	for _, tt := range tests {
		request := httptest.NewRequest(http.MethodGet, tt.path, nil)
		request.Header.Set("Accept-Encoding", tt.encoding)
		got := site.Do(request)
		if got.Status != tt.status || got.Header.Get("Cache-Control") != tt.cache || got.Header.Get("Content-Encoding") != tt.contentEnc {
			t.Errorf("GET %s = %d %v", tt.path, got.Status, got.Header)
		}
		if tt.media != "" && got.Header.Get("Content-Type") != tt.media {
			t.Errorf("GET %s is %q, want %q", tt.path, got.Header.Get("Content-Type"), tt.media)
		}
	}
}

func TestConfigSaysEverythingThatIsMissing(t *testing.T) {
	t.Parallel()
	_, err := web.New(web.Config{ExternalURL: "ftp://x"})
	for _, want := range []string{"Log", "Now", "NewID", "Sessions", "Authenticator", "ExternalURL"} {
		if err == nil || !strings.Contains(err.Error(), "web.Config."+want) {
			t.Errorf("New = %v, want %s named", err, want)
		}
	}
}
