package story

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// visitor is somebody with a browser that knows no scripts: pages, forms and
// cookies.
type visitor struct {
	s    *server
	http *http.Client
}

func (s *server) visitor() visitor {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return visitor{s, &http.Client{Jar: jar, Timeout: patient}}
}

// signedIn is a visitor who has signed in with the password.
func (s *server) signedIn(p person) visitor {
	s.t.Helper()
	v := s.visitor()
	home := v.submit(v.open("/sign-in"), "/sign-in", url.Values{"email": {p.Email}, "password": {p.Password}})
	if home.want(http.StatusOK); strings.HasSuffix(home.what, "/sign-in") {
		s.t.Fatalf("%s is not signed in:\n%s", p.Email, home.Body)
	}
	return v
}

// open fetches a page, wherever it leads.
func (v visitor) open(path string) answer {
	v.s.t.Helper()
	return v.read(v.http.Get(v.s.url + path))
}

// read takes an answer; what says where the way ended.
func (v visitor) read(response *http.Response, err error) answer {
	v.s.t.Helper()
	if err != nil {
		v.s.t.Fatalf("%v\n%s", err, v.s.out)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		v.s.t.Fatal(err)
	}
	what := response.Request.Method + " " + response.Request.URL.RequestURI()
	return answer{v.s.t, what, response.StatusCode, response.Header, body}
}

var (
	formTag  = regexp.MustCompile(`(?s)<form\b([^>]*)>(.*?)</form>`)
	inputTag = regexp.MustCompile(`(?s)<input\b([^>]*)>`)
	pair     = regexp.MustCompile(`([a-z-]+)="([^"]*)"`)
)

func attributes(tag string) map[string]string {
	found := map[string]string{}
	for _, match := range pair.FindAllStringSubmatch(tag, -1) {
		found[match[1]] = html.UnescapeString(match[2])
	}
	return found
}

// submit fills in the form of the page that leads to action (empty: the only
// one to the page itself) and sends it with what it carries hidden.
func (v visitor) submit(page answer, action string, fields url.Values) answer {
	v.s.t.Helper()
	for _, form := range formTag.FindAllStringSubmatch(string(page.Body), -1) {
		about := attributes(form[1])
		if about["action"] != action || about["method"] != "post" {
			continue
		}
		for _, input := range inputTag.FindAllStringSubmatch(form[2], -1) {
			in := attributes(input[1])
			if _, filled := fields[in["name"]]; in["type"] == "hidden" && !filled {
				fields.Set(in["name"], in["value"])
			}
		}
		if action == "" {
			_, action, _ = strings.Cut(page.what, " ")
		}
		return v.read(v.http.PostForm(v.s.url+action, fields))
	}
	v.s.t.Fatalf("%s has no form to %q:\n%s", page.what, action, page.Body)
	return answer{}
}

// shows fails the story unless the page says all of it.
func (a answer) shows(t *testing.T, texts ...string) {
	t.Helper()
	body := html.UnescapeString(string(a.Body))
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("%s does not show %q:\n%s", a.what, text, a.Body)
		}
	}
}
