package story

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// phone is a tab as wide as one.
func (s *server) phone(t *testing.T, browser context.Context, p person) tab {
	t.Helper()
	b := s.tab(t, browser)
	b.do("hold a phone", chromedp.EmulateViewport(390, 844))
	b.signIn(p)
	return b
}

// mine is the page of a unit in its owner's browser.
func (u unit) mine() string { return "/mine/units/" + u.Brand + "/" + u.Serial }

// offersHere shows the code that stands for somebody who is here, and answers
// with the address that it leads to.
func (b tab) offersHere(u unit) string {
	b.t.Helper()
	b.open(u.mine() + "/transfer")
	b.press("show the code", click(`main form:not(:has([name=to])) button.primary`))
	b.sees(u.Serial, "Let them scan this with their phone")
	b.until("the QR code is drawn", `document.querySelector(".qr img").naturalWidth > 0`)
	code := evaluate[string](b, `document.querySelector("strong.code").textContent`)
	return "/transfer/" + strings.NewReplacer(" ", "", "-", "").Replace(code)
}

// takesOver types what the unit shows, and presses. It does not wait.
func (b tab) takesOver(secret string) {
	b.t.Helper()
	b.fill("#proof", secret)
	b.press("take it over", click(`main form[action$="/accept"] button.primary`))
}

// TestTwoPhones: a camera goes from hand to hand, face to face and by address,
// on phones alone. Whoever let go is nobody from that moment; of two that accept
// at the same instant one has it, and the other learns it.
func TestTwoPhones(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	browser := s.browser(t)
	u := s.pick(in("bound"), model("HOP"))
	ada := s.owner(u.Owner)
	ben := s.stranger(ada)
	cleo := s.stranger(ada, ben)
	hers, his := s.phone(t, browser, ada.person), s.phone(t, browser, ben.person)

	// Face to face.
	link := hers.offersHere(u)
	his.open(link)
	his.sees("You can have this", u.Serial)
	printed := s.credential(u)
	his.fill("#proof", printed)
	his.do("take it over with the old code", click(`main form[action$="/accept"] button.primary`))
	his.sees("was not done") // ada knows that one
	his.open(link)
	his.takesOver(s.camera(u, "--new-credential"))
	his.sees("It is yours.", u.Serial)
	hers.until("her open page learns it", `!document.body.innerText.includes("Let them scan this")`)
	isNobody(t, ada, u)
	hers.nothingAt(u.mine(), u.mine()+"/transfer", u.mine()+"/release", link)

	// By address: it waits in the list of whom it was offered to.
	theirs := s.phone(t, browser, cleo.person)
	his.open(u.mine() + "/transfer")
	his.fill("#to", cleo.Email)
	his.press("offer it", click(`main form:has([name=to]) button:not(.quiet)`))
	his.sees("It waits for the person")
	hers.nothingAt(u.mine())
	theirs.open("/mine")
	theirs.sees("Somebody offers you", u.Serial)
	theirs.press("look at it", click(`main a.button.primary[href^="/transfer/"]`))
	theirs.takesOver(s.camera(u, "--new-credential"))
	theirs.sees("It is yours.", u.Serial)
	his.nothingAt(u.mine())

	// Two at once.
	link = theirs.offersHere(u)
	secret := s.camera(u, "--new-credential")
	var both sync.WaitGroup
	for _, b := range []tab{hers, his} {
		b.open(link)
		b.sees("You can have this")
		b.fill("#proof", secret)
	}
	for _, b := range []tab{hers, his} {
		both.Go(func() {
			ctx, cancel := context.WithTimeout(b.ctx, patient)
			defer cancel()
			if _, err := chromedp.RunResponse(ctx, click(`main form[action$="/accept"] button.primary`)); err != nil {
				t.Errorf("take it over: %v", err)
			}
		})
	}
	both.Wait()
	first, second := hers.text(), his.text()
	if strings.Contains(first, "It is yours.") == strings.Contains(second, "It is yours.") {
		t.Fatalf("of two who accepted at once:\n%s\n--\n%s", first, second)
	}
	loser, lost := hers, ada
	if strings.Contains(first, "It is yours.") {
		loser, lost = his, ben
	}
	loser.sees("It was accepted, refused or withdrawn")
	loser.nothingAt(u.mine())
	isNobody(t, lost, u)
	theirs.nothingAt(u.mine())
	s.clean()
}

// nothingAt: the page at each address is the one of what never was.
func (b tab) nothingAt(paths ...string) {
	b.t.Helper()
	const read = `(async (path) => { const r = await fetch(path, {headers: {Accept: "text/html"}}); return r.status + " " + await r.text(); })`
	want := evaluate[string](b, read+`("/mine/units/nobody/NEVER-MADE")`)
	if !strings.HasPrefix(want, "404 ") {
		b.t.Fatalf("a unit that never was: %.300s", want)
	}
	for _, path := range paths {
		if got := evaluate[string](b, read+`("`+path+`")`); got != want {
			b.t.Errorf("%s: %.300s\nis not the page of what never was", path, got)
		}
		response := b.lands(path)
		if response != http.StatusNotFound {
			b.t.Errorf("%s opens with %d", path, response)
		}
	}
}

// lands opens an address and answers with the status.
func (b tab) lands(path string) int {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patient)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, chromedp.Navigate(b.s.url+path))
	if err != nil {
		b.t.Fatalf("open %s: %v", path, err)
	}
	return int(response.Status)
}
