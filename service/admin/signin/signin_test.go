package signin_test

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/access"
	"quitclaim/service/admin/signin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/web/messages"
	"quitclaim/service/web/webtest"
)

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	mara := k.person(t, k.org(t, lifecycle.OrgRetailer, "Corner Shop"), "Mara@Shop.example", lifecycle.RoleClerk)
	b := k.browser()
	wantTo(t, "not signed in", b.get("/account"), "/sign-in?next=%2Faccount")
	hasAll(t, b.get("/sign-in?next=/account").Body, `name="next" value="/account"`, `type="password"`)
	planted := &http.Cookie{Name: "quitclaim", Value: "planted-by-somebody"}
	b.cookies["quitclaim"] = planted
	wantTo(t, "sign in", b.post("/sign-in", "email", " mara@shop.EXAMPLE ", "password", password, "next", "/account"), "/account")
	if b.cookies["quitclaim"].Value == planted.Value {
		t.Error("the session keeps a token from before sign-in")
	}
	if !b.in() {
		t.Fatal("signed in, and nobody")
	}
	wantTo(t, "the form, signed in", b.get("/sign-in?next=/account"), "/account")
	wantTo(t, "another site", k.browser().post("/sign-in", "email", mara.Email, "password", password, "next", "//evil.example/"), "/")
	kept := *b.cookies["quitclaim"]
	wantTo(t, "sign out", b.post("/sign-out"), "/sign-in?done=signed-out")
	b.cookies["quitclaim"] = &kept
	if b.in() {
		t.Error("the cookie works after signing out")
	}
	k.logTells(t, password, "mara@", "Mara@")
}

