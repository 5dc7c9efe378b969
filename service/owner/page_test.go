package owner_test

import (
	"crypto/rand"
	"net/url"
	"strings"
	"testing"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web/messages"
	"quitclaim/service/web/webtest"
)

// wants checks the status and that the page says all of it.
func wants(t *testing.T, what string, got *webtest.Response, status int, texts ...string) {
	t.Helper()
	if got.Status != status {
		t.Fatalf("%s: status %d, want %d: %s", what, got.Status, status, got.Body)
	}
	for _, text := range texts {
		if !strings.Contains(got.Body, text) {
			t.Errorf("%s does not say %q:\n%s", what, text, got.Body)
		}
	}
}

// leads checks that a form led to this page.
func leads(t *testing.T, what string, got *webtest.Response, to string) {
	t.Helper()
	if got.Status != 303 || got.Header.Get("Location") != to {
		t.Fatalf("%s: %d to %q, want %q: %s", what, got.Status, got.Header.Get("Location"), to, got.Body)
	}
}

func TestPagesFromBindToRelease(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ada := k.as(k.Owner)
	wants(t, "an empty list", ada.Get("/mine"), 200, "Nothing is connected to you yet.")
	unit, text := k.Sold(t), rand.Text()
	form := url.Values{"brand": {"acme"}, "serial": {unit.Key.Serial}, "proof": {""}}
	wants(t, "a form without a code", ada.PostForm("/mine/bind", form), 422, "This is needed.", unit.Key.Serial)
	form.Set("proof", shown(text))
	form.Set("brand", " Acme") // as a telephone writes it
	leads(t, "bind", ada.PostForm("/mine/bind", form), pathOf(unit)+"?done=mine-pending")
	wants(t, "while it waits", ada.Get(pathOf(unit)), 200, "We are waiting for the unit itself.", "Do not connect it")
	leads(t, "release while it waits", ada.Get(pathOf(unit)+"/release"), pathOf(unit))
	k.reports(t, unit.ID, text)
	wants(t, "the unit", ada.Get(pathOf(unit)), 200, "Connected to you since", "Hand it over", "Let go of it")
	wants(t, "the list", ada.Get("/mine"), 200, "Cam One", unit.Key.Serial, "Connected to you")
	wants(t, "release", ada.Get(pathOf(unit)+"/release"), 200, "What ends", "You see nothing of it any more", "Our own cloud", "One account is connected as owner")
	paper := ada.PostForm(pathOf(unit)+"/release", nil).Header.Get("Location")
	if !strings.HasPrefix(paper, "/R/") {
		t.Fatalf("let go leads to %q, want the receipt", paper)
	}
	wants(t, "its receipt", ada.Get(paper), 200, "Released by its owner", unit.Key.Serial)
	wants(t, "the unit, let go", ada.Get(pathOf(unit)), 404, "Nothing here")
	wants(t, "the past", ada.Get("/mine/past"), 200, "You let go of it", unit.Key.Serial)
}

func TestAPendingBindingIsGivenUpOnItsPage(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Sold(t)
	pending := decoded[boundBody](t, k.as(k.Owner).PostJSON("/v1/bindings", bindBody(unit, rand.Text())))
	leads(t, "give it up", k.as(k.Owner).PostForm("/mine/bindings/"+string(pending.ID)+"/end", nil), "/mine?done=mine-unbound")
	wants(t, "the list", k.as(k.Owner).Get("/mine?done=mine-unbound"), 200, "It will not be connected.", "Nothing is connected")
}

func TestPagesOfABindThatFails(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Sold(t)
	k.makes(t, unit)
	form := url.Values{"brand": {"acme"}, "serial": {unit.Key.Serial}, "proof": {rand.Text()}}
	wants(t, "a wrong code", k.as(k.Owner).PostForm("/mine/bind", form), 409, "This was not done.", "not the code that the unit made last")
	form.Set("serial", "NEVER")
	wants(t, "a serial that never was", k.as(k.Owner).PostForm("/mine/bind", form), 404, "We found no unit", "Compare brand and serial")
}

