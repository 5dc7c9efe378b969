package web_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
)

type line struct {
	Serial string `json:"serial" validate:"required,serial"`
	Count  int    `json:"count"`
}

type input struct {
	Brand   string   `json:"brand" form:"brand" validate:"required,brand"`
	Serial  string   `json:"serial" form:"serial" validate:"required,serial"`
	GTIN    string   `json:"gtin" form:"gtin" validate:"omitempty,gtin"`
	Reason  string   `json:"reason" form:"reason" validate:"omitempty,oneof=defect unwanted"`
	Note    string   `json:"note" form:"note" validate:"max=10,printable"`
	Present bool     `json:"present" form:"present"`
	Count   int8     `json:"count" form:"count" validate:"gte=0"`
	Tags    []string `json:"tags" form:"tags" validate:"max=2"`
	At      web.Time `json:"at" form:"at"`
	Lines   []line   `json:"lines" validate:"dive"`
	Inner   inner    `json:"inner"`
}

type inner struct {
	A int `json:"a"`
}

// bound is a bare echo context for a body.
func bound(media, body string) echo.Context {
	request := httptest.NewRequest(http.MethodPost, "/x", strings.NewReader(body))
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	return echo.New().NewContext(request, httptest.NewRecorder())
}

// mistakes is "field: code" of every reason.
func mistakes(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var invalid *lifecycle.Invalid
	if !errors.As(err, &invalid) {
		t.Fatalf("Bind = %v, want *lifecycle.Invalid", err)
	}
	var list []string
	for _, reason := range invalid.Reasons {
		list = append(list, reason.Field+": "+reason.Code)
	}
	return list
}

func TestBindJSON(t *testing.T) {
	t.Parallel()
	const good = `{"brand":"acme","serial":"AC-1","gtin":"4006381333931","reason":"defect","note":"ok","present":true,
		"count":3,"tags":["a"],"at":"2026-03-14T10:26:53.5896+01:00","lines":[{"serial":"X","count":2}],"inner":{"a":1}}`
	got, err := web.Bind[input](bound("application/json; charset=utf-8", good))
	if err != nil {
		t.Fatalf("Bind: %v", err)
	}
	want := input{Brand: "acme", Serial: "AC-1", GTIN: "4006381333931", Reason: "defect", Note: "ok", Present: true, Count: 3,
		Tags: []string{"a"}, At: web.Time(time.Date(2026, 3, 14, 9, 26, 53, 589e6, time.UTC)), Lines: []line{{"X", 2}}, Inner: inner{1}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(web.Time{})); diff != "" {
		t.Errorf("Bind (-want +got):\n%s", diff)
	}
}

func TestBindJSONMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, media, body string
		want              []string
	}{
		{"everything at once", "application/json",
			`{"brand":7,"gtin":"4006381333932","reason":"bored","note":"much too long\u0007","count":-1,"tags":["a","b","c"],"extra":1,"serial":"A","serial":"B"}`,
			[]string{"brand: field.type", "count: field.gte", "extra: field.unknown", "gtin: field.gtin", "note: field.max",
				"reason: field.oneof", "serial: field.twice", "tags: field.max"}},
		{"deep down", "application/json",
			`{"brand":"acme","serial":"A","lines":[{"serial":""},{"serial":"B","serial":"C"}],"inner":{"a":"x"}}`,
			[]string{"inner.a: field.type", "lines[0].serial: field.required", "lines[1].serial: field.twice"}},
		{"unknown, deep down", "application/json", `{"brand":"acme","serial":"A","inner":{"b":1}}`, []string{"inner.b: field.unknown"}},
		{"a number too large", "application/json", `{"brand":"acme","serial":"A","count":1000}`, []string{"count: field.type"}},
		{"no instant", "application/json", `{"brand":"acme","serial":"A","at":"yesterday"}`, []string{"at: field.type"}},
		{"another case", "application/json", `{"Brand":"acme","serial":"A"}`, []string{"Brand: field.unknown", "brand: field.required"}},
		{"missing all", "application/json", `{}`, []string{"brand: field.required", "serial: field.required"}},
		{"empty", "application/json", ``, []string{": body.json"}},
		{"an array", "application/json", `[]`, []string{": body.json"}},
		{"null", "application/json", `null`, []string{": body.json"}},
		{"cut off", "application/json", `{"brand":"acme"`, []string{": body.json"}},
		{"something behind", "application/json", `{"brand":"acme","serial":"A"}{}`, []string{": body.json"}},
		{"broken UTF-8", "application/json", "{\"brand\":\"acme\",\"serial\":\"A\xff\"}", []string{": body.json"}},
		{"nested without end", "application/json", `{"inner":` + strings.Repeat("[", 20000), []string{": body.json"}},
		{"no type", "", `{}`, []string{"Content-Type: body.type"}},
		{"another type", "text/plain", `{}`, []string{"Content-Type: body.type"}},
		{"nearly the type", "application/jsonx", `{}`, []string{"Content-Type: body.type"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := web.Bind[input](bound(tt.media, tt.body))
			if diff := cmp.Diff(tt.want, mistakes(t, err)); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
			if web.Mistakes(err) == nil {
				t.Error("Mistakes found none")
			}
		})
	}
}

