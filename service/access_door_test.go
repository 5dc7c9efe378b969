package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"quitclaim/service/web"
)

// row says who gets what at one door, once they have passed its rule.
type row struct {
	route string
	// id names the value that fills the path's parameter of another name:
	// "return" fills :id.
	id string
	// query and body have {names} of values in them. A body that begins with a
	// brace is JSON, any other a form.
	query, body string
	// all is who gets what where the door leads to no thing of anybody's: by
	// side, and "*" for whoever is not named.
	all answers
	// of is who gets what by thing; what is not said is 404.
	of map[string]answers
	// never is who gets what for what never was; what is not said is 404.
	never answers
	// orElse is another status that is as good, where it hangs on more than
	// this table says.
	orElse int
	// open: what it says is for anybody who has the code, the serial too.
	open bool
	// told: DESIGN has outsiders told that there is such a unit (rule 13: other
	// stock; and what a desk may know of a customer's).
	told bool
	// present: whoever had the unit may know where it is now: its desk follows
	// the order, and any desk sees what a customer has.
	present bool
	// alone: what happens here must not touch other rows.
	alone bool
	// ends: it ends or covers the session that asks, so none of those is asked by.
	ends bool
}

// answers is a status by side; "*": everybody else.
type answers map[string]int

func (a answers) to(c caller) (status int, named bool) {
	if status, named = a[c.side]; named {
		return status, true
	}
	return a["*"], false
}

// things are what the row asks about, in a fixed order.
func (r row) things() []string { return slices.Sorted(maps.Keys(r.of)) }

// expected is the status for a caller who passed the rule, and whether the
// thing is any of their business.
func (r row) expected(thing string, c caller) (status int, inside bool) {
	status, inside = r.of[thing].to(c)
	if status == 0 {
		status = http.StatusNotFound
	}
	return status, inside
}

// unknown is the status for what never was.
func (r row) unknown(c caller) int {
	from := r.never
	if r.all != nil {
		from = r.all
	}
	if status, _ := from.to(c); status != 0 {
		return status
	}
	return http.StatusNotFound
}

// door is one route with its row.
type door struct {
	w     *accessWorld
	scene *scene
	route web.Route
	row   row
	// failed counts what was wrong here.
	failed *atomic.Int64
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	// told is every header that could tell one answer from another, as text: all
	// but the id of the request.
	told   string
	body   string
	stream bool
}

func (d door) ask(c caller, v values) answer { return d.method(d.route.Method, c, v) }

// method sends the request. An event stream ends with its first event.
func (d door) method(method string, c caller, v values) answer {
	path := d.path(v)
	if d.row.query != "" {
		path += "?" + fill(d.row.query, v, url.QueryEscape)
	}
	body, media := "", ""
	switch {
	case strings.HasPrefix(d.row.body, "{"):
		body, media = fill(d.row.body, v, func(s string) string { return s }), "application/json"
	case d.row.body != "":
		body, media = fill(d.row.body, v, url.QueryEscape), "application/x-www-form-urlencoded"
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	request := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	request.RemoteAddr = c.network
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	if method != http.MethodGet && method != http.MethodHead {
		request.Header.Set("Idempotency-Key", newID())
	}
	for _, cookie := range c.cookies {
		request.AddCookie(cookie)
	}
	if d.row.id == "asked" { // it fills no path: it is what a browser has
		request.AddCookie(&http.Cookie{Name: "quitclaim-asked", Value: v["asked"]})
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.behalf != "" {
		request.Header.Set("On-Behalf-Of", string(c.behalf))
	}
	recorder := &leaving{ResponseRecorder: httptest.NewRecorder(), leave: cancel}
	d.w.house.web.Handler().ServeHTTP(recorder, request)
	return answer{
		status: recorder.Code, header: recorder.Header(), told: headerText(recorder.Header()), body: recorder.Body.String(),
		stream: strings.HasPrefix(recorder.Header().Get("Content-Type"), "text/event-stream"),
	}
}

// path fills the route's pattern: a parameter that is no value by its own name
// is the row's id.
func (d door) path(v values) string {
	parts := strings.Split(d.route.Path, "/")
	for i, part := range parts {
		name, isParam := strings.CutPrefix(part, ":")
		switch {
		case part == "*":
			parts[i] = v[d.row.id] // may have slashes
		case isParam && slices.Contains([]string{"brand", "serial", "task", "check", "digest", "version", "model"}, name):
			parts[i] = url.PathEscape(v[name])
		case isParam:
			value, ok := v[d.row.id]
			if !ok {
				panic(fmt.Sprintf("%s: the row does not say what fills %s", d.row.route, part))
			}
			parts[i] = url.PathEscape(value)
		}
	}
	return strings.Join(parts, "/")
}

// fill puts values where their {names} stand. An address that nobody has is a
// new one each time, for guesses at passwords are counted by address.
func fill(text string, v values, escape func(string) string) string {
	text = strings.ReplaceAll(text, "{nomail}", escape(newID()+"@nobody.example"))
	text = strings.ReplaceAll(text, "{newjob}", newUUID())
	for name, value := range v {
		text = strings.ReplaceAll(text, "{"+name+"}", escape(value))
	}
	return text
}

// leaving is a reader who goes once an event came.
type leaving struct {
	*httptest.ResponseRecorder
	leave func()
}

func (l *leaving) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("event:")) || bytes.HasPrefix(p, []byte("id:")) || bytes.HasPrefix(p, []byte("retry:")) {
		l.leave()
	}
	return l.ResponseRecorder.Write(p)
}

