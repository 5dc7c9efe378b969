package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"quitclaim/service/demo"
	"quitclaim/service/web/webtest"
)

// walkPatience is for a machine that does other things as well.
const walkPatience = 2 * time.Minute

// phone is a window of a phone's size, with an authenticator of its own.
func phone(t *testing.T, url string) webtest.Tab {
	t.Helper()
	b := webtest.NewTab(t, url)
	b.Do("hold passkeys", chromedp.EmulateViewport(390, 1200), webtest.HoldKeys)
	return b
}

func signIn(t *testing.T, b webtest.Tab, email string) {
	t.Helper()
	b.Open("/sign-in?next=/account")
	b.Fill("#email", email)
	b.Fill("#password", demo.Password)
	b.Click(`form[action="/sign-in"] button`)
	b.Sees("Your account")
}

// served is the whole house with the demo's world in it, where browsers use
// passkeys.
func served(t *testing.T) (world demo.World, url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	url = "http://localhost:" + port
	defaults := demoDefaults()
	defaults["data"], defaults["url"], defaults["log-level"] = t.TempDir(), url, "error"
	config, err := parseConfig("test", nil, func(string) string { return "" }, defaults)
	if err != nil {
		t.Fatal(err)
	}
	h, err := open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.store.Close() })
	if world, err = h.demoWorld(t.Context()); err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: h.web.Handler(), ReadHeaderTimeout: walkPatience}}
	server.Start()
	t.Cleanup(server.Close)
	return world, url
}

// TestSupportUnderConsentInTwoBrowsers: an agent asks, the owner signs with
// their passkey, the agent looks, the owner sees who looked and ends it, and the
// agent's page ends by itself.
func TestSupportUnderConsentInTwoBrowsers(t *testing.T) {
	t.Parallel()
	world, url := served(t)
	owner, agent := phone(t, url), phone(t, url)
	unit := world.Units[slices.IndexFunc(world.Units, func(u demo.WorldUnit) bool { return u.Owner != "" && u.State == "bound" })]
	support := world.People[slices.IndexFunc(world.People, func(p demo.Person) bool { return p.Role == "support_agent" })]

	signIn(t, owner, unit.Owner)
	owner.Open("/account/passkeys")
	owner.Fill("#name", "my phone")
	owner.Click("form[data-enrol] button")
	owner.Sees("Your passkey is ready")

	signIn(t, agent, support.Email)
	agent.Open("/support/ask")
	agent.Fill("#brand", unit.Brand)
	agent.Fill("#serial", unit.Serial)
	agent.Click(`input[value="live-support"]`)
	agent.Fill("#hours", "2")
	agent.Fill("#case", "CASE-1047")
	agent.Click(`form[action="/support/ask"] button`)
	agent.Sees("If it has an owner, they were asked.")
	agent.Sees("Nobody has allowed you")

	owner.Open("/mine/consents")
	owner.Sees(support.Name)
	owner.Click("main a.button")
	owner.Sees("May a support agent look at your unit?")
	owner.Keep("consent-ask")
	owner.Click("form[data-consent] button")
	owner.Sees("Allowed. You can end it here at any moment.")
	owner.Keep("consents")

	agent.Open("/support")
	agent.Keep("support")
	agent.Click("main table a")
	agent.Sees("Why do you look?")
	agent.Click(`input[value="connection"]`)
	agent.Fill("#note", "Does the cloud answer it?")
	agent.Keep("support-open")
	agent.Click("main form button")
	agent.Sees("You may look until")
	agent.Sees(unit.Serial)
	agent.Keep("support-view")

	owner.Open("/mine/units/" + unit.Brand + "/" + unit.Serial + "/looked")
	owner.Sees(support.Name)
	owner.Sees("It loses its connection")
	owner.Keep("looked")
	owner.Click("main table a")
	owner.Sees("Does the cloud answer it?")
	owner.Keep("look")
	owner.Open("/mine/consents")
	owner.Click("main table button.danger")
	owner.Sees("Ended. Whatever was open is closed now.")
	ended := time.Now()
	agent.Sees("You may not look any more")
	t.Logf("the agent's page ended %v after the owner was told so", time.Since(ended).Round(10*time.Millisecond))
	agent.Keep("support-over")
	if got := agent.Text(); strings.Contains(got, unit.Serial) {
		t.Errorf("the agent's page still shows the unit: %s", got)
	}
}
