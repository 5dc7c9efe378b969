package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// KeepInBrowser leaves a secret of ours in this browser for a while: what has
// begun here must end here. Scripts cannot read it, and it does not come with
// what another site's page sends.
func KeepInBrowser(c echo.Context, name, value string, age time.Duration) {
	s := serverOf(c)
	c.SetCookie(&http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(age / time.Second),
		HttpOnly: true, Secure: s.https(), SameSite: http.SameSiteStrictMode,
	})
}

// KeptInBrowser is what KeepInBrowser left under this name, empty where there is
// nothing.
func KeptInBrowser(c echo.Context, name string) string {
	cookie, err := c.Cookie(serverOf(c).cookieName(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// DropFromBrowser takes it away.
func DropFromBrowser(c echo.Context, name string) { KeepInBrowser(c, name, "", -time.Second) }

// cookieName: RFC 6265bis section 4.1.3.2 keeps other hosts from setting ours.
func (s *Server) cookieName(name string) string {
	if s.https() {
		return "__Host-quitclaim-" + name
	}
	return "quitclaim-" + name
}
