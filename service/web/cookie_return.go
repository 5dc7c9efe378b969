package web

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// KeepForReturn is KeepInBrowser for a secret that is needed when this browser
// comes back from another site: it comes with a step that somebody takes, and
// never with what another site's page sends by itself (SameSite Lax).
func KeepForReturn(c echo.Context, name, value string, age time.Duration) {
	s := serverOf(c)
	c.SetCookie(&http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(age / time.Second),
		HttpOnly: true, Secure: s.https(), SameSite: http.SameSiteLaxMode,
	})
}
