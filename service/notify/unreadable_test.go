package notify_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/notify"
	"quitclaim/service/web/webtest"
)

// TestAnInboxWithOneThatCannotBeShown: it says so of that one, and shows the
// rest; operators are told once, by ids.
func TestAnInboxWithOneThatCannotBeShown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var log bytes.Buffer
	config := b.config()
	config.Log = slog.New(slog.NewTextHandler(&log, nil))
	h, err := notify.NewHandler(notify.New(config))
	if err != nil {
		t.Fatal(err)
	}
	site := webtest.New(t, h.Mount, nil)
	ada := site.As(access.Principal{Kind: access.KindPerson, Person: b.Owner.Person, Roles: []lifecycle.Role{lifecycle.RoleOwner}})
	b.tell(t, notice.KindReturned, "1")
	b.Clock.Add(time.Second)
	b.tell(t, notice.KindReleased, "2")
	broken := b.Tamper(t, fmt.Sprintf(`UPDATE notice SET sealed = (SELECT sealed FROM person WHERE person_id = '%s') WHERE kind = 'returned'`, b.Owner.Person))
	if broken != 1 {
		t.Fatalf("%d notices are broken", broken)
	}
	for range 2 {
		page := ada.Get("/account/messages")
		if page.Status != http.StatusOK || !strings.Contains(page.Body, "acme S1") || !strings.Contains(page.Body, "A message that cannot be shown") {
			t.Errorf("the inbox: %d %s", page.Status, page.Body)
		}
	}
	var list struct {
		Items []struct {
			ID, Kind, Subject, Link string
			Unreadable              bool
		}
	}
	ada.Get("/v1/account/messages").Decode(&list)
	if len(list.Items) != 2 || list.Items[0].Unreadable || !list.Items[1].Unreadable || list.Items[1].Link != "" || list.Items[1].Kind != "returned" {
		t.Errorf("the list: %+v", list.Items)
	}
	if n := strings.Count(log.String(), list.Items[1].ID); n != 1 || strings.Contains(log.String(), "acme") {
		t.Errorf("it is logged %d times:\n%s", n, log.String())
	}
}
