package web

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/web/assets"
	"quitclaim/service/web/messages"
)

// Pages is the parsed templates of one room in every language, each joined
// with the layout and the shared parts.
type Pages struct {
	in map[messages.Language]map[string]*template.Template
}

// ParsePages takes every *.html of the folder. A file is one page, rendered by
// its base name; files whose names begin with _ are parts that all pages of
// the folder share. A page defines "title" and "main"; the layout does the
// rest.
func ParsePages(folder fs.FS) (*Pages, error) {
	files, err := templateFiles(folder)
	if err != nil {
		return nil, err
	}
	pages := &Pages{in: map[messages.Language]map[string]*template.Template{}}
	for _, language := range messages.Languages() {
		if pages.in[language], err = parseIn(language, files); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// parseIn is the pages in one language: a template's functions are bound to it
// when it is parsed.
func parseIn(language messages.Language, files map[string]string) (map[string]*template.Template, error) {
	base, err := parseShared(language)
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		if strings.HasPrefix(name, "_") {
			if _, err := base.New(name).Parse(files[name]); err != nil {
				return nil, fmt.Errorf("parse part: %w", err)
			}
		}
	}
	pages := map[string]*template.Template{}
	for _, name := range names {
		if strings.HasPrefix(name, "_") {
			continue
		}
		page, err := base.Clone()
		if err != nil {
			return nil, fmt.Errorf("clone layout: %w", err)
		}
		if _, err := page.New(name).Parse(files[name]); err != nil {
			return nil, fmt.Errorf("parse page: %w", err)
		}
		pages[name] = page
	}
	return pages, nil
}

// templateFiles is the text of every template by base name.
func templateFiles(folder fs.FS) (map[string]string, error) {
	files := map[string]string{}
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".html" {
			return err
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		if _, twice := files[path.Base(name)]; twice {
			return fmt.Errorf("two templates are called %s", path.Base(name))
		}
		files[path.Base(name)] = string(text)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	return files, nil
}

// parseShared is the layout and the shared parts.
func parseShared(language messages.Language) (*template.Template, error) {
	catalogue, err := messages.In(language)
	if err != nil {
		return nil, err
	}
	set, err := assets.Embedded()
	if err != nil {
		return nil, err
	}
	base := template.New("base").Option("missingkey=error").Funcs(functions(catalogue, set))
	shared, err := base.ParseFS(shellTemplates, "templates/_*.html")
	if err != nil {
		return nil, fmt.Errorf("parse the shared templates: %w", err)
	}
	return shared, nil
}

// layoutView is what the layout sees; the page sees Data alone.
type layoutView struct {
	SignedIn bool
	Name     string
	OrgName  string
	Account  bool // there is a page of one's own account, and this principal has one
	Nav      []navEntry
	Done     string     // message code of what was just done; empty: nothing
	Here     string     // where the choice of a language leads back to
	Cover    *coverView // at a station: what covers the page when nobody is there
	Data     any
}

// coverView is the cover of a page at a station.
type coverView struct {
	Name    string
	Seconds int
}

func coverOf(c echo.Context, principal access.Principal) *coverView {
	station, ok := c.Get(stationKey).(access.Station)
	if !ok {
		return nil
	}
	return &coverView{Name: principal.Name, Seconds: int(station.Idle.Seconds())}
}

// accountPath is where the name in the header leads.
const accountPath = "/account"

// livePrefix marks the blocks of a page that live.js may fetch alone.
const livePrefix = "live-"

// Render answers with a page. For ?fragment=x it answers with the page's block
// "live-x" alone, from the same data: that is how a page keeps itself fresh
// without a second handler.
func (p *Pages) Render(c echo.Context, status int, name string, data any) error {
	words := wordsOf(c)
	language := words.Language()
	if fragment := c.QueryParam("fragment"); fragment != "" && p.defines(name, livePrefix+fragment) {
		body, err := p.execute(language, name, livePrefix+fragment, data)
		if err != nil {
			return err
		}
		return c.HTMLBlob(status, body)
	}
	s, principal := serverOf(c), Principal(c)
	body, err := p.execute(language, name, "layout", layoutView{
		SignedIn: principal.SignedIn(),
		Name:     principal.Name,
		OrgName:  principal.OrgName,
		Account:  s.routes.has(http.MethodGet, accountPath) && access.Allowed(principal, access.AccountRead),
		Nav:      s.nav(principal, c.Request().URL.Path),
		Done:     done(c, words),
		Here:     s.here(c),
		Cover:    coverOf(c, principal),
		Data:     data,
	})
	if err != nil {
		return err
	}
	if bytes.Contains(body, scanMark) {
		allowCamera(c)
	}
	return c.HTMLBlob(status, body)
}

// done is the code "done.x" for ?done=x: how a page that a form led to says
// what has happened. Only what the message files know is said.
func done(c echo.Context, words *messages.Catalogue) string {
	code := "done." + c.QueryParam("done")
	if !words.Has(code) {
		return ""
	}
	return code
}

// Names lists the pages, for the test that executes each.
func (p *Pages) Names() []string { return slices.Sorted(maps.Keys(p.in[messages.English])) }

func (p *Pages) defines(name, block string) bool {
	page, ok := p.in[messages.English][name]
	return ok && page.Lookup(block) != nil
}

var errNoPage = errors.New("no such page")

// execute renders into memory first: a template that fails half way must not
// leave half a page behind.
func (p *Pages) execute(language messages.Language, name, block string, data any) ([]byte, error) {
	page, ok := p.in[language][name]
	if !ok {
		return nil, fmt.Errorf("render %s: %w", name, errNoPage)
	}
	var out bytes.Buffer
	if err := page.ExecuteTemplate(&out, block, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return out.Bytes(), nil
}
