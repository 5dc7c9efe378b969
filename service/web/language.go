package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web/messages"
)

const (
	// languagePath takes the choice of the foot of every page.
	languagePath = "/language"
	// languageCookie keeps it, in this browser: a desk is shared, and its
	// people sign in before anybody knows who they are.
	languageCookie = "quitclaim-language"
	languageKept   = year
)

// wordsOf is the catalogue of the request's reader: what they chose, else what
// their browser asks for, else the default. Asking is what makes an answer
// depend on the language, so it is also what says so to caches and browsers.
func wordsOf(c echo.Context) *messages.Catalogue {
	s, request := serverOf(c), c.Request()
	chosen := ""
	if cookie, err := request.Cookie(s.languageCookie()); err == nil {
		chosen = cookie.Value
	}
	language, told := request.Context().Value(spokenKey{}).(messages.Language)
	if !told {
		language = s.chooser.Choose(chosen, request.Header.Get("Accept-Language"))
	}
	header := c.Response().Header()
	header.Set("Content-Language", string(language))
	for _, name := range []string{"Accept-Language", "Cookie"} {
		if !slices.Contains(header.Values("Vary"), name) {
			header.Add("Vary", name)
		}
	}
	words, err := messages.In(language)
	if err != nil {
		panic(err) // New parsed every page in every language
	}
	return words
}

type spokenKey struct{}

// Speak answers the rest of this request in the language, where it is one of
// ours: what a clerk hands to a customer is in the customer's language, and the
// desk's stays as it is.
func Speak(c echo.Context, tag string) {
	if language, err := messages.ParseLanguage(tag); err == nil {
		c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), spokenKey{}, language)))
	}
}

// Words is the catalogue of the reader, for a sentence that no template holds.
func Words(c echo.Context) *messages.Catalogue { return wordsOf(c) }

// languageView is one language as a page offers it.
type languageView struct {
	Tag     messages.Language
	Name    string // in that language itself: whoever needs it can read it
	Current bool
}

// offered lists them for a page in one of them.
func offered(current messages.Language) ([]languageView, error) {
	var views []languageView
	for _, language := range messages.Languages() {
		words, err := messages.In(language)
		if err != nil {
			return nil, err
		}
		views = append(views, languageView{language, words.Text("language.name", nil), language == current})
	}
	return views, nil
}

// here is where the choice of a language leads back to: this page, or, where
// this is the answer to a form, the page of the form.
func (s *Server) here(c echo.Context) string {
	request := c.Request()
	if request.Method == http.MethodGet {
		return LocalPath(request.URL.RequestURI())
	}
	return s.fromHere(request)
}

// fromHere is the path of the page of ours that the request came from.
func (s *Server) fromHere(request *http.Request) string {
	from, err := url.Parse(request.Referer())
	if err != nil || from.Host != request.Host {
		return "/"
	}
	return LocalPath(from.RequestURI())
}

func (s *Server) languageCookie() string {
	if s.https() {
		return "__Host-" + languageCookie // RFC 6265bis section 4.1.3.2
	}
	return languageCookie
}

type languageChoice struct {
	Language string `form:"language" validate:"required"`
	Next     string `form:"next"`
}

func (s *Server) chooseLanguage(c echo.Context) error {
	in, err := Bind[languageChoice](c)
	if err != nil {
		return err
	}
	language, err := messages.ParseLanguage(in.Language)
	if err != nil {
		var wrong lifecycle.Invalid
		wrong.Add("language", "language.unknown")
		return wrong.Err()
	}
	if person := Principal(c).Person; person != "" && s.config.ReadsIn != nil {
		if err := s.config.ReadsIn(c.Request().Context(), person, string(language)); err != nil {
			return err
		}
	}
	c.SetCookie(&http.Cookie{
		Name: s.languageCookie(), Value: string(language), Path: "/", MaxAge: int(languageKept / time.Second),
		HttpOnly: true, Secure: s.https(), SameSite: http.SameSiteLaxMode,
	})
	if in.Next == "" {
		in.Next = s.fromHere(c.Request())
	}
	return SeeOther(c, LocalPath(in.Next))
}
