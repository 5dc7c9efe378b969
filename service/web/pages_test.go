package web_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

func folder(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// render is what one template writes inside the layout for a clerk.
func render(t *testing.T, text string, data any, path string) *webtest.Response {
	t.Helper()
	pages, err := web.ParsePages(folder(map[string]string{"templates/x.html": text}))
	if err != nil {
		t.Fatalf("ParsePages: %v", err)
	}
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/desk", access.ReturnOpen, func(c echo.Context) error { return pages.Render(c, http.StatusOK, "x.html", data) })
		r.GET("/flags", access.FlagRead, ok)
		r.GET("/desk/inside", access.ReturnOpen, func(c echo.Context) error { return pages.Render(c, http.StatusOK, "x.html", data) })
	}, nil)
	return site.As(clerk()).Get(path)
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	data := map[string]any{
		"At": galleryTime, "Args": map[string]string{"max": "5"}, "Reason": lifecycle.Reason{Code: "page.limit", Args: map[string]string{"max": "9"}},
		"Serial": `A/B"<`, "Ends": galleryTime.Truncate(24 * time.Hour), "Never": time.Time{},
	}
	tests := []struct{ text, want string }{
		{`{{t "page.limit" "max" 7}}`, "Ask for 1 to 7 at once."},
		{`{{t "page.limit" .Args}}`, "Ask for 1 to 5 at once."},
		{`{{t "page.limit"}}`, "Ask for 1 to {max} at once."},
		{`{{t "page.limit" "max" .Serial}}`, "Ask for 1 to A/B&#34;&lt; at once."},
		{`{{t "no.such"}}`, "no.such"},
		{`{{tReason .Reason}}`, "Ask for 1 to 9 at once."},
		{`{{label "serial"}}, {{label "oddity"}}`, "Serial number, oddity"},
		{`{{time .At}}`, `<time datetime="2026-03-14T09:26:53.000Z" data-show="minute">14 Mar 2026, 09:26 UTC</time>`},
		{`{{day .At}}`, `<time datetime="2026-03-14T09:26:53.000Z" data-show="day">14 Mar 2026</time>`},
		{`{{due .At}}`, `<time datetime="2026-03-14T09:26:53.000Z" data-show="due">Saturday, 14 Mar 2026, 09:26 UTC</time>`},
		{`{{until .At}}`, `data-show="due">Saturday, 14 Mar 2026, 09:26 UTC</time>`},
		{`<p>{{until .Ends}}</p>`, `<p><time datetime="2026-03-13T23:59:59.999Z" data-show="last-day">13 Mar 2026</time></p>`}, // the last day that somebody chose
		{`[{{until .Never}}]`, `[]`},
		{`<a href="/units/{{seg .Serial}}">x</a>`, `<a href="/units/A%2FB%22%3C">x</a>`},
		{`{{template "pager" (pager "abc" "state" "sold" "q" "")}}`, `href="?after=abc&amp;state=sold"`},
		{`[{{template "pager" (pager "")}}]`, `[]`},
		{`{{template "empty" "web.more"}}`, "<span>Show more</span>"},
		{`{{template "notice" (notice "stop" "web.more")}}`, `<p class="notice stop" role="alert">`},
	}
	for _, tt := range tests {
		got := render(t, `{{define "main"}}`+tt.text+`{{end}}`, data, "/desk")
		if got.Status != 200 || !strings.Contains(got.Body, tt.want) {
			t.Errorf("%s: %d, want %q in\n%s", tt.text, got.Status, tt.want, got.Body)
		}
	}
}