func TestBindForm(t *testing.T) {
	t.Parallel()
	form := url.Values{"brand": {"acme"}, "serial": {"AC-1"}, "present": {"on"}, "count": {"3"}, "tags": {"a", "b"},
		"at": {"2026-03-14T09:26:53Z"}, "gtin": {""}, "submit": {"Take it back"}, "idempotency_key": {"12345678"}}
	got, err := web.Bind[input](bound("application/x-www-form-urlencoded", form.Encode()))
	if err != nil {
		t.Fatalf("Bind: %v", err)
	}
	want := input{Brand: "acme", Serial: "AC-1", Present: true, Count: 3, Tags: []string{"a", "b"},
		At: web.Time(time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC))}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(web.Time{})); diff != "" {
		t.Errorf("Bind (-want +got):\n%s", diff)
	}
}

func TestBindFormMistakes(t *testing.T) {
	t.Parallel()
	form := url.Values{"brand": {"Ac me"}, "serial": {"A", "B"}, "present": {"perhaps"}, "count": {"300"}, "at": {"now"}, "note": {"\xff"}}
	got, err := web.Bind[input](bound("application/x-www-form-urlencoded", form.Encode()))
	want := []string{"at: field.type", "brand: field.brand", "count: field.type", "note: field.type", "present: field.type", "serial: field.twice"}
	if diff := cmp.Diff(want, mistakes(t, err)); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
	if got.Brand != "Ac me" {
		t.Errorf("what was read is lost: %+v", got)
	}
	_, err = web.Bind[input](bound("application/x-www-form-urlencoded", "%zz=1"))
	if diff := cmp.Diff([]string{": body.form"}, mistakes(t, err)); diff != "" {
		t.Errorf("broken form (-want +got):\n%s", diff)
	}
}

// TestBindOneWayOnly: an input without form tags does not come as a form, and
// the other way round.
func TestBindOneWayOnly(t *testing.T) {
	t.Parallel()
	type jsonOnly struct {
		A string `json:"a"`
	}
	type formOnly struct {
		A string `form:"a"`
	}
	want := []string{"Content-Type: body.type"}
	_, err := web.Bind[jsonOnly](bound("application/x-www-form-urlencoded", "a=1"))
	if diff := cmp.Diff(want, mistakes(t, err)); diff != "" {
		t.Errorf("form (-want +got):\n%s", diff)
	}
	_, err = web.Bind[formOnly](bound("application/json", `{"a":"1"}`))
	if diff := cmp.Diff(want, mistakes(t, err)); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
}