func TestPagesOfATransfer(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	ada, bo := k.as(k.Owner), k.as(k.Neighbour)
	path := pathOf(unit) + "/transfer"
	wants(t, "how to hand over", ada.Get(path), 200, "They are here with me", "Their mail address")
	wants(t, "a picture of no offer", ada.Get(pathOf(unit)+"/transfer.svg"), 404)
	wants(t, "no mail address", ada.PostForm(path, url.Values{"to": {"bo at home"}}), 422, "This is no mail address.", "bo at home")
	wants(t, "to oneself", ada.PostForm(path, url.Values{"to": {k.mail(k.Owner)}}), 409, "You have it already.")
	leads(t, "offer", ada.PostForm(path, nil), path)
	code := decoded[struct{ Offer struct{ Code string } }](t, ada.Get("/v1"+pathOf(unit))).Offer.Code
	shownCode := code[:4] + "-" + code[4:8]
	wants(t, "the offer", ada.Get(path), 200, shownCode, pathOf(unit)+"/transfer.svg", "Withdraw the offer")
	picture := ada.Get(pathOf(unit) + "/transfer.svg")
	wants(t, "its picture", picture, 200, "<svg")
	if got := picture.Header.Get("Content-Type"); got != "image/svg+xml" {
		t.Errorf("the picture is %q", got)
	}
	leads(t, "the owner at the offer", ada.Get("/transfer/"+code), path)
	leads(t, "a code that was read out", bo.Get("/transfer?code="+strings.ToLower(shownCode+"-"+code[8:])), "/transfer/"+code)
	wants(t, "the recipient", bo.Get("/transfer/"+code), 200, "You can have this Cam One", unit.Key.Serial, "Have the unit make a new code")
	accept := "/transfer/" + code + "/accept"
	wants(t, "an older code", bo.PostForm(accept, url.Values{"proof": {rand.Text()}}), 409, "not a code that the unit made after the offer")
	wants(t, "no code", bo.PostForm(accept, nil), 422, "This is needed.")
	proof := k.makes(t, unit)
	leads(t, "accept", bo.PostForm(accept, url.Values{"proof": {proof}}), pathOf(unit)+"?done=mine-accepted")
	wants(t, "the new owner", bo.Get(pathOf(unit)+"?done=mine-accepted"), 200, "It is yours.", "Connected to you since")
	wants(t, "the last owner", ada.Get(path), 404, "Nothing here")
	wants(t, "too late", k.as(k.stranger()).Get("/transfer/"+code), 410, "This offer is over")
}

func TestPagesThatEndAnOffer(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	code := k.offer(t, unit, k.Owner, k.mail(k.Neighbour))
	wants(t, "the recipient's list", k.as(k.Neighbour).Get("/mine"), 200, "Somebody offers you their Cam One", "/transfer/"+code)
	wants(t, "the owner's page", k.as(k.Owner).Get(pathOf(unit)+"/transfer"), 200, origin+"/transfer/"+code, "It works for nobody else.")
	leads(t, "refuse", k.as(k.Neighbour).PostForm("/transfer/"+code+"/refuse", nil), "/mine?done=mine-refused")
	code = k.offer(t, unit, k.Owner, "")
	leads(t, "withdraw", k.as(k.Owner).PostForm("/transfer/"+code+"/withdraw", nil), "/mine?done=mine-withdrawn")
	wants(t, "the recipient", k.as(k.Neighbour).Get("/transfer/"+code), 410, "This offer is over")
}

func TestPagesOfAStolenUnit(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	ada := k.as(k.Owner)
	wants(t, "mark it?", ada.Get(pathOf(unit)+"/stolen"), 200, "Was your Cam One stolen?", "even after a reset")
	leads(t, "mark", ada.PostForm(pathOf(unit)+"/stolen", nil), "/mine?done=mine-stolen")
	wants(t, "the list", ada.Get("/mine?done=mine-stolen"), 200, "You marked it as stolen")
	wants(t, "the unit", ada.Get(pathOf(unit)), 200, "I have it again")
	k.hardReset(t, unit.ID)
	wants(t, "the unit, reset", ada.Get(pathOf(unit)), 200, "nobody but you can connect it", "I have it again")
	leads(t, "lift", ada.PostForm(pathOf(unit)+"/stolen/lift", nil), "/mine?done=mine-lifted")
}

