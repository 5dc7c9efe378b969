package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web/assets"
)

// offlinePath is the page that browsers keep for when there is no network. Its
// room renders it for nobody in particular.
const offlinePath = "/desk/offline"

func (s *Server) mountInstall() {
	s.routes.GET("/sw.js", access.AssetRead, s.worker)
	s.routes.GET("/manifest.webmanifest", access.AssetRead, s.manifest)
}

// shell is what the service worker keeps.
type shell struct {
	Version string   `json:"version"`
	Page    string   `json:"page"`
	Files   []string `json:"files"`
	// Later is the decoder: large, and of no use before somebody scans by camera.
	Later []string `json:"later"`
}

func shellOf(set *assets.Set) (shell, error) {
	kept := shell{Page: offlinePath, Files: []string{}, Later: []string{}}
	for _, name := range set.Names() {
		address, err := set.URL(name)
		if err != nil {
			return shell{}, err
		}
		switch {
		case name == "sw.js":
		case path.Dir(name) != "." && slices.Contains([]string{".js", ".wasm"}, path.Ext(name)):
			kept.Later = append(kept.Later, address)
		case slices.Contains([]string{".js", ".css", ".svg"}, path.Ext(name)):
			kept.Files = append(kept.Files, address)
		}
	}
	kept.Version = set.Version() + "-" + set.VersionOf("zxing/")
	return kept, nil
}

// worker is the service worker. It begins with what it keeps, so that a browser
// sees by its bytes that something is new. It stands at the top, for a worker
// serves what lies below it.
func (s *Server) worker(c echo.Context) error {
	kept, err := shellOf(s.assets)
	if err != nil {
		return err
	}
	head, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("encode the shell: %w", err)
	}
	file, ok := s.assets.File("sw.js")
	if !ok {
		return fmt.Errorf("service worker: %w", lifecycle.ErrNotFound)
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.Blob(http.StatusOK, file.Type, fmt.Appendf(nil, "const shell = %s;\n%s", head, file.Body))
}

// manifest makes the desk an app: W3C Web Application Manifest.
type manifest struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	ShortName  string         `json:"short_name"`
	Language   string         `json:"lang"`
	StartURL   string         `json:"start_url"`
	Scope      string         `json:"scope"`
	Display    string         `json:"display"`
	Background string         `json:"background_color"`
	Theme      string         `json:"theme_color"`
	Icons      []manifestIcon `json:"icons"`
}

type manifestIcon struct {
	Source  string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose,omitempty"`
}

func (s *Server) manifest(c echo.Context) error {
	words := wordsOf(c)
	body := manifest{
		ID: "/desk", Name: words.Text("web.product", nil), ShortName: words.Text("web.product", nil),
		Language: c.Response().Header().Get("Content-Language"),
		StartURL: "/desk", Scope: "/", Display: "standalone", Background: "#ffffff", Theme: "#1d4a86",
	}
	for _, icon := range []struct{ file, sizes, purpose string }{
		{"icon-192.png", "192x192", ""}, {"icon-512.png", "512x512", ""}, {"icon-maskable.png", "512x512", "maskable"},
	} {
		address, err := s.assets.URL(icon.file)
		if err != nil {
			return err
		}
		body.Icons = append(body.Icons, manifestIcon{address, icon.sizes, "image/png", icon.purpose})
	}
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode the manifest: %w", err)
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.Blob(http.StatusOK, "application/manifest+json", text)
}
