package story

import (
	"io"
	"mime/quotedprintable"
	"os/exec"
	"strings"
	"testing"
	"time"

	"quitclaim/service/notify/mailtest"
)

// TestAFormerOwnerIsMailedWithinAMinute: a desk takes back a bound unit without
// a receipt, and a real mail server has the mail that says so. A process that is
// killed behind its answer tells all the same, and once. What a mail server
// reports is taken in by the command.
func TestAFormerOwnerIsMailedWithinAMinute(t *testing.T) {
	t.Parallel()
	mx := mailtest.New(t)
	s := demo(t, quick, "--smtp", mx.Addr, "--mail-from", "Quitclaim <quitclaim@"+mailtest.Ours+">")
	first, second := s.pick(in("bound")), s.pick(in("bound"))
	mx.Start(t, mailtest.Options{Boxes: []string{first.Owner, second.Owner}})
	clerk := s.as("clerk", brightside, 0)

	clerk.takeBack(first, "")
	answered := time.Now()
	got := mailAbout(t, mx, first)
	if late := time.Since(answered); late > time.Minute {
		t.Errorf("the mail came after %s, want it within a minute (rule 1)", late)
	}
	for _, want := range []string{first.Serial, "object within 30 days", s.url + "/mine/past/bnd_"} {
		if !strings.Contains(text(t, got), want) {
			t.Errorf("the mail has no %q:\n%s", want, got.Raw)
		}
	}
	if got.Header.Get("Auto-Submitted") != "auto-generated" || got.Header.Get("List-Unsubscribe") != "" || strings.Contains(got.Header.Get("Subject"), first.Serial) {
		t.Errorf("headers = %v", got.Header)
	}

	clerk.takeBack(second, "")
	s.kill()
	s.again()
	again := mailAbout(t, mx, second)
	for _, mail := range mailsAbout(t, mx, second) {
		if mail.Header.Get("Message-Id") != again.Header.Get("Message-Id") {
			t.Errorf("two mails of one return: %q and %q", mail.Header.Get("Message-Id"), again.Header.Get("Message-Id"))
		}
	}

	returnPath := strings.Trim(again.Header.Get("Return-Path"), "<>")
	for _, c := range []struct{ to, status, want string }{
		{returnPath, "5.1.1", "noted"},
		{returnPath, "4.4.1", "nothing to note"},
		{"quitclaim+" + strings.Repeat("a", 42) + "@" + mailtest.Ours, "5.1.1", "not about a mail of ours"},
	} {
		if out := s.bounce(t, c.to, c.status); !strings.Contains(out, c.want) {
			t.Errorf("a report %s to %s: %s, want %q", c.status, c.to, out, c.want)
		}
	}
	if n := s.count("SELECT count(*) FROM mail_standing WHERE code = '5.1.1'"); n != 1 {
		t.Errorf("%d addresses are marked, want one", n)
	}
}

// mailsAbout are the mails to a unit's owner that name it.
func mailsAbout(t *testing.T, mx *mailtest.Server, u unit) (list []mailtest.Mail) {
	t.Helper()
	user, _, _ := strings.Cut(u.Owner, "@")
	for _, mail := range mx.Mailbox(t, user) {
		if strings.Contains(text(t, mail), u.Serial) {
			list = append(list, mail)
		}
	}
	return list
}

func mailAbout(t *testing.T, mx *mailtest.Server, u unit) mailtest.Mail {
	t.Helper()
	for deadline := time.Now().Add(patient); time.Now().Before(deadline); <-time.After(50 * time.Millisecond) {
		if list := mailsAbout(t, mx, u); len(list) > 0 {
			return list[0]
		}
	}
	t.Fatalf("no mail about %s came\n%s", u.Serial, mx.Log())
	return mailtest.Mail{}
}

// text is a mail's body as it is read.
func text(t *testing.T, mail mailtest.Mail) string {
	t.Helper()
	_, body, _ := strings.Cut(strings.ReplaceAll(string(mail.Raw), "\r\n", "\n"), "\n\n")
	if !strings.EqualFold(mail.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
		return body
	}
	read, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(body)))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(read), "\r\n", "\n")
}

// bounce gives a report to the command, as a mail server would.
func (s *server) bounce(t *testing.T, recipient, status string) string {
	t.Helper()
	report := "To: <" + recipient + ">\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n" +
		"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; x@y.test\nAction: failed\nStatus: " +
		status + "\n\n--b--\n"
	if status[0] == '4' {
		report = strings.Replace(report, "Action: failed", "Action: delayed", 1)
	}
	command := exec.CommandContext(t.Context(), quitclaim(t), "bounce", "--data", s.data)
	command.Env = environment()
	command.Stdin = strings.NewReader(report)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("quitclaim bounce: %v\n%s", err, out)
	}
	return string(out)
}
