package story

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A household in two browsers: an owner shows a code, somebody takes the share,
// sees the camera in their list, finds every door of its owner closed, and loses
// it at once when the owner ends it. Then the camera is stolen: nobody is invited
// any more, and a till keeps it without learning why.
func TestAHouseholdAndATheft(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	browser, other := s.browser(t), s.browser(t)
	u := s.pick(in("bound"), model("HOP"))
	ada := s.owner(u.Owner)
	ben := s.stranger(ada)
	hers, his := s.phone(t, browser, ada.person), s.phone(t, other, ben.person)

	hers.open(u.mine())
	hers.press("see who sees it", click(`main a[href$="/shares"]`))
	hers.fill("#name", "Ben next door")
	hers.press("invite them", click(`main form:has([name=name]) button.primary`))
	hers.sees("Let Ben next door scan this with their phone", "Has not accepted yet")
	hers.until("the QR code is drawn", `document.querySelector(".qr img").naturalWidth > 0`)
	code := evaluate[string](hers, `document.querySelector("strong.code").textContent`)

	his.open("/mine/shared")
	his.sees("Nobody shares anything with you.")
	his.fill("#code", strings.ToLower(code))
	his.press("look at the invitation", click(`main form button`))
	his.sees("You may see this", u.Serial)
	his.press("take it", click(`main form[action$="/accept"] button.primary`))
	his.sees("It is shared with you now.", u.Serial)
	for _, door := range []string{"", "/transfer", "/release", "/stolen", "/shares"} {
		if got := his.lands(u.mine() + door); got != 404 {
			t.Errorf("a member at the owner's %q: %d, want 404", door, got)
		}
	}

	hers.open(u.mine() + "/shares")
	hers.sees("Ben next door")
	hers.press("end it", click(`main form[action$="/end"] button`))
	hers.sees("It has ended.", "You share it with nobody.")
	his.open("/mine/shared")
	his.sees("Nobody shares anything with you.")
	his.open("/mine/past")
	his.sees(u.Serial)

	hers.open(u.mine() + "/stolen")
	hers.press("mark it as stolen", click(`main form button.danger`))
	hers.sees("It is marked as stolen.")
	hers.open(u.mine() + "/shares")
	hers.sees("It is on hold: nobody can be invited now.")
	clerk := s.as("clerk", u.Seller, 0)
	for _, purpose := range []string{"return", "sale"} {
		v := clerk.scan(u.Payload, purpose)
		if v.Verdict != "held" {
			t.Errorf("%s: %s, want held", purpose, v.Verdict)
		}
		if has(v.Reasons.codes(), "hold.stolen") {
			t.Errorf("%s tells the story: %v", purpose, v.Reasons.codes())
		}
	}
}

// A former owner's objection is decided by two officers, one after the other.
func TestAnObjectionIsDecidedByTwo(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	browser := s.browser(t)
	first, second := s.tab(t, browser), s.tab(t, s.browser(t))
	first.signIn(s.as("security_officer", brightside, 0).person)
	second.signIn(s.as("security_officer", brightside, 1).person)
	first.open("/contests")
	first.press("open the contest", click(`main tbody a`))
	first.sees("Its former owner wants it back", "It never left my home.", "Nobody showed a receipt")
	first.do("choose", click(`input[value="upheld/wrong-unit"]`))
	first.press("propose", click(`main form button.primary`))
	first.sees("It waits for a second person.", "A second person must confirm it.")
	at, err := chromedp.Run(first.ctx, chromedp.Location())
	if err != nil {
		t.Fatal(err)
	}
	second.open(strings.TrimPrefix(strings.Split(at, "?")[0], s.url))
	second.sees("Somebody proposes", "The wrong unit was taken back.")
	second.press("confirm", click(`main form[action$="/ruling"] button.primary`))
	second.sees("It is decided.", "To be handed over")
}