// TestSignInTellsNothing: an unknown address, a wrong password, a person
// without one and a disabled person get the same bytes, after the same calls.
func TestSignInTellsNothing(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	shop := k.org(t, lifecycle.OrgRetailer, "Corner Shop")
	k.person(t, shop, "known@shop.example", lifecycle.RoleClerk)
	k.disable(t, k.person(t, shop, "ended@shop.example", lifecycle.RoleClerk).ID)
	invited := access.Person{ID: lifecycle.PersonID("psn_" + newID()), Org: shop.ID, Roles: []lifecycle.Role{lifecycle.RoleClerk},
		Email: "asked@shop.example", Generation: 1, CreatedAt: k.Clock.Now()}
	if _, err := k.SavePerson(t.Context(), invited); err != nil {
		t.Fatal(err)
	}
	try := func(email, secret string) (*webtest.Response, string) {
		k.taken()
		got := k.browser().signIn(email, secret)
		calls := k.taken()
		got.Body = strings.ReplaceAll(got.Body, email, "ADDRESS")
		got.Header.Del("X-Request-Id")
		return got, calls
	}
	want, wantCalls := try("never@shop.example", password)
	wantStatus(t, "unknown", want, http.StatusUnprocessableEntity)
	hasAll(t, want.Body, "This address and this password do not belong together.")
	for name, who := range map[string][2]string{
		"wrong password": {"known@shop.example", "not the password"}, "disabled, right password": {"ended@shop.example", password},
		"disabled, wrong password": {"ended@shop.example", "not the password"}, "invited": {"asked@shop.example", password},
	} {
		got, calls := try(who[0], who[1])
		if got.Status != want.Status || got.Body != want.Body {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
		if diff := cmp.Diff(want.Header, got.Header); diff != "" {
			t.Errorf("%s: headers differ:\n%s", name, diff)
		}
		if calls != wantCalls {
			t.Errorf("%s asks %q, an unknown address %q", name, calls, wantCalls)
		}
	}
}

// TestSignInOfTheUnknownTakesAHash: the time of a password hash passes for an
// address that nobody has. It is a lower bound, so a busy machine cannot break
// it.
func TestSignInOfTheUnknownTakesAHash(t *testing.T) {
	t.Parallel()
	k := newKitWith(t, access.PasswordConfig{MemoryKiB: 16 << 10, Iterations: 3, Parallelism: 1, AtOnce: 1})
	fastest := time.Hour
	for range 3 {
		start := time.Now()
		if _, err := k.cheap.Hash(t.Context(), password); err != nil {
			t.Fatal(err)
		}
		fastest = min(fastest, time.Since(start))
	}
	start := time.Now()
	wantStatus(t, "unknown", k.browser().signIn("never@shop.example", password), http.StatusUnprocessableEntity)
	if took := time.Since(start); took < fastest/2 {
		t.Errorf("an unknown address took %s, a hash takes %s", took, fastest)
	}
}

func TestSignInIsThrottledPerAddress(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.person(t, k.org(t, lifecycle.OrgRetailer, "Corner Shop"), "known@shop.example", lifecycle.RoleClerk)
	for _, email := range []string{"known@shop.example", "never@shop.example"} {
		for i := range 5 {
			b := k.browser()
			b.network = fmt.Sprintf("198.51.100.%d:1", i) // each guess from elsewhere
			wantStatus(t, email, b.signIn(email, "guess"), http.StatusUnprocessableEntity)
		}
		b := k.browser()
		b.network = "198.51.100.99:1"
		got := b.signIn(strings.ToUpper(email), password)
		wantStatus(t, email+", sixth guess", got, http.StatusTooManyRequests)
		if wait, err := strconv.Atoi(got.Header.Get("Retry-After")); err != nil || wait < 1 {
			t.Errorf("%s: Retry-After %q", email, got.Header.Get("Retry-After"))
		}
		if !strings.Contains(got.Body, "Too many attempts") {
			t.Errorf("%s: %s", email, got.Body)
		}
	}
	k.Clock.Add(2 * time.Second)
	wantTo(t, "the right password, after the wait", k.browser().signIn("known@shop.example", password), "/")
	wantStatus(t, "and the count begins anew", k.browser().signIn("known@shop.example", "guess"), http.StatusUnprocessableEntity)
}

// TestSignInIsCountedByAllProcesses: who guesses at one is known to the other,
// and to the next that starts.
func TestSignInIsCountedByAllProcesses(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.person(t, k.org(t, lifecycle.OrgRetailer, "Corner Shop"), "known@shop.example", lifecycle.RoleClerk)
	entrances := []*signin.Entrance{k.entrance, k.another(), k.another()}
	for i := range 5 {
		_, err := entrances[i%2].SignIn(t.Context(), "known@shop.example", "guess", fmt.Sprint(i))
		if !errors.Is(err, lifecycle.ErrInvalid) {
			t.Fatalf("guess %d: %v", i, err)
		}
	}
	for i, entrance := range entrances {
		if _, err := entrance.SignIn(t.Context(), "known@shop.example", password, "elsewhere"); !errors.Is(err, lifecycle.ErrThrottled) {
			t.Errorf("sixth, at process %d: %v, want it to wait", i, err)
		}
	}
	k.Clock.Add(2 * time.Second)
	if _, err := entrances[2].SignIn(t.Context(), "known@shop.example", password, "elsewhere"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestSignInIsThrottledPerNetwork(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	shop := k.org(t, lifecycle.OrgRetailer, "Corner Shop")
	mara := k.person(t, shop, "mara@shop.example", lifecycle.RoleClerk)
	for range 60 { // a shop signs in all day, and is never slowed down
		wantTo(t, "a right one", k.browser().signIn(mara.Email, password), "/")
	}
	slowed := 0
	for i := range 40 { // one guess at each of many addresses
		if got := k.browser().signIn(fmt.Sprintf("victim-%d@shop.example", i), "password1234"); got.Status == http.StatusTooManyRequests {
			slowed++
		}
	}
	if slowed < 5 || slowed > 12 {
		t.Errorf("of 40 guesses from one network %d were slowed down", slowed)
	}
	elsewhere := k.browser()
	elsewhere.network = "203.0.113.9:80"
	wantTo(t, "from elsewhere", elsewhere.signIn(mara.Email, password), "/")
}

func TestSignUp(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.person(t, access.Organisation{}, "known@home.example", lifecycle.RoleOwner)
	size := func() string {
		t.Helper()
		text, err := k.SignCheckpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return strings.Split(string(text), "\n")[1]
	}
	const theirs = "the password of somebody"
	var answers [2]*webtest.Response
	var calls [2]string
	var grown [2]int
	for i, email := range []string{"known@home.example", "fresh@home.example"} {
		before, _ := strconv.Atoi(size())
		k.taken()
		answers[i] = k.browser().post("/sign-up", "email", email, "password", theirs, "password_again", theirs)
		calls[i] = k.taken()
		after, _ := strconv.Atoi(size())
		grown[i] = after - before
		answers[i].Header.Del("X-Request-Id")
	}
	wantTo(t, "sign up", answers[1], "/sign-in?done=signed-up")
	if diff := cmp.Diff(answers[0].Header, answers[1].Header); diff != "" || answers[0].Body != answers[1].Body {
		t.Errorf("known and fresh differ: %s", diff)
	}
	if calls[0] != calls[1] || grown[0] != grown[1] || grown[0] == 0 {
		t.Errorf("calls %q and %q, ledger entries %d and %d", calls[0], calls[1], grown[0], grown[1])
	}
	b := k.browser()
	wantTo(t, "the fresh one", b.signIn("fresh@home.example", theirs), "/")
	page := b.get("/account").Body
	hasAll(t, page, "fresh@home.example")
	if strings.Contains(page, "Organisation") {
		t.Error("an owner has an organisation")
	}
	fresh, err := k.Opened.PersonByEmail(t.Context(), "fresh@home.example")
	if err != nil || fresh.Org != "" || len(fresh.Roles) != 1 || fresh.Roles[0] != lifecycle.RoleOwner {
		t.Errorf("on record is %+v, %v", fresh, err)
	}
	wantTo(t, "the known one, as before", k.browser().signIn("known@home.example", password), "/")
	wantStatus(t, "the known one, with the new password", k.browser().signIn("known@home.example", theirs), http.StatusUnprocessableEntity)

	wrong := k.browser().post("/sign-up", "email", "x", "password", "short", "password_again", "")
	wantStatus(t, "mistakes", wrong, http.StatusUnprocessableEntity)
	hasAll(t, wrong.Body, "email-mistake", "password-mistake", "password_again-mistake")
	for range 10 {
		k.browser().post("/sign-up", "email", newID()+"@home.example", "password", theirs, "password_again", theirs)
	}
	got := k.browser().post("/sign-up", "email", "more@home.example", "password", theirs, "password_again", theirs)
	wantStatus(t, "one too many", got, http.StatusTooManyRequests)
}

func TestVerifyOfASecondPerson(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	shop := k.org(t, lifecycle.OrgRetailer, "Corner Shop")
	mara := k.person(t, shop, "mara@shop.example", lifecycle.RoleValidator)
	got, err := k.entrance.Verify(t.Context(), "MARA@shop.example", password)
	want := access.Principal{Kind: access.KindPerson, Person: mara.ID, Org: shop.ID, OrgKind: shop.Kind,
		Roles: []lifecycle.Role{lifecycle.RoleValidator}, Name: mara.Name, OrgName: shop.Name}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Verify: %v (-want +got):\n%s", err, diff)
	}
	for _, email := range []string{mara.Email, "never@shop.example"} {
		var last error
		for range 6 {
			if _, last = k.entrance.Verify(t.Context(), email, "guess"); !errors.Is(last, lifecycle.ErrUnauthenticated) {
				break
			}
		}
		if !errors.Is(last, lifecycle.ErrThrottled) {
			t.Errorf("six guesses at %s end with %v", email, last)
		}
	}
}

func TestEverythingHasAWord(t *testing.T) {
	t.Parallel()
	list := []string{"sign-in.wrong", "password.wrong", "token.shown-once", "brands.shape", "brands.none", "brand.taken", "field.eqfield",
		"done.signed-out", "done.signed-out-everywhere", "done.signed-up", "done.password-changed", "done.token-ended"}
	for _, role := range lifecycle.Roles() {
		list = append(list, "role."+string(role))
	}
	if missing, err := messages.Missing(list...); err != nil || len(missing) > 0 {
		t.Errorf("without a sentence: %v, %v", missing, err)
	}
}