// TestTemplateMistakesAreErrors: what a template gets wrong is a 500 in its
// room's first test, not a hole in the page.
func TestTemplateMistakesAreErrors(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{{.Missing}}`,
		`{{t "page.limit" "max"}}`,
		`{{t "page.limit" 1 2}}`,
		`{{icon "no-such"}}`,
		`{{asset "no-such.js"}}`,
		`{{template "field" (field "a" "web.more" "" nil "requierd")}}`,
	} {
		got := render(t, `{{define "main"}}before`+text+`{{end}}`, map[string]any{}, "/desk")
		if got.Status != 500 || strings.Contains(got.Body, "before") {
			t.Errorf("%s = %d, want 500 and nothing of the page", text, got.Status)
		}
	}
}

func TestParsePagesRefuses(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"a broken page":             {"x.html": `{{define "main"}}`},
		"a broken part":             {"_p.html": `{{nope}}`, "x.html": ``},
		"two pages of one name":     {"a/x.html": ``, "b/x.html": ``},
		"a function we do not have": {"x.html": `{{define "main"}}{{now}}{{end}}`},
	} {
		if _, err := web.ParsePages(folder(files)); err == nil {
			t.Errorf("%s was parsed", name)
		}
	}
}

func TestPartsAreShared(t *testing.T) {
	t.Parallel()
	pages, err := web.ParsePages(folder(map[string]string{
		"_parts.html": `{{define "own"}}own part{{end}}`,
		"a.html":      `{{define "main"}}A {{template "own"}}{{end}}`,
		"b.html":      `{{define "main"}}B {{template "own"}}{{end}}`,
		"notes.txt":   `{{`,
	}))
	if err != nil {
		t.Fatalf("ParsePages: %v", err)
	}
	if got := strings.Join(pages.Names(), " "); got != "a.html b.html" {
		t.Errorf("Names = %s", got)
	}
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/b", access.HomeRead, func(c echo.Context) error { return pages.Render(c, http.StatusOK, "b.html", nil) })
		r.GET("/c", access.HomeRead, func(c echo.Context) error { return pages.Render(c, http.StatusOK, "c.html", nil) })
	}, nil)
	if got := site.As(access.Anonymous()).Get("/b"); !strings.Contains(got.Body, "B own part") || strings.Contains(got.Body, "A own") {
		t.Errorf("page b: %s", got.Body)
	}
	if got := site.As(access.Anonymous()).Get("/c"); got.Status != 500 {
		t.Errorf("a page that is not there = %d, want 500", got.Status)
	}
}

func TestLayout(t *testing.T) {
	t.Parallel()
	page := `{{define "title"}}Take a return{{end}}{{define "main"}}<p>hello</p>{{end}}`
	got := render(t, page, nil, "/desk/inside?done=nothing-known")
	for _, want := range []string{
		`<html lang="en">`, "<title>Take a return · Quitclaim</title>", `<a class="skip" href="#main">`,
		`<a href="/desk" aria-current="page">Return desk</a>`, "<strong>Mara Lind</strong><span>Elm Street Electronics</span>",
		`action="/sign-out"`, `<main id="main" class="narrow"`,
	} {
		if !strings.Contains(got.Body, want) {
			t.Errorf("the layout lacks %q:\n%s", want, got.Body)
		}
	}
	for _, wrong := range []string{"/flags", "/bench", "/till", "class=\"notice"} {
		if strings.Contains(got.Body, wrong) {
			t.Errorf("a clerk's page holds %q, which is not theirs, not there or not true", wrong)
		}
	}
}

// TestNamesAreEscaped: a person's name is data like any other.
func TestNamesAreEscaped(t *testing.T) {
	t.Parallel()
	pages, err := web.ParsePages(folder(map[string]string{"x.html": `{{define "main"}}{{end}}`}))
	if err != nil {
		t.Fatalf("ParsePages: %v", err)
	}
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/desk", access.ReturnOpen, func(c echo.Context) error { return pages.Render(c, http.StatusOK, "x.html", nil) })
	}, nil)
	who := clerk()
	who.Name, who.OrgName = `<script>alert(1)</script>`, `"><img src=x>`
	if got := site.As(who).Get("/desk"); strings.Contains(got.Body, "<script>alert") || strings.Contains(got.Body, "<img") {
		t.Errorf("a name became code:\n%s", got.Body)
	}
}

func TestFieldParts(t *testing.T) {
	t.Parallel()
	wrong := &lifecycle.Invalid{}
	wrong.Add("serial", "field.required")
	data := map[string]any{"Mistakes": wrong, "Options": []web.Option{{Value: "a", Message: "web.more", Hint: "web.optional"}, {Value: "b", Message: "web.more"}}}
	tests := []struct {
		text string
		want []string
	}{
		{`{{template "field" (field "serial" "label.serial" "A<" .Mistakes "required" "autofocus" "help=web.more" "inputmode=none" "maxlength=64")}}`, []string{
			`<label for="serial">Serial number</label>`, `id="serial-help">Show more`, `id="serial-mistake"`, "This is needed.",
			`value="A&lt;"`, ` required autofocus aria-describedby="serial-help serial-mistake" aria-invalid="true"`, `inputmode="none" maxlength="64"`}},
		{`{{template "field" (field "receipt" "label.receipt" "" .Mistakes "type=textarea")}}`, []string{`<textarea id="receipt" name="receipt" rows="3"></textarea>`, "(optional)"}},
		{`{{template "choice" (choice "c" "web.nav" "b" nil .Options "required")}}`, []string{
			`<legend>Places</legend>`, `value="a" required>`, `value="b" checked required>`, "<small>(optional)</small>"}},
		{`{{template "check" (check "present" "web.more" true nil)}}`, []string{`type="checkbox" id="present" name="present" value="on" checked>`}},
	}
	for _, tt := range tests {
		got := render(t, `{{define "main"}}`+tt.text+`{{end}}`, data, "/desk")
		for _, want := range tt.want {
			if !strings.Contains(got.Body, want) {
				t.Errorf("%s lacks %q:\n%s", tt.text, want, got.Body)
			}
		}
	}
}

func TestFormsCarryFreshKeys(t *testing.T) {
	t.Parallel()
	data := map[string]any{"B": &web.Button{Message: "web.more", Path: "/x", Post: true, Fields: []web.Hidden{{Name: "version", Value: "3"}}}}
	page := `{{define "main"}}{{template "button" .B}}{{template "key"}}{{end}}`
	got := render(t, page, data, "/desk").Body
	keys := map[string]bool{}
	for _, part := range strings.Split(got, `name="idempotency_key" value="`)[1:] {
		key, _, _ := strings.Cut(part, `"`)
		keys[key] = len(key) >= 26
	}
	if len(keys) != 2 {
		t.Errorf("keys %v, want two different ones:\n%s", keys, got)
	}
	for key, long := range keys {
		if !long {
			t.Errorf("key %q has less than 128 bits", key)
		}
	}
	if !strings.Contains(got, `name="version" value="3"`) {
		t.Errorf("the hidden field is missing:\n%s", got)
	}
}
