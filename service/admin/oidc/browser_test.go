package oidc_test

import (
	"testing"

	"github.com/chromedp/chromedp"

	"quitclaim/service/web/webtest"
)

// atProvider signs in on the provider's own page.
func atProvider(t *testing.T, b webtest.Tab, user string) {
	t.Helper()
	b.Do("wait for the provider's page", chromedp.WaitVisible(chromedp.CSS(`input[name=username]`)))
	b.Fill(`input[name=username]`, user)
	b.Fill(`input[name=password]`, "verysecure")
	b.Click(`button[type=submit]`)
}

// In a real browser: the way there under our content policy, the way back with
// cookies that count between two sites.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	b := webtest.NewTab(t, k.url)
	b.Open("/sign-in?next=/account/providers")
	b.Fill(`input[name=email]`, "owner@example.test")
	b.Fill(`input[name=password]`, password)
	b.Click(`form[action="/sign-in"] button`)
	b.Sees("Sign in with other accounts")
	b.Click(`form[action$="/link"] button`)
	atProvider(t, b, "ada")
	b.Sees("It lets you in from now on")
	b.Click(`form[action="/sign-out"] button`)
	b.Sees("You are signed out")

	b.Open("/sign-in?next=/account/providers")
	b.Click(`form[action="/sign-in/with/` + k.owners.ID + `"] button`)
	atProvider(t, b, "ada")
	b.Sees("Linked on")
	b.Click(`form[action$="/unlink"] button`)
	b.Sees("It lets you in no more")

	// Unlinked, she is new here: the page asks before it makes anything.
	b.Click(`form[action="/sign-out"] button`)
	b.Sees("You are signed out")
	b.Open("/sign-in?next=/account/providers")
	b.Click(`form[action="/sign-in/with/` + k.owners.ID + `"] button`)
	atProvider(t, b, "ada")
	b.Sees("You are new here")
	b.Fill(`input[name=name]`, "Ada")
	b.Click(`form[action="/sign-in/new"] button`)
	b.Sees("Linked on")
}
