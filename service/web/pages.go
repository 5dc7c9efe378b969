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
	"sync"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/web/assets"
	"quitclaim/service/web/messages"
)

// Pages is the templates of one room, each joined with the layout and the
// shared parts. A joined page is large, so it is made for a language when
// somebody first reads it in that language.
type Pages struct {
	files map[string]string

	making sync.Mutex
	bases  map[messages.Language]*template.Template // layout and parts, which pages are cloned from
	made   map[pageIn]*template.Template
}

// pageIn is a page in a language: a template's functions are bound to it when
// it is parsed.
type pageIn struct {
	language messages.Language
	name     string
}

// ParsePages takes every *.html of the folders. A file is one page, rendered by
// its base name; files whose names begin with _ are parts that all pages of
// the folders share. A page defines "title" and "main"; the layout does the
// rest. Whatever does not parse is an error here, and none later.
func ParsePages(folders ...fs.FS) (*Pages, error) {
	files := map[string]string{}
	for _, folder := range folders {
		if err := addTemplates(files, folder); err != nil {
			return nil, err
		}
	}
	pages := &Pages{
		files: files, bases: map[messages.Language]*template.Template{}, made: map[pageIn]*template.Template{},
	}
	for _, name := range pages.Names() {
		if _, err := pages.page(messages.English, name); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// page is a page of Names in a language.
func (p *Pages) page(language messages.Language, name string) (*template.Template, error) {
	p.making.Lock()
	defer p.making.Unlock()
	if page, ok := p.made[pageIn{language, name}]; ok {
		return page, nil
	}
	base, err := p.base(language)
	if err != nil {
		return nil, err
	}
	page, err := base.Clone()
	if err != nil {
		return nil, fmt.Errorf("clone layout: %w", err)
	}
	if _, err := page.New(name).Parse(p.files[name]); err != nil {
		return nil, fmt.Errorf("parse page: %w", err)
	}
	p.made[pageIn{language, name}] = page
	return page, nil
}

// base is the layout and the parts in a language. It is never executed: what
// was cannot be cloned.
func (p *Pages) base(language messages.Language) (*template.Template, error) {
	if base, ok := p.bases[language]; ok {
		return base, nil
	}
	base, err := parseShared(language)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		if !isPart(name) {
			continue
		}
		if _, err := base.New(name).Parse(p.files[name]); err != nil {
			return nil, fmt.Errorf("parse part: %w", err)
		}
	}
	p.bases[language] = base
	return base, nil
}

func isPart(name string) bool { return strings.HasPrefix(name, "_") }

// addTemplates adds the text of every template by base name.
func addTemplates(files map[string]string, folder fs.FS) error {
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
		return fmt.Errorf("read templates: %w", err)
	}
	return nil
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
func (p *Pages) Names() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(p.files)), isPart)
}

func (p *Pages) has(name string) bool {
	_, ok := p.files[name]
	return ok && !isPart(name)
}

func (p *Pages) defines(name, block string) bool {
	if !p.has(name) {
		return false
	}
	page, err := p.page(messages.English, name)
	return err == nil && page.Lookup(block) != nil
}

var errNoPage = errors.New("no such page")

// execute renders into memory first: a template that fails half way must not
// leave half a page behind.
func (p *Pages) execute(language messages.Language, name, block string, data any) ([]byte, error) {
	if !p.has(name) {
		return nil, fmt.Errorf("render %s: %w", name, errNoPage)
	}
	page, err := p.page(language, name)
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	var out bytes.Buffer
	if err := page.ExecuteTemplate(&out, block, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return out.Bytes(), nil
}
