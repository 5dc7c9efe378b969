package mail_test

import (
	"errors"
	"mime"
	"net"
	"strings"
	"testing"
	"time"

	"quitclaim/service/notify/mail"
	"quitclaim/service/notify/mailtest"
)

// sender is one for a server of the test.
func sender(t *testing.T, server *mailtest.Server) *mail.Sender {
	t.Helper()
	read, wrong := mail.ParseSettings(mail.Settings{Server: server.Addr, From: "Quitclaim <quitclaim@" + mailtest.Ours + ">"})
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	return &mail.Sender{Server: read}
}

func hash(kind, value string) string {
	return strings.Repeat("0", 40) // keyed in service; here it only has to be long enough
}

func letter(to string) mail.Letter {
	id := "ntc_" + strings.Repeat("a", 26)
	return mail.Letter{
		ID: id, To: to, Subject: "Ihr Gerät wurde zurückgenommen", Body: "Grüße.\n\n.\nEnde\n", At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Language: "de", ReturnPath: mail.ReturnPath("quitclaim@"+mailtest.Ours, mail.Token(hash, mail.ForReturn, id)),
	}
}

func TestMailAtARealServer(t *testing.T) {
	t.Parallel()
	server := mailtest.New(t)
	server.Start(t, mailtest.Options{TLS: true, Answers: map[string]string{
		"slow@" + mailtest.Readers: "450 4.2.0 later", "policy@" + mailtest.Readers: "554 5.7.1 not from you",
	}})
	s := sender(t, server)
	for _, c := range []struct {
		to, code string
		want     error
	}{
		{"ada@" + mailtest.Readers, "", nil},
		{"nobody@" + mailtest.Readers, "5.1.1", mail.ErrAddress},
		{"slow@" + mailtest.Readers, "4.2.0", mail.ErrLater},
		{"policy@" + mailtest.Readers, "5.7.1", mail.ErrSetUp},
		{"no address", "malformed", mail.ErrAddress},
	} {
		err := s.Send(t.Context(), letter(c.to))
		var failure *mail.Failure
		if errors.As(err, &failure) && failure.Code != c.code || !errors.Is(err, c.want) {
			t.Errorf("to %s: %v, want %v (%s)", c.to, err, c.want, c.code)
		}
	}
	got := server.Await(t, "ada", 1)[0]
	for name, want := range map[string]string{
		"Date": "Sun, 01 Mar 2026 12:00:00 +0000", "Auto-Submitted": "auto-generated",
		"Message-Id":  "<ntc_" + strings.Repeat("a", 26) + "@" + mailtest.Ours + ">",
		"Return-Path": "<" + letter("").ReturnPath + ">", "Content-Language": "de", "List-Unsubscribe": "", "User-Agent": "", "X-Mailer": "",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject")); err != nil || subject != letter("").Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	if kind := got.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") || strings.Contains(string(got.Raw), "multipart") {
		t.Errorf("Content-Type %q, want text alone", kind)
	}
}

// TestTLSIsDemanded: but on this machine, a server that offers no TLS gets no
// mail, and one that has another's certificate neither.
func TestTLSIsDemanded(t *testing.T) {
	t.Parallel()
	server := mailtest.New(t)
	s := sender(t, server)
	s.Server.Plain = false
	server.Start(t, mailtest.Options{})
	to := letter("ada@" + mailtest.Readers)
	var failure *mail.Failure
	if err := s.Send(t.Context(), to); !errors.As(err, &failure) || failure.Code != "no-starttls" || !errors.Is(err, mail.ErrSetUp) {
		t.Errorf("without STARTTLS: %v", err)
	}
	server.Stop(t)
	if err := s.Send(t.Context(), to); !errors.Is(err, mail.ErrLater) {
		t.Errorf("down: %v", err)
	}
	server.Start(t, mailtest.Options{TLS: true})
	if err := s.Send(t.Context(), to); !errors.As(err, &failure) || failure.Code != "tls" {
		t.Errorf("signed by nobody we know: %v", err)
	}
	s.Roots = server.Roots
	if err := s.Send(t.Context(), to); err != nil {
		t.Errorf("with TLS: %v", err)
	}
	if got := server.Await(t, "ada", 1); len(got) != 1 || !strings.Contains(string(got[0].Raw), "with ESMTPS") {
		t.Errorf("%d mails came, want one, over TLS:\n%s", len(got), got[0].Raw)
	}
}

// TestAnswersAreSorted: what a server may say at each step of a mail.
func TestAnswersAreSorted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, at, answer, code string
		want                   error
	}{
		{"busy", "greet", "421 4.3.2 busy", "unreachable", mail.ErrLater},
		{"sender refused", "MAIL", "550 5.7.1 who are you", "5.7.1", mail.ErrSetUp},
		{"mailbox full", "RCPT", "552 5.2.2 full", "5.2.2", mail.ErrAddress},
		{"no code", "RCPT", "550 no", "550", mail.ErrAddress},
		{"wants a password", "RCPT", "530 5.7.0 sign in", "5.7.0", mail.ErrSetUp},
		{"grey", "RCPT", "451 4.7.1 later", "4.7.1", mail.ErrLater},
		{"spam", ".", "554 5.6.0 content", "5.6.0", mail.ErrRefused},
		{"found out late", ".", "550 5.1.1 nobody", "5.1.1", mail.ErrAddress},
		{"disk full", ".", "452 4.3.1 full", "4.3.1", mail.ErrLater},
		{"taken, then gone", "RSET", "drop", "", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := &mail.Sender{}
			read, wrong := mail.ParseSettings(mail.Settings{Server: script(t, c.at, c.answer), From: "q@" + mailtest.Ours})
			if s.Server = read; len(wrong) > 0 {
				t.Fatal(wrong)
			}
			err := s.Send(t.Context(), letter("ada@"+mailtest.Readers))
			var failure *mail.Failure
			if !errors.Is(err, c.want) || errors.As(err, &failure) && failure.Code != c.code {
				t.Errorf("%v, want %v (%s)", err, c.want, c.code)
			}
		})
	}
}

// script is a server that says well to everything but one step.
func script(t *testing.T, at, answer string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		play(conn, at, answer)
	}()
	return listener.Addr().String()
}
