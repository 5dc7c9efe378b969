package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/messages"
	"quitclaim/service/web/webtest"
)

// ask is an anonymous GET with headers in pairs.
func ask(site *webtest.Site, path string, headers ...string) *http.Response {
	request := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	out := httptest.NewRecorder()
	site.Server.Handler().ServeHTTP(out, request)
	return out.Result()
}

func TestLanguageOfARequest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		otherwise    messages.Language
		accept, kept string
		want         string
	}{
		{name: "nothing said", want: "en"},
		{name: "nothing said, another default", otherwise: "de", want: "de"},
		{name: "a region", accept: "de-AT,en;q=0.5", want: "de"},
		{name: "the second one", accept: "fi, es-MX;q=0.7, en;q=0.3", want: "es"},
		{name: "the heavier one", accept: "en;q=0.4, de;q=0.8", want: "de"},
		{name: "none of ours", accept: "fi, ja", want: "en"},
		{name: "none of ours, another default", otherwise: "es", accept: "fi, ja", want: "es"},
		{name: "the choice before the browser", accept: "de", kept: "es", want: "es"},
		{name: "a choice that we do not know", accept: "de", kept: "tlh", want: "de"},
		{name: "rubbish", accept: "\x00;;q=,,-_-", want: "en"},
		{name: "endless", accept: strings.Repeat("de,", 100), want: "en"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			site := webtest.New(t, nil, func(c *web.Config) { c.Language = tt.otherwise })
			for _, path := range []string{"/nowhere", "/v1/nowhere"} {
				headers := []string{"Accept-Language", tt.accept}
				if tt.kept != "" {
					headers = append(headers, "Cookie", "quitclaim-language="+tt.kept)
				}
				got := ask(site, path, headers...)
				if language := got.Header.Get("Content-Language"); language != tt.want {
					t.Errorf("%s: Content-Language = %q, want %q", path, language, tt.want)
				}
				if vary := strings.Join(got.Header.Values("Vary"), ","); !strings.Contains(vary, "Accept-Language") || !strings.Contains(vary, "Cookie") {
					t.Errorf("%s: Vary = %q, want what the language hangs on", path, vary)
				}
			}
		})
	}
}

// TestAnswersAreInTheReadersLanguage: pages, problems, and the reasons in both.
func TestAnswersAreInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	refuse := func(echo.Context) error {
		refusal := &lifecycle.Refusal{Reasons: []lifecycle.Reason{{Code: "page.limit", Args: map[string]string{"max": "9"}}}}
		return refusal
	}
	site := webtest.New(t, func(r *web.Routes) {
		r.GET("/fail", access.HomeRead, refuse)
		r.GET("/v1/fail", access.HomeRead, refuse)
	}, nil)
	for _, language := range messages.Languages() {
		words, err := messages.In(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/fail", "/v1/fail"} {
			body := read(t, ask(site, path, "Accept-Language", string(language)))
			for _, want := range []string{
				words.Text("problem.refused.title", nil), words.Text("page.limit", map[string]string{"max": "9"}),
			} {
				if !strings.Contains(body, want) {
					t.Errorf("%s in %s does not say %q:\n%s", path, language, want, body)
				}
			}
		}
		page := read(t, ask(site, "/fail", "Accept-Language", string(language)))
		if want := `<html lang="` + string(language) + `">`; !strings.Contains(page, want) {
			t.Errorf("the page in %s has no %s", language, want)
		}
	}
}

func TestChoosingALanguage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, form, referer string
		status              int
		location, cookie    string
	}{
		{"back to the page", "language=de&next=%2Funits%3Fstate%3Dsold", "", 303, "/units?state=sold", "quitclaim-language=de; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"},
		{"a page that must be the same for all says nothing", "language=es", "http://example.com/C/ABC?x=1", 303, "/C/ABC?x=1", "quitclaim-language=es; "},
		{"never to another site", "language=es&next=https://evil.example/", "", 303, "/", "quitclaim-language=es; "},
		{"nor by its address", "language=es", "http://evil.example/x", 303, "/", "quitclaim-language=es; "},
		{"none of ours", "language=tlh", "", 422, "", ""},
		{"none", "next=%2F", "", 422, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			site := webtest.New(t, nil, nil)
			request := httptest.NewRequest(http.MethodPost, "/language", strings.NewReader(tt.form))
			request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			request.Header.Set("Referer", tt.referer)
			out := httptest.NewRecorder()
			site.Server.Handler().ServeHTTP(out, request)
			if out.Code != tt.status || out.Header().Get("Location") != tt.location {
				t.Errorf("= %d to %q, want %d to %q", out.Code, out.Header().Get("Location"), tt.status, tt.location)
			}
			if got := out.Header().Get("Set-Cookie"); !strings.HasPrefix(got, tt.cookie) || tt.cookie == "" && got != "" {
				t.Errorf("cookie = %q, want %q", got, tt.cookie)
			}
		})
	}
}

// TestEveryPageOffersTheLanguages, each by its own name, and leads back to
// where the reader is.
func TestEveryPageOffersTheLanguages(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, mountGallery(t), nil)
	got := site.As(staff(lifecycle.RoleClerk)).Get("/table?state=" + url.QueryEscape(`a&b"`))
	for _, want := range []string{
		`name="language" value="en" lang="en" aria-current="true">English<`, `value="de" lang="de">Deutsch<`, `value="es" lang="es">Español<`,
		`name="next" value="/table?state=a%26b%22"`,
	} {
		if !strings.Contains(got.Body, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	missing := site.As(staff(lifecycle.RoleClerk)).Get("/no/such/unit")
	if missing.Status != 404 || strings.Contains(missing.Body, "/no/such") {
		t.Errorf("404 = %d, and must not say where it was", missing.Status)
	}
}

func read(t *testing.T, response *http.Response) string {
	t.Helper()
	var body strings.Builder
	if err := response.Write(&body); err != nil {
		t.Fatal(err)
	}
	return body.String()
}
