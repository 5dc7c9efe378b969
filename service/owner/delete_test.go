package owner_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

type keeping struct {
	Cloud, Stage string
	DueAt        time.Time `json:"due_at"`
}

func (k *kit) keeps(t *testing.T, by lifecycle.Actor) (binding string, list []keeping) {
	t.Helper()
	type past struct {
		ID    string
		Keeps []keeping
	}
	items := decoded[struct{ Items []past }](t, k.as(by).Get("/v1/mine/past")).Items
	if len(items) != 1 {
		t.Fatalf("past %+v, want one", items)
	}
	return items[0].ID, items[0].Keeps
}

// A former owner sees until when each cloud keeps what it has, and can have it
// deleted sooner. Under a hold they cannot, and are not told whose it is or what.
func TestAFormerOwnerHasItDeleted(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	k.Clock.Add(time.Hour)
	ended := k.Clock.Now()
	k.Must(t, unit.ID, k.TakeBack())
	binding, list := k.keeps(t, k.Owner)
	want := []keeping{{storetest.Cloud, "kept", ended.Add(lifecycle.DeleteAfter)}}
	if !slices.Equal(list, want) {
		t.Errorf("after the return: %+v, want %+v", list, want)
	}
	page := k.as(k.Owner).Get("/mine/past/" + binding)
	if page.Status != 200 || !strings.Contains(page.Body, "Kept, out of reach") || !strings.Contains(page.Body, "/delete\"") {
		t.Errorf("the page (%d) does not offer it", page.Status)
	}
	if got := k.as(k.stranger()).PostJSON("/v1/mine/past/"+binding+"/delete", struct{}{}); got.Status != 404 {
		t.Errorf("a stranger: %d %s", got.Status, got.Body)
	}

	hold := lifecycle.HoldID(storetest.NewID("hld"))
	k.Must(t, unit.ID, lifecycle.PlaceHold{Command: k.By(k.Clerk), ID: hold, Kind: lifecycle.HoldLegal}.Decide)
	held := k.as(k.Owner).PostForm("/mine/past/"+binding+"/delete", url.Values{})
	if held.Status != 409 || !strings.Contains(held.Body, "Nothing about this unit is deleted at the moment") {
		t.Errorf("under a hold: %d", held.Status)
	}
	for _, secret := range []string{"legal", "law", "stolen", "hold", "returned\""} {
		if strings.Contains(strings.ToLower(held.Body), secret) {
			t.Errorf("the refusal tells %q", secret)
		}
	}
	if got := k.as(k.Owner).PostJSON("/v1/mine/past/"+binding+"/delete", struct{}{}); !slices.Equal(codes(t, got), []string{"owner.delete-held"}) {
		t.Errorf("under a hold, by the API: %d %s", got.Status, got.Body)
	}
	k.Must(t, unit.ID, lifecycle.LiftHold{Command: k.By(k.Clerk), Hold: hold}.Decide)
	second := k.Clerk
	second.Person = "psn_second"
	k.Must(t, unit.ID, lifecycle.LiftHold{Command: k.By(second), Hold: hold}.Decide)

	if got := k.as(k.Owner).PostForm("/mine/past/"+binding+"/delete", url.Values{}); got.Status != 303 {
		t.Fatalf("asked: %d %s", got.Status, got.Body)
	}
	if _, list := k.keeps(t, k.Owner); list[0].Stage != "waiting" {
		t.Errorf("asked: %+v", list)
	}
	if got := k.as(k.Owner).PostJSON("/v1/mine/past/"+binding+"/delete", struct{}{}); !slices.Equal(codes(t, got), []string{"delete.already"}) {
		t.Errorf("asked again: %d %s", got.Status, got.Body)
	}
	service := lifecycle.Actor{Kind: lifecycle.ActorService}
	k.Clock.Add(lifecycle.AfterHold)
	k.Must(t, unit.ID, lifecycle.BeginDeletion{Command: k.By(service), Binding: lifecycle.BindingID(binding), Cloud: storetest.Cloud}.Decide)
	k.Must(t, unit.ID, lifecycle.EndDeletion{Command: k.By(service), Binding: lifecycle.BindingID(binding), Cloud: storetest.Cloud, Proof: "nothing-kept"}.Decide)
	done := k.as(k.Owner).Get("/mine/past/" + binding)
	if !strings.Contains(done.Body, "Deleted: the cloud has none left") || strings.Contains(done.Body, "/delete\"") {
		t.Error("the page does not say that it is done, or offers it still")
	}
}
