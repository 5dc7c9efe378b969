package mail_test

import (
	"strings"
	"testing"

	"quitclaim/service/notify/mail"
)

// TestSettings: every mistake is said at once, and none is left for the first
// mail to find.
func TestSettings(t *testing.T) {
	t.Parallel()
	from := "Quitclaim <quitclaim@example.org>"
	for name, c := range map[string]struct {
		in   mail.Settings
		want []string
	}{
		"nothing":              {mail.Settings{}, nil},
		"all":                  {mail.Settings{Server: "mx.example.org:587", User: "q", Password: "p", From: from}, nil},
		"a plain address":      {mail.Settings{Server: "mx.example.org:465", From: "quitclaim@example.org"}, nil},
		"no server":            {mail.Settings{From: from}, []string{"without a server"}},
		"no port":              {mail.Settings{Server: "mx.example.org", From: from}, []string{"not host:port"}},
		"port is a word":       {mail.Settings{Server: "mx:smtp", From: from}, []string{"no port"}},
		"user alone":           {mail.Settings{Server: "mx:25", User: "q", From: from}, []string{"one without the other"}},
		"no sender":            {mail.Settings{Server: "mx:25"}, []string{"mail-from: needed"}},
		"sender is a name":     {mail.Settings{Server: "mx:25", From: "Quitclaim"}, []string{"no address"}},
		"three at once":        {mail.Settings{Server: "mx", Password: "p", From: "x"}, []string{"not host:port", "one without", "no address"}},
		"long local part":      {mail.Settings{Server: "mx:25", From: strings.Repeat("a", 30) + "@example.org"}, []string{"too long"}},
		"an address literal":   {mail.Settings{Server: "mx:25", From: "q@[192.0.2.1]"}, []string{"no domain"}},
		"a header in the name": {mail.Settings{Server: "mx:25", From: "Q\r\nBcc: x@y.z <q@example.org>"}, []string{"no address"}},
	} {
		_, wrong := mail.ParseSettings(c.in)
		if len(wrong) != len(c.want) {
			t.Errorf("%s: %v, want %q", name, wrong, c.want)
			continue
		}
		for i, err := range wrong {
			if !strings.Contains(err.Error(), c.want[i]) {
				t.Errorf("%s: %v, want %q", name, err, c.want[i])
			}
		}
	}
	for server, plain := range map[string]bool{"localhost:25": true, "127.0.0.1:25": true, "[::1]:25": true, "10.0.0.1:25": false, "mx.localhost:25": false} {
		if got, _ := mail.ParseSettings(mail.Settings{Server: server, From: from}); got.Plain != plain {
			t.Errorf("%s without TLS: %v, want %v", server, got.Plain, plain)
		}
	}
}
