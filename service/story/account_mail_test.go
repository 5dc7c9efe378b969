package story

import (
	"fmt"
	"html"
	"io"
	"mime/quotedprintable"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"quitclaim/service/notify/mailtest"
)

var linkInMail = regexp.MustCompile(`(?m)^https?://[^/\s]+(/[^\s]+)$`)

// linkOf is the path of the link in a mail.
func linkOf(t *testing.T, mail mailtest.Mail) string {
	t.Helper()
	_, body, _ := strings.Cut(strings.ReplaceAll(string(mail.Raw), "\r\n", "\n"), "\n\n")
	if strings.EqualFold(mail.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(body)))
		if err != nil {
			t.Fatal(err)
		}
		body = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	found := linkInMail.FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("no link in the mail:\n%s", mail.Raw)
	}
	return found[1]
}

// TestAnAccountByMail: somebody is shown the code of an offer, signs up by a real
// mail and comes out at the offer. They sign in by password and
// mail with the mail on another device, take a copy, and have it all erased. The
// last mail says so, and the ledger verifies.
func TestAnAccountByMail(t *testing.T) {
	t.Parallel()
	mx := mailtest.New(t)
	mx.Start(t, mailtest.Options{})
	s := demo(t, "--smtp", mx.Addr, "--mail-from", "Quitclaim <quitclaim@"+mailtest.Ours+">")
	keys := s.pinKeys(t)
	const password = "a sentence that nobody guesses"
	address := "ada@" + mailtest.Readers
	desk, phone := s.visitor(), s.visitor()

	// The code that a neighbour shows leads to the sign-in; they have no account.
	u := s.pick(in("bound"), model("HOP"))
	var offer struct{ Code, URL string }
	s.owner(u.Owner).post("/v1/transfers", u.ref()).want(http.StatusCreated).into(&offer)
	door := desk.open("/transfer/" + offer.Code)
	toSignUp := regexp.MustCompile(`href="(/sign-up\?next=[^"]+)"`).FindSubmatch(door.Body)
	if toSignUp == nil {
		t.Fatalf("%s leads to no sign-up that goes on:\n%s", door.what, door.Body)
	}
	sent := desk.submit(desk.open(html.UnescapeString(string(toSignUp[1]))), "/sign-up", url.Values{"email": {address}, "password": {password}, "password_again": {password}})
	sent.shows(t, "Look into your mail")
	letter := mx.Await(t, "ada", 1)[0]
	if strings.Contains(string(letter.Raw), offer.Code) {
		t.Error("the mail has the offer's code in it")
	}
	offered := desk.submit(desk.open(linkOf(t, letter)), "", url.Values{}).want(http.StatusOK)
	offered.shows(t, u.Serial, "/transfer/"+offer.Code+"/accept")
	desk.open("/account").shows(t, address)

	desk.submit(desk.open("/account"), "/sign-out", url.Values{}).shows(t, "You are signed out.")
	desk.submit(desk.open("/sign-in"), "/sign-in", url.Values{"email": {address}, "password": {password}}).shows(t, "Look into your mail")
	link := linkOf(t, mx.Await(t, "ada", 2)[1])
	elsewhere := phone.submit(phone.open(link), "", url.Values{})
	code := regexp.MustCompile(`>([0-9]{6})<`).FindSubmatch(elsewhere.Body)
	if code == nil {
		t.Fatalf("no code on the phone:\n%s", elsewhere.Body)
	}
	desk.submit(desk.open("/link"), "/link", url.Values{"code": {string(code[1])}}).want(http.StatusOK)
	desk.open("/account").shows(t, address)
	phone.open(link).want(http.StatusNotFound).shows(t, "This link does not work")
	if strings.Contains(s.out.String(), offer.Code) || strings.Contains(s.out.String(), strings.TrimPrefix(link, "/link/")) || strings.Contains(s.out.String(), address) {
		t.Error("the server's log has a link, a code or an address in it")
	}

	// They have said their password some moments ago, which is fresh enough.
	copied := desk.submit(desk.open("/account/data"), "/account/data/export", url.Values{}).want(http.StatusOK)
	copied.shows(t, address, `"complete": true`)
	desk.submit(desk.open("/account/data/erase"), "/account/data/erase", url.Values{"sure": {"true"}}).shows(t, "Your account is erased.")
	last := mx.Await(t, "ada", 3)[2]
	if got := last.Header.Get("Subject"); got != "Your account was erased" {
		t.Errorf("the last mail is %q", got)
	}
	desk.submit(desk.open("/sign-in"), "/sign-in", url.Values{"email": {address}, "password": {password}}).shows(t, "Look into your mail")
	again := s.visitor()
	again.submit(again.open("/sign-up"), "/sign-up", url.Values{"email": {address}, "password": {password}, "password_again": {password}})
	if welcome := linkOf(t, mx.Await(t, "ada", 4)[3]); !strings.HasPrefix(welcome, "/link/") {
		t.Errorf("who signs up anew with the address of an erased account is mailed %q", welcome)
	}
	s.stop()
	if out := s.must("verify", "--data", s.data, "--key", keys); !strings.Contains(out, " OK\n") {
		t.Errorf("verify after an erasure: %s", out)
	}
}

// TestAnOwnerIsErased: somebody with a unit is told of it first; then the unit is
// let go, the person is nobody, and every proof still verifies.
func TestAnOwnerIsErased(t *testing.T) {
	t.Parallel()
	s := demo(t)
	keys := s.pinKeys(t)
	type obligations struct {
		Items []struct {
			Code, Serial string
			Blocks       bool
		}
	}
	var open obligations
	u := s.pick(func(u unit) bool { // somebody whom nothing keeps from going: an open contest would
		if u.State != "bound" || u.Owner == "" {
			return false
		}
		open = obligations{}
		s.owner(u.Owner).get("/v1/account/data/obligations").want(http.StatusOK).into(&open)
		for _, one := range open.Items {
			if one.Blocks {
				return false
			}
		}
		return true
	})
	owner, named := s.owner(u.Owner), false
	for _, one := range open.Items {
		named = named || one.Code == "data.open.bound" && one.Serial == u.Serial
	}
	if !named {
		t.Errorf("open is %+v, and not the unit %s", open.Items, u.Serial)
	}
	owner.post("/v1/account/data/erase", map[string]any{"sure": false}).refused(http.StatusUnprocessableEntity)
	owner.post("/v1/account/data/erase", map[string]any{"sure": true}).want(http.StatusNoContent)
	owner.get("/v1/mine").want(http.StatusUnauthorized)
	vendor := s.as("admin", "", 0)
	var is struct{ State string }
	vendor.get(fmt.Sprintf("/v1/units/%s/%s", u.Brand, u.Serial)).want(http.StatusOK).into(&is)
	if is.State != "sold" {
		t.Errorf("the unit is %q, want it let go", is.State)
	}
	s.stop()
	if out := s.must("verify", "--data", s.data, "--key", keys); !strings.Contains(out, " OK\n") {
		t.Errorf("verify after an erasure: %s", out)
	}
}
