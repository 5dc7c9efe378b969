package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"quitclaim/service/web"
)

func TestPageOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		query string
		want  web.Page
		wrong []string
	}{
		{"", web.Page{Limit: 50}, nil},
		{"limit=1&after=abc", web.Page{Limit: 1, After: "abc"}, nil},
		{"limit=200", web.Page{Limit: 200}, nil},
		{"limit=201", web.Page{}, []string{"limit: page.limit"}},
		{"limit=0", web.Page{}, []string{"limit: page.limit"}},
		{"limit=-1", web.Page{}, []string{"limit: page.limit"}},
		{"limit=many", web.Page{}, []string{"limit: page.limit"}},
	}
	for _, tt := range tests {
		c := echo.New().NewContext(httptest.NewRequest(http.MethodGet, "/x?"+tt.query, nil), httptest.NewRecorder())
		got, err := web.PageOf(c)
		if got != tt.want {
			t.Errorf("PageOf(%q) = %+v, want %+v", tt.query, got, tt.want)
		}
		if diff := cmp.Diff(tt.wrong, mistakes(t, err)); diff != "" {
			t.Errorf("PageOf(%q) mistakes (-want +got):\n%s", tt.query, diff)
		}
	}
}

func TestListIsNeverNull(t *testing.T) {
	t.Parallel()
	for want, list := range map[string]web.List[int]{
		`{"items":[]}`:                     web.NewList[int](nil, ""),
		`{"items":[1,2],"next":"WyIyIl0"}`: web.NewList([]int{1, 2}, web.EncodeCursor("2")),
	} {
		got, err := json.Marshal(list)
		if err != nil || string(got) != want {
			t.Errorf("list = %s %v, want %s", got, err, want)
		}
	}
}

func TestCursor(t *testing.T) {
	t.Parallel()
	for _, parts := range [][]string{{""}, {"a"}, {"2026-03-14T09:26:53.589Z", "unt_x"}, {"\x00\"\\", "é", "a/b c"}} {
		got, err := web.DecodeCursor(web.EncodeCursor(parts...), len(parts))
		if err != nil || !slices.Equal(got, parts) {
			t.Errorf("cursor of %q = %q %v", parts, got, err)
		}
	}
	one := web.EncodeCursor("a")
	for _, cursor := range []string{"", "!", one + "=", one + "A", strings.Repeat("A", 2000), "bnVsbA", "WzFd", "e30"} {
		if got, err := web.DecodeCursor(cursor, 1); len(mistakes(t, err)) != 1 {
			t.Errorf("DecodeCursor(%.20q) = %q %v, want one mistake", cursor, got, err)
		}
	}
	if _, err := web.DecodeCursor(one, 2); err == nil {
		t.Error("a cursor of one part passed for two")
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(web.EncodeCursor("a", "b"), "a", "b")
	f.Add("!!", "", "\xff")
	f.Add("W10", "x", "\x00")
	f.Fuzz(func(t *testing.T, cursor, a, b string) {
		if parts, err := web.DecodeCursor(cursor, 2); err == nil {
			again, err := web.DecodeCursor(web.EncodeCursor(parts...), 2)
			if err != nil || !slices.Equal(again, parts) {
				t.Errorf("cursor %q is %q and then %q %v", cursor, parts, again, err)
			}
		}
		if !utf8.ValidString(a) || !utf8.ValidString(b) || len(a)+len(b) > 100 {
			return // keys are ASCII, and short
		}
		parts, err := web.DecodeCursor(web.EncodeCursor(a, b), 2)
		if err != nil || parts[0] != a || parts[1] != b {
			t.Errorf("cursor of %q, %q = %q %v", a, b, parts, err)
		}
	})
}

func TestTimeJSON(t *testing.T) {
	t.Parallel()
	at := web.Time(galleryTime.Add(7_999_999))
	for want, v := range map[string]web.Time{`"2026-03-14T09:26:53.007Z"`: at, `null`: {}} {
		got, err := json.Marshal(v)
		if err != nil || string(got) != want {
			t.Errorf("time = %s %v, want %s", got, err, want)
		}
	}
	var back web.Time
	if err := json.Unmarshal([]byte(`null`), &back); err != nil || back != (web.Time{}) {
		t.Errorf("null = %v %v", back, err)
	}
}
