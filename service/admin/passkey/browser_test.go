package passkey_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/admin/passkey"
	"quitclaim/service/admin/signin"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// patience is for a machine that does other things as well.
const patience = 90 * time.Second

// localhost is the whole way in, as it is wired, where browsers use passkeys.
func localhost(t *testing.T) (opened storetest.Opened, url string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	opened, url = storetest.OpenNew(t), "http://localhost:"+port
	cheap := access.NewPasswords(access.PasswordConfig{MemoryKiB: 64, Iterations: 1, Parallelism: 1})
	entrance := signin.New(signin.Config{Store: opened, Passwords: cheap, Now: opened.Clock.Now, NewID: newID, URL: url, Passkeys: true})
	passkeys, err := passkey.New(passkey.Config{
		Store: opened, URL: url, Name: "Quitclaim", Now: opened.Clock.Now, NewID: newID, Prove: entrance.Prove,
	})
	if err != nil {
		t.Fatal(err)
	}
	door, err := signin.NewHandler(entrance)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := passkey.NewHandler(passkeys)
	if err != nil {
		t.Fatal(err)
	}
	site := webtest.New(t, func(r *web.Routes) {
		door.Mount(r)
		keys.Mount(r)
	}, func(c *web.Config) {
		c.Now, c.Sessions, c.Authenticator, c.Passkeys, c.ExternalURL = opened.Clock.Now, opened, entrance, opened, url
	})
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: site.Server.Handler(), ReadHeaderTimeout: patience}}
	server.Start()
	t.Cleanup(server.Close)

	hash, err := cheap.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	_, err = opened.SavePerson(t.Context(), access.Person{
		ID: "psn_ada", Roles: []lifecycle.Role{lifecycle.RoleOwner}, Email: "ada@example.test", PasswordHash: hash, Generation: 1,
		CreatedAt: opened.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return opened, url
}

// TestInABrowser: a person makes a passkey, comes in by it, and proves
// themselves by it: in place where a form asks for it, and on the page that
// asks. Without one the password does.
func TestInABrowser(t *testing.T) {
	t.Parallel()
	opened, url := localhost(t)
	b := webtest.NewTab(t, url)
	b.Do("hold passkeys", webtest.HoldKeys)
	b.Open("/sign-in?next=/account/passkeys")
	b.Fill("#email", "ada@example.test")
	b.Fill("#password", password)
	b.Click(`form[action="/sign-in"] button`)
	b.Sees("What do you call it?")

	// Signed in too long ago: the password once more, then the passkey.
	opened.Clock.Add(access.VerifiedFor)
	b.Fill("#name", "phone")
	b.Click("form[data-enrol] button")
	b.Sees("Is it you?")
	b.Fill("#password", password)
	b.Click(`form[action="/verify"] button`)
	b.Sees("What do you call it?")
	b.Fill("#name", "my phone")
	b.Click("form[data-enrol] button")
	b.Sees("Your passkey is ready")
	b.Fill("#name", "another")
	b.Click("form[data-enrol] button")
	b.Sees("Is it you?") // by the passkey now: the password of before is not enough any more
	b.Click("form[data-passkey] button")
	b.Sees("What do you call it?")
	b.Fill("#name", "another")
	b.Click("form[data-enrol] button")
	b.Sees("has a passkey of yours already")

	// Out, and in again by the passkey, without a name or a password.
	b.Click(`form[action="/sign-out"] button`)
	b.Sees("You are signed out")
	b.Open("/sign-in?next=/account")
	b.Click("form[data-passkey] button")
	b.Sees("Your account")
	b.Sees("by passkey")

	// A form that asks in place.
	opened.Clock.Add(access.VerifiedFor)
	b.Open("/account/passkeys")
	b.Click(".keys summary")
	b.Click("form[data-verify] button")
	b.Sees("The passkey is removed")
	b.Click(`form[action="/sign-out"] button`)
	b.Sees("You are signed out")
	b.Click("form[data-passkey] button")
	b.Sees("This passkey does not fit here")
}
