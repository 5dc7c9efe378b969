package desk_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"quitclaim/retailer/desk"
	"quitclaim/retailer/desk/desktest"
	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
)

// withKits is the desk of a world in which boxes hold more than one unit.
func withKits(t *testing.T) bundle {
	t.Helper()
	b := setup(t)
	b.desk = desk.New(desk.Config{
		Store: b, Admissions: b, Returns: b, Feed: b, Kits: b, Now: b.Clock.Now, NewID: newID,
		Presence: desktest.Presence, Verify: desktest.Verify(b.Clerk, b.Technician), Read: desktest.Read,
	})
	b.site = b.siteWith(t, func(*web.Config) {})
	return b
}

// soldKit is a hub and three cameras in a customer's house.
func (b bundle) soldKit(t *testing.T) lifecycle.Kit {
	t.Helper()
	kit := lifecycle.Kit{ID: lifecycle.KitID(storetest.NewID("kit")), Vendor: b.Vendor.ID, Name: "Home", By: b.VendorAdmin.Person, At: b.Clock.Now()}
	for range 4 {
		kit.Parts = append(kit.Parts, lifecycle.KitPart{Unit: b.Registered(t).ID})
	}
	if _, err := b.SaveKit(t.Context(), kit); err != nil {
		t.Fatal(err)
	}
	for _, part := range kit.Parts { // the hub first
		b.Must(t, part.Unit, lifecycle.Sell{Command: b.By(b.Clerk), ID: lifecycle.SaleID(storetest.NewID("sal"))}.Decide)
	}
	kit, err := b.Kit(t.Context(), kit.ID)
	if err != nil {
		t.Fatal(err)
	}
	return kit
}

func saidOf(kit lifecycle.Kit, missing ...int) url.Values {
	form := url.Values{"condition": {"used"}, "reason": {"changed-mind"}}
	for i, part := range kit.Parts {
		word := "here"
		for _, m := range missing {
			if m == i {
				word = "missing"
			}
		}
		form.Set("part-"+string(part.Unit), word)
	}
	return form
}

func TestABoxWithAMissingPart(t *testing.T) {
	t.Parallel()
	b := withKits(t)
	kit := b.soldKit(t)
	clerk, path := b.as(b.Clerk), "/desk/kits/"+string(kit.ID)

	part := kit.Parts[1].Key
	scanned := clerk.Get("/desk/take-back?brand=" + part.Brand + "&serial=" + url.QueryEscape(part.Serial))
	if scanned.Status != 200 || !strings.Contains(scanned.Body, path) {
		t.Fatalf("a scan of a part does not show its box: %d %s", scanned.Status, scanned.Body)
	}
	if page := clerk.Get(path); page.Status != 200 || strings.Count(page.Body, `value="missing"`) != 4 {
		t.Fatalf("the box: %d %s", page.Status, page.Body)
	}
	forgotten := saidOf(kit, 3)
	forgotten.Del("part-" + string(kit.Parts[2].Unit))
	if got := clerk.PostForm(path+"/returns", forgotten); got.Status != 422 || !strings.Contains(got.Body, kit.Parts[2].Key.Serial) {
		t.Errorf("a part of which nothing was said: %d", got.Status)
	}
	if got := clerk.PostForm(path+"/returns", saidOf(kit, 0, 1, 2, 3)); got.Status != 422 {
		t.Errorf("an empty box: %d", got.Status)
	}

	same := clerk.WithKey("one-box-one-key")
	for range 2 { // a nervous clerk
		got := same.PostForm(path+"/returns", saidOf(kit, 3))
		if got.Status != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), path+"/receipt") {
			t.Fatalf("take it back: %d %s", got.Status, got.Body)
		}
	}
	now, err := b.Kit(t.Context(), kit.ID)
	if err != nil {
		t.Fatal(err)
	}
	for i, part := range now.Parts {
		want := lifecycle.StateReturned
		if i == 3 {
			want = lifecycle.StateSold
		}
		if part.State != want || part.Missing() != (i == 3) {
			t.Errorf("part %d is %s, missing %v; want %s", i, part.State, part.Missing(), want)
		}
	}
	paper := clerk.Get(path + "/receipt")
	for _, text := range []string{"being cut off from the hub", "Taken back", now.Parts[3].Key.Serial, now.Hub().Key.Serial} {
		if !strings.Contains(paper.Body, text) {
			t.Errorf("the receipt does not say %q: %s", text, paper.Body)
		}
	}

	// It turns up: a return of its own, and it is missing no more.
	b.Clock.Add(1e9)
	late := clerk.PostForm(path+"/returns", saidOf(kit))
	if late.Status != http.StatusSeeOther {
		t.Fatalf("the part that turned up: %d %s", late.Status, late.Body)
	}
	if now, err := b.Kit(t.Context(), kit.ID); err != nil || len(now.MissingParts()) != 0 || now.Parts[3].State != lifecycle.StateReturned {
		t.Errorf("the kit %+v, %v; want it whole", now.Parts[3], err)
	}
}

// TestABoxThatStopsHalfWay: what cannot be taken back is said, and the rest is
// fenced all the same.
func TestABoxThatStopsHalfWay(t *testing.T) {
	t.Parallel()
	b := withKits(t)
	kit := b.soldKit(t)
	// A customer brought one of them to another shop before.
	b.Must(t, kit.Parts[2].Unit, lifecycle.TakeBack{
		Command: b.By(b.Technician), Return: "ret_elsewhere", Order: "ord_elsewhere", Condition: "used", Reason: "other",
	}.Decide)
	got := b.as(b.Clerk).PostJSON("/v1/kits/"+string(kit.ID)+"/returns", map[string]any{
		"here":      []string{string(kit.Parts[0].Unit), string(kit.Parts[1].Unit), string(kit.Parts[2].Unit), string(kit.Parts[3].Unit)},
		"condition": "used", "reason": "faulty",
	})
	if got.Status != http.StatusCreated {
		t.Fatalf("take it back: %d %s", got.Status, got.Body)
	}
	var list struct {
		Items []struct {
			Return  string
			Reasons []struct{ Code string }
		}
	}
	got.Decode(&list)
	for i, item := range list.Items {
		if (item.Return == "") != (i == 2) || (len(item.Reasons) > 0) != (i == 2) {
			t.Errorf("part %d: %+v", i, item)
		}
	}
}

func TestABoxOfSomebodyElse(t *testing.T) {
	t.Parallel()
	b := withKits(t)
	kit := lifecycle.Kit{ID: lifecycle.KitID(storetest.NewID("kit")), Vendor: b.Vendor.ID, Name: "Home", By: "psn_v", At: b.Clock.Now()}
	for range 2 {
		kit.Parts = append(kit.Parts, lifecycle.KitPart{Unit: b.Registered(t).ID})
	}
	if _, err := b.SaveKit(t.Context(), kit); err != nil {
		t.Fatal(err)
	}
	stranger := lifecycle.Actor{Kind: lifecycle.ActorPerson, Person: "psn_s", Org: "org_strange", OrgKind: lifecycle.OrgRetailer, Roles: []lifecycle.Role{lifecycle.RoleClerk}}
	if _, err := b.desk.Kit(access.With(t.Context(), access.Principal{}), stranger, kit.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("another shop's shelf: %v, want ErrNotFound", err)
	}
	if _, err := b.desk.Kit(t.Context(), b.Clerk, "kit_never"); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("no kit: %v, want ErrNotFound", err)
	}
	without := setup(t)
	if _, err := without.desk.Kit(t.Context(), without.Clerk, kit.ID); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("a desk that knows no kits: %v, want ErrNotFound", err)
	}
}
