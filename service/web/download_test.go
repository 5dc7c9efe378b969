package web_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// A download goes on when other requests are over their time, and comes whole.
func TestADownloadOutlivesTheLimitOfOtherRequests(t *testing.T) {
	t.Parallel()
	file := bytes.Repeat([]byte("0123456789abcdef"), 10_000)
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/file", access.FirmwareRead, func(c echo.Context) error {
			short := c.Request().Context()
			ctx, to := web.Download(c)
			<-short.Done() // any other request is over now
			if err := ctx.Err(); err != nil {
				return err
			}
			c.Response().WriteHeader(http.StatusOK)
			_, err := to.Write(file)
			return err
		})
	}, func(c *web.Config) { c.RequestTimeout = 10 * time.Millisecond })
	server := httptest.NewServer(site.Server.Handler())
	t.Cleanup(server.Close)
	got, err := http.Get(server.URL + "/file") //nolint:noctx // the test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil || got.StatusCode != http.StatusOK || !bytes.Equal(body, file) {
		t.Errorf("%d with %d bytes, %v; want all %d", got.StatusCode, len(body), err, len(file))
	}
}
