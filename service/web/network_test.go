package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

func TestNetwork(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	tests := []struct {
		name    string
		proxies []netip.Prefix
		remote  string
		hops    []string
		want    string
	}{
		{"direct", nil, "192.0.2.7:4711", nil, "192.0.2.7"},
		{"what a client claims is nothing", nil, "192.0.2.7:4711", []string{"198.51.100.1"}, "192.0.2.7"},
		{"a household is a /64", nil, "[2001:db8:1:2:aaaa::1]:80", nil, "2001:db8:1:2::/64"},
		{"mapped", nil, "[::ffff:192.0.2.7]:80", nil, "192.0.2.7"},
		{"one proxy", proxies, "10.1.1.1:9", []string{"192.0.2.7"}, "192.0.2.7"},
		{"two proxies", proxies, "[::1]:9", []string{"192.0.2.7, 10.0.0.3"}, "192.0.2.7"},
		{"two header lines", proxies, "[::1]:9", []string{"192.0.2.7", "10.0.0.3"}, "192.0.2.7"},
		{"made-up hops on the left", proxies, "10.1.1.1:9", []string{"203.0.113.5, 192.0.2.7"}, "192.0.2.7"},
		{"nothing forwarded", proxies, "10.1.1.1:9", nil, "10.1.1.1"},
		{"rubbish forwarded", proxies, "10.1.1.1:9", []string{"192.0.2.7, <script>"}, "10.1.1.1"},
		{"no address", nil, "pipe", nil, "none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			site := webtest.New(t, func(r *web.Routes) {
				r.GET("/whence", access.HomeRead, func(c echo.Context) error { return c.String(http.StatusOK, web.Network(c)) })
			}, func(c *web.Config) { c.Proxies = tt.proxies })
			request := httptest.NewRequest(http.MethodGet, "/whence", nil)
			request.RemoteAddr = tt.remote
			request.Header["X-Forwarded-For"] = tt.hops
			if got := site.Do(request).Body; got != tt.want {
				t.Errorf("Network = %q, want %q", got, tt.want)
			}
		})
	}
}
