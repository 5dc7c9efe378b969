package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

type pictured struct {
	Purpose string `json:"purpose" form:"purpose"`
}

// pictureSite answers how many bytes the picture has.
func pictureSite(t *testing.T) *webtest.Site {
	t.Helper()
	show := func(c echo.Context) error {
		picture, found, err := web.Picture(c, "photo")
		if err != nil {
			return err
		}
		purpose := ""
		if media := c.Request().Header.Get("Content-Type"); media != "image/png" {
			in, err := web.Bind[pictured](c)
			if err != nil {
				return err
			}
			purpose = in.Purpose
		}
		return web.JSON(c, http.StatusOK, map[string]any{"bytes": len(picture), "found": found, "purpose": purpose})
	}
	return webtest.New(t, func(r *web.Routes) {
		r.POST("/v1/scans", access.UnitScan, show)
		r.POST("/v1/returns", access.ReturnOpen, show)
	}, nil)
}

func TestPicture(t *testing.T) {
	t.Parallel()
	clerk := pictureSite(t).As(clerk())
	large := make([]byte, 9<<20)
	fields := url.Values{"purpose": {"return"}}
	tests := []struct {
		name string
		got  *webtest.Response
		want string
	}{
		{"in a form", clerk.PostFiles("/v1/scans", fields, "photo", large), `{"bytes":9437184,"found":true,"purpose":"return"}`},
		{"none", clerk.PostFiles("/v1/scans", fields, "photo"), `{"bytes":0,"found":false,"purpose":"return"}`},
		{"a field left out", clerk.PostFiles("/v1/scans", fields, "photo", nil), `{"bytes":0,"found":false,"purpose":"return"}`},
		{"in another field", clerk.PostFiles("/v1/scans", fields, "x", large), `{"bytes":0,"found":false,"purpose":"return"}`},
		{"alone", clerk.PostBody("/v1/scans", "image/png", large), `{"bytes":9437184,"found":true,"purpose":""}`},
		{"a form without files", clerk.PostForm("/v1/scans", fields), `{"bytes":0,"found":false,"purpose":"return"}`},
	}
	for _, tt := range tests {
		if got := strings.TrimSpace(tt.got.Body); tt.got.Status != http.StatusOK || got != tt.want {
			t.Errorf("%s = %d %s, want 200 %s", tt.name, tt.got.Status, got, tt.want)
		}
	}
	if got := clerk.PostFiles("/v1/scans", fields, "photo", []byte("a"), []byte("b")); got.Status != 422 || !strings.Contains(got.Body, "field.twice") {
		t.Errorf("two pictures = %d %s, want 422 field.twice", got.Status, got.Body)
	}
}

func TestOnlyPicturesMayBeLarge(t *testing.T) {
	t.Parallel()
	clerk := pictureSite(t).As(clerk())
	for name, got := range map[string]*webtest.Response{
		"more than 10 MB":         clerk.PostBody("/v1/scans", "image/png", make([]byte, 11<<20)),
		"more than 10 MB, a form": clerk.PostFiles("/v1/scans", nil, "photo", make([]byte, 11<<20)),
		"a large text":            clerk.PostBody("/v1/scans", "application/json", make([]byte, 1<<20)),
		"a route that takes none": clerk.PostFiles("/v1/returns", nil, "photo", make([]byte, 1<<20)),
	} {
		if got.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s = %d, want 413", name, got.Status)
		}
	}
}

func TestPicturesAreWorkedOnTwoAtOnce(t *testing.T) {
	t.Parallel()
	inside, leave := make(chan struct{}), make(chan struct{})
	site := webtest.New(t, func(r *web.Routes) {
		r.POST("/v1/scans", access.UnitScan, func(c echo.Context) error {
			if c.Request().Header.Get("Content-Type") == "image/png" {
				inside <- struct{}{}
				<-leave
			}
			return web.JSON(c, http.StatusOK, true)
		})
	}, func(c *web.Config) { c.PictureWait = 20 * time.Millisecond })
	clerk := site.As(clerk())
	answers := make(chan int, 2)
	for range 2 {
		go func() { answers <- clerk.PostBody("/v1/scans", "image/png", []byte("x")).Status }()
		<-inside
	}
	third := clerk.PostBody("/v1/scans", "image/png", []byte("x"))
	if third.Status != http.StatusServiceUnavailable || third.Header.Get("Retry-After") == "" {
		t.Errorf("a third picture = %d, Retry-After %q, want 503 and when to come back", third.Status, third.Header.Get("Retry-After"))
	}
	if got := clerk.PostBody("/v1/scans", "application/json", []byte("{}")); got.Status != 200 {
		t.Errorf("a text scan meanwhile = %d, want 200", got.Status)
	}
	if got := site.As(access.Anonymous()).PostBody("/v1/scans", "image/png", []byte("x")); got.Status != 401 {
		t.Errorf("nobody's picture = %d, want 401: who may not send one waits for no turn", got.Status)
	}
	close(leave)
	for range 2 {
		if got := <-answers; got != 200 {
			t.Errorf("a picture with a turn = %d, want 200", got)
		}
	}
	go func() { <-inside }()
	if got := clerk.PostBody("/v1/scans", "image/png", []byte("x")); got.Status != 200 {
		t.Errorf("afterwards = %d, want 200: the turns were given back", got.Status)
	}
}