func TestBindQuery(t *testing.T) {
	t.Parallel()
	type query struct {
		Brand  string `form:"brand" validate:"required,brand"`
		Serial string `form:"serial" validate:"required,serial"`
	}
	c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/x?brand=acme&serial=A%2FB", nil), httptest.NewRecorder())
	got, err := web.BindQuery[query](c)
	if err != nil || got != (query{"acme", "A/B"}) {
		t.Errorf("BindQuery = %+v %v", got, err)
	}
	c = echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/x?brand=", nil), httptest.NewRecorder())
	_, err = web.BindQuery[query](c)
	if diff := cmp.Diff([]string{"brand: field.required", "serial: field.required"}, mistakes(t, err)); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

func TestValidators(t *testing.T) {
	t.Parallel()
	type shapes struct {
		GTIN string `json:"gtin" validate:"omitempty,gtin"`
		ID   string `json:"id" validate:"omitempty,id=ret"`
		Text string `json:"text" validate:"printable"`
	}
	tests := []struct {
		in   shapes
		want []string
	}{
		{shapes{GTIN: "96385074"}, nil},       // GTIN-8
		{shapes{GTIN: "036000291452"}, nil},   // GTIN-12
		{shapes{GTIN: "4006381333931"}, nil},  // GTIN-13
		{shapes{GTIN: "04006381333931"}, nil}, // GTIN-14
		{shapes{GTIN: "4006381333930"}, []string{"gtin: field.gtin"}},
		{shapes{GTIN: "400638133393"}, []string{"gtin: field.gtin"}},
		{shapes{GTIN: "40063813339x1"}, []string{"gtin: field.gtin"}},
		{shapes{GTIN: "٤٠٠٦٣٨١٣"}, []string{"gtin: field.gtin"}},
		{shapes{ID: "ret_abcdefghijklmnopqrstuvwxyz"}, nil},
		{shapes{ID: "ret_234567ghijklmnopqrstuvwxyz"}, nil},
		{shapes{ID: "unt_abcdefghijklmnopqrstuvwxyz"}, []string{"id: field.id"}},
		{shapes{ID: "ret_abcdefghijklmnopqrstuvwxy"}, []string{"id: field.id"}},
		{shapes{ID: "ret_ABCDEFGHIJKLMNOPQRSTUVWXYZ"}, []string{"id: field.id"}},
		{shapes{ID: "ret_abcdefghijklmnopqrstuvwx01"}, []string{"id: field.id"}},
		{shapes{Text: "Grüße, 世界"}, nil},
		{shapes{Text: "a\x00b"}, []string{"text: field.printable"}},
		{shapes{Text: "a\u0085b"}, []string{"text: field.printable"}},
		{shapes{Text: "a\nb"}, []string{"text: field.printable"}},
	}
	for _, tt := range tests {
		body, err := json.Marshal(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		_, err = web.Bind[shapes](bound("application/json", string(body)))
		if diff := cmp.Diff(tt.want, mistakes(t, err)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", tt.in, diff)
		}
	}
}

func TestParam(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/units/AC-1": "AC-1", "/units/A%2FB": "A/B", "/units/A%252FB": "A%2FB", "/units/A%20B": "A B", "/units/%C3%A9": "é",
	} {
		e, got := echo.New(), ""
		e.GET("/units/:serial", func(c echo.Context) error { got = web.Param(c, "serial"); return nil })
		e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
		if got != want {
			t.Errorf("Param of %s = %q, want %q", path, got, want)
		}
	}
}

func FuzzBind(f *testing.F) {
	for _, seed := range []string{`{"brand":"acme","serial":"A"}`, `{}`, `[`, `{"lines":[{"serial":1}]}`, "brand=acme&serial=A&count=x", `{"a":{"a":{"a":[1,{"b":2,"b":3}]}}}`} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, body string, asJSON bool) {
		media := "application/x-www-form-urlencoded"
		if asJSON {
			media = "application/json"
		}
		got, err := web.Bind[input](bound(media, body))
		if err == nil {
			if _, failed := lifecycle.ParseUnitKey(got.Brand, got.Serial); failed != nil {
				t.Errorf("Bind let %+v through: %v", got, failed)
			}
			return
		}
		if len(mistakes(t, err)) == 0 {
			t.Errorf("Bind = %v without a mistake", err)
		}
	})
}
