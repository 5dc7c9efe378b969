package web_test

import (
	"embed"
	"flag"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

var screens = flag.String("screens", "", "photograph the gallery into this folder")

//go:embed testdata/gallery/*.html
var gallery embed.FS

var galleryTime = time.Date(2026, 3, 14, 9, 26, 53, 0, time.UTC)

type galleryRow struct {
	Name, Serial, State, Class, Icon string
	At                               time.Time
	Epoch                            int
}

// galleryData is one view with something in every part.
func galleryData() map[string]any {
	wrong := &lifecycle.Invalid{}
	wrong.Add("serial", "field.serial")
	wrong.Add("condition", "field.required")
	return map[string]any{
		"At":       galleryTime,
		"Mistakes": wrong,
		"Conditions": []web.Option{
			{Value: "new", Message: "Unopened", Hint: "The seal is whole."},
			{Value: "worn", Message: "Used, works"},
			{Value: "broken", Message: "Does not power on", Hint: "It can only be retired."},
		},
		"Steps": []web.Step{{Message: "Taken back", Done: true}, {Message: "Being let go", Now: true}, {Message: "Reset"}, {Message: "Certified"}},
		"Groups": []web.TaskGroup{
			{Name: "Our gate", Dark: true, State: "dark.", Tasks: []web.TaskView{
				{Message: "Live views are cut", State: lifecycle.TaskProven, At: galleryTime},
				{Message: "Access for family and partners is withdrawn", State: lifecycle.TaskProven, At: galleryTime},
			}},
			{Name: "Acme cloud", State: "not confirmed yet, keep it unplugged.", Tasks: []web.TaskView{
				{Message: "The last owner's account is unbound", State: lifecycle.TaskAsked, Note: "Acme answered yes. We ask again in 20 seconds.", At: galleryTime},
				{Message: "Recordings are out of reach", State: lifecycle.TaskOpen},
				{Message: "A cloud that is gone for good", State: lifecycle.TaskWaived},
			}},
			{Name: "The unit itself", State: "not heard yet.", Tasks: []web.TaskView{
				{Message: "Its hard reset is seen", State: lifecycle.TaskOpen, Note: "Hold the button for ten seconds.", Button: &web.Button{Message: "I saw the light blink", Path: "/x", Post: true, Quiet: true}},
			}},
		},
		"Cancel": &web.Button{Message: "It was a mistake", Path: "/x", Post: true, Quiet: true, Fields: []web.Hidden{{Name: "version", Value: "4"}}},
		"Next":   &web.Button{Message: "Scan the next unit", Path: "/desk"},
		"Rows": []galleryRow{
			{"Indoor camera 2", "AC-2291-0417", "Certified", "ok", "check", galleryTime, 3},
			{"Doorbell Pro with a rather long name that wraps", "AC-7720-1", "Reset order open", "wait", "wait", galleryTime, 12},
			{"Hub and three cameras", "HU-000000000000000000000000000000000000000000000000001", "On hold", "held", "held", galleryTime, 1204},
			{"Outdoor camera", "OC-1", "Retired", "quiet", "waived", galleryTime, 7},
		},
	}
}

func verdicts() map[lifecycle.Verdict]*web.VerdictView {
	next := &web.Button{Message: "Take it back", Path: "/desk/returns/new"}
	reasons := []lifecycle.Reason{
		{Code: "It is still in another organisation's stock."},
		{Code: "A recall by its vendor stands over it since March."},
		{Code: "field.max", Args: map[string]string{"max": "64"}},
	}
	return map[lifecycle.Verdict]*web.VerdictView{
		lifecycle.VerdictClear:    {Verdict: lifecycle.VerdictClear, Sentence: "Nobody is connected to it. You can take it back.", Button: next},
		lifecycle.VerdictBound:    {Verdict: lifecycle.VerdictBound, Sentence: "Still connected to its last owner. Take it back and it will be cut off now.", Button: next},
		lifecycle.VerdictRefused:  {Verdict: lifecycle.VerdictRefused, Sentence: "Not sold yet: do not refund.", Reasons: reasons},
		lifecycle.VerdictUnknown:  {Verdict: lifecycle.VerdictUnknown, Sentence: "Nobody knows this code. Unknown is never clear.", Button: &web.Button{Message: "Scan again", Path: "/desk", Quiet: true}},
		lifecycle.VerdictMismatch: {Verdict: lifecycle.VerdictMismatch, Sentence: "The box and the unit inside are two different units.", Reasons: reasons[:1]},
		lifecycle.VerdictHeld:     {Verdict: lifecycle.VerdictHeld, Sentence: "Keep it here and call your security officer.", Reasons: reasons[1:2]},
	}
}

func mountGallery(t *testing.T) func(r *web.Routes) {
	pages, err := web.ParsePages(gallery)
	if err != nil {
		t.Fatalf("ParsePages: %v", err)
	}
	return func(r *web.Routes) {
		for _, name := range []string{"tasks", "form", "table"} {
			r.GET("/"+name, access.AccountRead, func(c echo.Context) error {
				return pages.Render(c, http.StatusOK, name+".html", galleryData())
			})
		}
		for verdict, view := range verdicts() {
			r.GET("/verdict/"+string(verdict), access.AccountRead, func(c echo.Context) error {
				return pages.Render(c, http.StatusOK, "verdict.html", map[string]any{"Verdict": view})
			})
		}
		for _, path := range []string{"/desk", "/bench", "/till", "/units", "/shipments", "/flags"} {
			r.GET(path, access.AccountRead, func(c echo.Context) error {
				return &lifecycle.Refusal{Event: "sell", State: "bound", Verdict: "refused", Reasons: verdicts()[lifecycle.VerdictRefused].Reasons}
			})
		}
	}
}

func galleryPaths() []string {
	paths := []string{"/tasks", "/form", "/table", "/desk", "/nothing"}
	for verdict := range verdicts() {
		paths = append(paths, "/verdict/"+string(verdict))
	}
	return paths
}

func staff(roles ...lifecycle.Role) access.Principal {
	return access.Principal{
		Kind: access.KindPerson, Person: "psn_mara", Org: "org_elm", OrgKind: lifecycle.OrgRetailer,
		Roles: roles, Name: "Mara Lind", OrgName: "Elm Street Electronics",
	}
}

var (
	inlineCode = regexp.MustCompile(`(?i)\son[a-z]+=|style=|<style|javascript:|<script[^>]*>[^<]`)
	bareIcon   = regexp.MustCompile(`</svg>\s*</(p|li|h1|h2|span|div|button)>`)
)

func TestGallery(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, mountGallery(t), nil)
	client := site.As(staff(lifecycle.RoleClerk, lifecycle.RoleTechnician, lifecycle.RoleSecurityOfficer))
	for _, path := range galleryPaths() {
		got := client.Get(path)
		if got.Status >= http.StatusInternalServerError {
			t.Fatalf("GET %s = %d\n%s", path, got.Status, site.Log)
		}
		if found := inlineCode.FindString(got.Body); found != "" {
			t.Errorf("GET %s has inline code or style, which the policy forbids: %q", path, found)
		}
		if found := bareIcon.FindString(got.Body); found != "" {
			t.Errorf("GET %s has an icon without a word: %q", path, found)
		}
		if !strings.HasPrefix(path, "/nothing") && !strings.Contains(got.Body, "Elm Street Electronics") {
			t.Errorf("GET %s does not say who is signed in", path)
		}
		if strings.Contains(got.Body, "<no value>") || strings.Contains(got.Body, "ZgotmplZ") {
			t.Errorf("GET %s has a hole:\n%s", path, got.Body)
		}
	}
	if *screens != "" {
		client.Shoot(*screens, galleryPaths()...)
	}
}

func TestFragmentIsTheBlockAlone(t *testing.T) {
	t.Parallel()
	site := webtest.New(t, mountGallery(t), nil)
	got := site.As(staff(lifecycle.RoleClerk)).Get("/tasks?fragment=progress")
	if got.Status != http.StatusOK || !strings.HasPrefix(strings.TrimSpace(got.Body), `<p class="notice wait"`) {
		t.Errorf("fragment = %d %.80s, want the block live-progress alone", got.Status, got.Body)
	}
	if strings.Contains(got.Body, "<html") {
		t.Error("the fragment holds a whole page")
	}
	whole := site.As(staff(lifecycle.RoleClerk)).Get("/tasks?fragment=layout")
	if !strings.Contains(whole.Body, "<!doctype html>") {
		t.Error("a block that is not live was served alone")
	}
}