// Unwrap is for http.ResponseController.
func (l *leaving) Unwrap() http.ResponseWriter { return l.ResponseRecorder }

// Flush is for event streams.
func (l *leaving) Flush() { l.ResponseRecorder.Flush() }

func headerText(header http.Header) string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if name != "X-Request-Id" {
			lines = append(lines, fmt.Sprintf("%s: %q\n", name, header[name]))
		}
	}
	return strings.Join(lines, "")
}

func (a answer) has(text string) bool { return strings.Contains(a.told+a.body, text) }

// around is the answer near a text in it.
func (a answer) around(text string) string {
	at := strings.Index(a.body, text)
	if at < 0 {
		return a.told
	}
	return a.body[max(0, at-100):min(len(a.body), at+len(text)+100)]
}

// gist is the answer without the page around it.
func (a answer) gist() string {
	if strings.HasPrefix(a.header.Get("Content-Type"), "image/") {
		return "a picture"
	}
	if at := strings.Index(a.body, "<main"); at >= 0 {
		return strings.Join(strings.Fields(a.body[at:]), " ")
	}
	return a.body
}

// differs is where two answers begin to differ.
func (a answer) differs(other answer) string {
	if a.told != other.told {
		return a.told
	}
	at := 0
	for at < len(a.body) && at < len(other.body) && a.body[at] == other.body[at] {
		at++
	}
	return a.body[max(0, at-80):min(len(a.body), at+200)]
}

// passing is what differs between two answers of one page or one instant.
var passing = regexp.MustCompile(`name="(idempotency_key|job)" value="[^"]*"|"(checked_at|valid_until|signature)":"[^"]*"`)

// plain is the answer with what the caller sent taken out of it, for pages show
// forms again and lead back.
func (d door) plain(a answer, v values) answer {
	sent := d.row.query + d.row.body + "{" + d.row.id + "}" + strings.NewReplacer(":", "{", "/", "}/").Replace(d.route.Path+"/")
	sent = strings.ReplaceAll(sent, "{payload}", "{payload}{serial}") // the one has the other in it
	for _, name := range slices.Sorted(maps.Keys(v)) {
		value := v[name]
		if value == "" || !strings.Contains(sent, "{"+name+"}") {
			continue
		}
		for _, spelt := range []string{value, url.QueryEscape(value)} {
			a.body, a.told = strings.ReplaceAll(a.body, spelt, "{"+name+"}"), strings.ReplaceAll(a.told, spelt, "{"+name+"}")
		}
	}
	a.body = passing.ReplaceAllString(a.body, "{passing}")
	return a
}

func TestFill(t *testing.T) {
	t.Parallel()
	got := fill("brand={brand}&serial={serial}", values{"brand": "acme", "serial": "a b"}, url.QueryEscape)
	if want := "brand=acme&serial=a+b"; got != want {
		t.Errorf("fill = %q, want %q", got, want)
	}
}
