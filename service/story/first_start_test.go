package story

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// An empty database lets nobody in but who reads the console, once.
func TestTheFirstStart(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	s := newServer(t, data, "serve", "--data", data, "--listen", "127.0.0.1:0")
	s.start()
	s.pinKeys(t)
	first := s.setupLink(t)
	if info, err := os.Stat(filepath.Join(data, "keys")); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the keys: %v, %v; want them for their owner alone", info, err)
	}
	// Whoever missed it starts again: another link, and the first is worthless.
	s.out = &output{}
	s.again()
	if strings.Contains(s.out.String(), "ledger ") {
		t.Errorf("the second start says that the keys are new:\n%s", s.out)
	}
	link := s.setupLink(t)
	if link == first {
		t.Fatal("the second start prints the first one's link")
	}
	v := s.visitor()
	v.open(first).want(http.StatusNotFound)

	admin := person{Email: "vera@acme.example", Password: "a long enough password"}
	form := url.Values{
		"organisation": {"Acme Cameras"}, "brands": {"acme"}, "name": {"Vera Lindqvist"}, "email": {admin.Email},
		"password": {admin.Password}, "password_again": {"another password"},
	}
	page := v.submit(v.open(link).want(http.StatusOK), "", form)
	if page.Status != http.StatusUnprocessableEntity {
		t.Fatalf("two different passwords: %d\n%s", page.Status, page.Body)
	}
	form.Set("password_again", admin.Password)
	home := v.submit(v.open(link), "", form).want(http.StatusOK)
	home.shows(t, "Acme Cameras")

	other := s.visitor()
	other.open(link).want(http.StatusNotFound)
	other.read(other.http.PostForm(s.url+link, form)).want(http.StatusNotFound)
	s.signedIn(admin).open("/admin").want(http.StatusOK).shows(t, "Acme Cameras")
	s.invited(t, "Acme Cameras")
	s.out = &output{}
	s.again()
	if strings.Contains(s.out.String(), "/setup/") {
		t.Errorf("a third start offers to set up again:\n%s", s.out)
	}
	s.clean()
}

// invited has the operator invite somebody, who chooses a password and comes
// in.
func (s *server) invited(t *testing.T, org string) {
	t.Helper()
	clerk := person{Email: "tom@acme.example", Password: "correct horse battery"}
	out := s.must("user", "invite", "--data", s.data, "--org", org, "--email", clerk.Email, "--name", "Tom Ruiz", "--role", "technician")
	at := strings.Index(out, s.url+"/setup/")
	if at < 0 {
		t.Fatalf("the invitation has no link:\n%s", out)
	}
	link := strings.Fields(out[at+len(s.url):])[0]
	v := s.visitor()
	form := url.Values{"password": {clerk.Password}, "password_again": {clerk.Password}}
	v.submit(v.open(link).want(http.StatusOK), "", form).want(http.StatusOK)
	v.open(link).want(http.StatusNotFound)
	s.signedIn(clerk).open("/bench").want(http.StatusOK).shows(t, "Tom Ruiz")
	if out, err := s.run("user", "invite", "--data", s.data, "--org", "No Such", "--email", "a@b.example", "--name", "A", "--role", "clerk"); err == nil {
		t.Errorf("somebody is invited to nowhere:\n%s", out)
	}
}

// setupLink is the path of the link on the console.
func (s *server) setupLink(t *testing.T) string {
	t.Helper()
	for line := range strings.Lines(s.out.String()) {
		if path, found := strings.CutPrefix(strings.TrimSpace(line), s.url+"/setup/"); found {
			return "/setup/" + path
		}
	}
	t.Fatalf("no set-up link on the console:\n%s", s.out)
	return ""
}

// `quitclaim demo` needs no flags: it makes its own directory where it stands.
func TestTheDemoWithoutFlags(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := newServer(t, filepath.Join(dir, "data", "demo"), "demo")
	s.dir, s.env = dir, []string{"QUITCLAIM_LISTEN=127.0.0.1:0"}
	s.start()
	s.readWorld()
	if v := s.as("clerk", corner, 0).scan(s.pick(in("bound")).Payload, "return"); v.Verdict != "bound" {
		t.Errorf("scan: %+v", v)
	}
}

// A demo that lost its power while it was made says what to do.
func TestADemoThatWasCutShort(t *testing.T) {
	t.Parallel()
	s := demo(t)
	s.stop()
	if err := os.Remove(filepath.Join(s.data, "demo.json")); err != nil {
		t.Fatal(err)
	}
	if err := s.tryStart(); err == nil || !strings.Contains(s.out.String(), "start with an empty directory") {
		t.Errorf("half a demo: %v\n%s", err, s.out)
	}
}

// A directory that another process uses is left alone.
func TestADemoOnADirectoryInUse(t *testing.T) {
	t.Parallel()
	s := demo(t)
	out, err := s.run("demo", "--data", s.data, "--listen", "127.0.0.1:0")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(out, "in use by another quitclaim process") {
		t.Errorf("a second process: %v\n%s", err, out)
	}
	for _, command := range [][]string{{"serve", "--data", s.data, "--listen", "127.0.0.1:0"}, {"serve", "--data", t.TempDir(), "--listen", strings.TrimPrefix(s.url, "http://")}} {
		out, err := s.run(command...)
		if err == nil || strings.Contains(out, "panic") || strings.Contains(out, serves) || out == "" {
			t.Errorf("%v: %v\n%s", command, err, out)
		}
	}
	// The first one did not notice.
	u := s.pick(in("bound"))
	s.as("clerk", u.Seller, 0).takeBack(u, u.Receipt)
	if _, err := os.Stat(filepath.Join(s.data, "run.json")); err != nil {
		t.Errorf("the second process took the first one's run file: %v", err)
	}
	if out := s.must("sweep", "stuck-reset", "--data", s.data); !strings.Contains(out, "0 failed") {
		t.Errorf("sweep: %s", out)
	}
	s.clean()
}
