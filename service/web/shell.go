package web

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

//go:embed templates/*.html
var shellTemplates embed.FS

// shellPages are the templates that belong to no room.
func shellPages() fs.FS { return shellTemplates }

func (s *Server) mountShell() {
	r := s.routes
	r.GET("/", access.HomeRead, s.home)
	r.GET("/healthz", access.HealthRead, s.health)
	r.GET("/assets/:version/*", access.AssetRead, s.asset)
	r.GET("/favicon.ico", access.AssetRead, s.favicon)
	s.mountInstall()
	r.POST(languagePath, access.LanguageChoose, s.chooseLanguage)
}

// home sends everybody to what they work with first.
func (s *Server) home(c echo.Context) error {
	principal := Principal(c)
	if !principal.SignedIn() {
		return SeeOther(c, "/sign-in")
	}
	for _, place := range homes {
		if principal.Has(place.role) && s.routes.has(http.MethodGet, place.path) {
			return SeeOther(c, place.path)
		}
	}
	if entries := s.nav(principal, ""); len(entries) > 0 {
		return SeeOther(c, entries[0].Path)
	}
	return fmt.Errorf("nothing to work with: %w", lifecycle.ErrForbidden)
}

// health answers load balancers. A server that drains wants no new requests.
func (s *Server) health(c echo.Context) error {
	select {
	case <-s.draining:
		return fmt.Errorf("draining: %w", lifecycle.ErrBusy)
	default:
	}
	if s.config.Health != nil {
		if err := s.config.Health(c.Request().Context()); err != nil {
			return fmt.Errorf("health: %w: %w", lifecycle.ErrBusy, err)
		}
	}
	return JSON(c, http.StatusOK, map[string]string{"status": "ok"})
}

const year = 365 * 24 * time.Hour

// asset serves one file. A path of another version (a page from before an
// update) gets today's bytes, but may not keep them under yesterday's name.
func (s *Server) asset(c echo.Context) error {
	name := c.Param("*")
	if c.Param("version") == s.assets.VersionOf(name) {
		Cacheable(c, year, true)
	} else {
		Cacheable(c, 0, false)
	}
	if name == decoder {
		AllowWasm(c) // a worker obeys the policy that it came with, not its page's
	}
	return s.writeAsset(c, name)
}

// decoder is the worker that reads codes out of pictures.
const decoder = "decoder.js"

func (s *Server) favicon(c echo.Context) error {
	Cacheable(c, 24*time.Hour, false)
	return s.writeAsset(c, "favicon.svg")
}

func (s *Server) writeAsset(c echo.Context, name string) error {
	file, ok := s.assets.File(name)
	if !ok {
		return fmt.Errorf("asset: %w", lifecycle.ErrNotFound)
	}
	header := c.Response().Header()
	header.Set("Vary", "Accept-Encoding")
	if file.Gzip != nil && strings.Contains(c.Request().Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		return c.Blob(http.StatusOK, file.Type, file.Gzip)
	}
	body, err := file.Plain()
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, file.Type, body)
}
