package signin_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// TestMailScreens takes pictures of the pages about mailed links, with -screens.
func TestMailScreens(t *testing.T) {
	t.Parallel()
	if *screens == "" {
		t.Skip("no -screens: nobody wants pictures")
	}
	k := newMailKit(t)
	mara := k.owner(t, true)
	b := k.opened(t, mara.Email)
	k.browser().post("/recover", "email", mara.Email)
	elsewhere := k.mail(t, mara.Email, "")
	pages := map[string]string{"sign-in": "/sign-in", "sent": "/link", "elsewhere": elsewhere, "recover": "/recover", "choose": "/recover/choose", "over": "/link/x"}
	// A browser with its cookies, as chromium sees it.
	var posted *httptest.ResponseRecorder
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/code" && posted != nil {
			_, _ = w.Write(posted.Body.Bytes())
			return
		}
		got := b.do(r.Method, r.URL.Path, nil)
		for name, values := range got.Header {
			w.Header()[name] = values
		}
		w.WriteHeader(got.Status)
		_, _ = w.Write([]byte(got.Body))
	}))
	t.Cleanup(server.Close)
	shot := func(name, path string) {
		for _, size := range []string{"390,1100", "1280,900"} {
			out := filepath.Join(*screens, name+"-"+size[:3]+".png")
			command := exec.Command("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(), "--window-size="+size, "--screenshot="+out, server.URL+path)
			if text, err := command.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
		}
	}
	if err := os.MkdirAll(*screens, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, path := range pages {
		shot(name, path)
	}
	posted = httptest.NewRecorder()
	_, _ = posted.WriteString(k.browser().post(elsewhere).Body)
	shot("code", "/code")
	posted = httptest.NewRecorder()
	_, _ = posted.WriteString(b.post("/recover/wait").Body)
	shot("wait", "/code")
	list, _, err := k.Notices(t.Context(), mara.ID, lifecycle.Page{Limit: 1})
	if err != nil || len(list) == 0 {
		t.Fatal(err)
	}
	shot("stop", list[0].Link)
	free := k.person(t, access.Organisation{}, "ben@home.example", lifecycle.RoleOwner)
	k.mails(t)
	b = k.opened(t, free.Email)
	shot("password", "/recover/choose")
	b = k.in(t, free.Email)
	shot("account", "/account")
	shot("address", "/account/address")
	b.post("/account/address", "email", "ben@new.example")
	sent := k.mails(t)
	shot("address-asked", "/account/address")
	shot("address-confirm", letter(t, sent, "ben@new.example").Link)
	shot("address-stop", letter(t, sent, free.Email).Link)
	shot("address-over", "/account/address/x")
}