func TestPagesOfThePast(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.owned(t, k.Owner)
	k.Must(t, unit.ID, k.TakeBack())
	ada := k.as(k.Owner)
	period := "/mine/past/" + k.past(t, k.Owner)[0].ID
	wants(t, "the list", ada.Get("/mine/past"), 200, "A shop took it back", period)
	wants(t, "the period", ada.Get(period), 200, "It is still with you?", "You did not want this?")
	wants(t, "a wrong code", ada.PostForm(period+"/cancel", url.Values{"proof": {rand.Text()}}), 409, "not a code that the unit made after it was taken back")
	again := "/mine/bind?brand=acme&done=mine-cancelled&serial=" + unit.Key.Serial
	leads(t, "undo", ada.PostForm(period+"/cancel", url.Values{"proof": {k.makes(t, unit)}}), again)
	wants(t, "bind again", ada.Get(again), 200, "The return is undone.", `value="`+unit.Key.Serial+`"`)
	wants(t, "the period, undone", ada.Get(period), 200, "The return was undone.")
	leads(t, "object", ada.PostForm(period+"/contest", nil), period+"?done=mine-contested")
	contested := ada.Get(period)
	wants(t, "the period, contested", contested, 200, "You objected.", "they may be evidence")
	if strings.Contains(contested.Body, period+"/delete") {
		t.Error("under their own objection the page offers to delete, which would be refused")
	}
	wants(t, "object twice", ada.PostForm(period+"/contest", nil), 409, "There is an objection to this already.")
}

func TestAHostileSerialIsOnlyText(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	key := lifecycle.UnitKey{Brand: storetest.Brand, Serial: `'"<>;^~%2F /`}
	got, err := k.Register(t.Context(), key, k.Model.ID, lifecycle.Register{
		Command: k.By(k.VendorAdmin), ID: lifecycle.UnitID(storetest.NewID("unt")), Key: key,
	}.Decide)
	if err != nil {
		t.Fatal(err)
	}
	unit := got.Change.Unit
	k.Must(t, unit.ID, lifecycle.Sell{Command: k.By(k.VendorAdmin), ID: lifecycle.SaleID(storetest.NewID("sal"))}.Decide)
	k.bind(t, unit, k.Owner)
	page := k.as(k.Owner).Get("/mine")
	wants(t, "the list", page, 200, "&lt;&gt;")
	_, rest, _ := strings.Cut(page.Body, `href="/mine/units/`)
	href, _, _ := strings.Cut(rest, `"`)
	wants(t, "the link of the list", k.as(k.Owner).Get("/mine/units/"+strings.ReplaceAll(href, "&#39;", "'")), 200, "Connected to you since")
	if strings.Contains(page.Body, `"<>`) {
		t.Error("the serial got out of its text")
	}
}

func TestEveryCodeHasASentence(t *testing.T) {
	t.Parallel()
	want := []string{
		"owner.held", "owner.contest-stands", "transfer.over", "mine.ended.release", "mine.ended.transfer", "mine.ended.return",
		"mine.ended.hard-reset-seen", "mine.ended.other", "proof.shape", "release.share.member.one",
	}
	for _, kind := range lifecycle.HoldKinds() {
		want = append(want, "owner.hold."+string(kind))
	}
	for _, done := range []string{
		"bound", "pending", "unbound", "released", "stolen", "lifted", "accepted", "refused", "withdrawn", "contested", "cancelled",
	} {
		want = append(want, "done.mine-"+done)
	}
	missing, err := messages.Missing(want...)
	if err != nil || len(missing) > 0 {
		t.Errorf("no sentence for %v, %v", missing, err)
	}
}

// TestEveryPageAnswers walks the pages of a small household, and photographs
// them into -screens where that is given.
func TestEveryPageAnswers(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	visit := func(folder string, by *webtest.Client, paths ...string) {
		t.Helper()
		for _, path := range paths {
			wants(t, path, by.Get(path), 200, "<h1>")
		}
		if *screens != "" {
			by.Shoot(*screens+"/"+folder, paths...)
		}
	}
	ada, bo := k.as(k.Owner), k.as(k.Neighbour)
	visit("empty", ada, "/mine", "/mine/past", "/mine/bind", "/transfer")
	unit, stolen, face, gone := k.owned(t, k.Owner), k.owned(t, k.Owner), k.owned(t, k.Owner), k.owned(t, k.Owner)
	ada.PostJSON("/v1/mine/stolen", keyBody(stolen))
	code := k.offer(t, face, k.Owner, "")
	k.offer(t, k.owned(t, k.Neighbour), k.Neighbour, k.mail(k.Owner))
	pending := k.Sold(t)
	ada.PostJSON("/v1/bindings", bindBody(pending, rand.Text()))
	k.Must(t, gone.ID, k.TakeBack())
	visit("owner", ada, "/mine", pathOf(unit), pathOf(unit)+"/release", pathOf(unit)+"/stolen", pathOf(unit)+"/transfer",
		pathOf(face)+"/transfer", pathOf(face), pathOf(stolen), pathOf(pending), "/mine/past", "/mine/past/"+k.past(t, k.Owner)[0].ID)
	visit("recipient", bo, "/transfer/"+code)
}
