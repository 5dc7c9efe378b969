package notify_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/notify"
	"quitclaim/service/notify/mail"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// TestTheDoors: an inbox is its reader's own; the settings say what leaves before
// anything can be turned on; the link in a mail works for who is not signed in.
func TestTheDoors(t *testing.T) {
	t.Parallel()
	b := setup(t)
	h, err := notify.NewHandler(b.room)
	if err != nil {
		t.Fatal(err)
	}
	site := webtest.New(t, func(r *web.Routes) { h.Mount(r) }, func(c *web.Config) {
		c.ReadsIn = func(ctx context.Context, person lifecycle.PersonID, language string) error {
			return b.ReadsIn(ctx, person, language)
		}
	})
	ada := access.Principal{Kind: access.KindPerson, Person: b.Owner.Person, Roles: []lifecycle.Role{lifecycle.RoleOwner}}
	ben := access.Principal{Kind: access.KindPerson, Person: b.Neighbour.Person, Roles: []lifecycle.Role{lifecycle.RoleOwner}}
	b.tell(t, notice.KindReturned, "1")
	if got := site.As(ada).Get("/account/messages"); got.Status != http.StatusOK || !strings.Contains(string(got.Body), "acme S1") {
		t.Errorf("her inbox: %d\n%s", got.Status, got.Body)
	}
	if got := site.As(ben).Get("/account/messages"); strings.Contains(string(got.Body), "acme S1") {
		t.Error("his inbox has her message")
	}
	page := string(site.As(ada).Get("/account/notices").Body)
	leaves, switches := strings.Index(page, "It passes through the mail server mx.example.org"), strings.Index(page, `type="checkbox"`)
	if leaves < 0 || switches < leaves {
		t.Errorf("what leaves stands at %d, the first switch at %d", leaves, switches)
	}
	if strings.Contains(page, `value="returned mail"`) || strings.Contains(page, `"checkbox" checked`) || strings.Contains(page, `push" checked`) {
		t.Error("security has a switch, or something is on that nobody chose")
	}
	if got := site.As(ada).PostForm("/account/notices", url.Values{"wanted": {"firmware mail", "returned mail"}}); got.Status != http.StatusSeeOther {
		t.Errorf("choosing: %d", got.Status)
	}
	b.tell(t, notice.KindFirmware, "2")
	b.deliver(t)
	link := ""
	for _, l := range b.post.letters() {
		if l.Unsubscribe != "" {
			link = strings.TrimPrefix(l.Unsubscribe, "https://quitclaim.test")
		}
	}
	nobody := site.As(access.Anonymous())
	if got := nobody.Get(link); got.Status != http.StatusOK {
		t.Errorf("GET %s: %d", link, got.Status)
	}
	if left, err := b.Choices(t.Context(), b.Owner.Person); err != nil || len(left) != 1 {
		t.Errorf("after looking at the link: %v, %v", left, err)
	}
	if got := nobody.PostForm(link, url.Values{"List-Unsubscribe": {"One-Click"}}); got.Status != http.StatusOK {
		t.Errorf("POST %s: %d", link, got.Status)
	}
	if left, err := b.Choices(t.Context(), b.Owner.Person); err != nil || len(left) != 0 {
		t.Errorf("after one click: %v, %v", left, err)
	}
	if got := nobody.PostForm("/unsubscribe/"+mail.Token(b.Ring.LookupHash, "other", "ntc_x"), nil); got.Status != http.StatusOK {
		t.Errorf("a guess is answered otherwise: %d", got.Status)
	}
	if got := site.As(ada).PostForm("/language", url.Values{"language": {"es"}}); got.Status != http.StatusSeeOther {
		t.Errorf("choosing a language: %d", got.Status)
	}
	if standing, err := b.MailStanding(t.Context(), b.Owner.Person); err != nil || standing.Language != "es" {
		t.Errorf("standing = %+v, %v, want mails in Spanish", standing, err)
	}
	if got := site.As(ada).PostForm("/account/notices/browsers", url.Values{"endpoint": {"https://127.0.0.1/x"}, "p256dh": {"a"}, "auth": {"b"}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a browser while pushes are off: %d", got.Status)
	}
}
