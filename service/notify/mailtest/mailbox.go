package mailtest

import (
	"bytes"
	"context"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Mail is one as it lies in a mailbox.
type Mail struct {
	Raw    []byte
	Header mail.Header
}

// Mailbox lists what a mailbox has, oldest first. user is the part before "@".
func (s *Server) Mailbox(t testing.TB, user string) []Mail {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(s.dir, "mail", user, "new", "*"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	var list []Mail
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		read, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("mail in %s: %v\n%s", name, err, raw)
		}
		list = append(list, Mail{raw, read.Header})
	}
	return list
}

// Await waits until a mailbox has n mails.
func (s *Server) Await(t testing.TB, user string, n int) []Mail {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 15*time.Second)
	defer stop()
	for {
		if list := s.Mailbox(t, user); len(list) >= n {
			return list
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("the mailbox of %s has %d mails, want %d\n%s", user, len(s.Mailbox(t, user)), n, s.Log())
		}
	}
}
