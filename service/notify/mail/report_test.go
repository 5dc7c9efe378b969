package mail_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quitclaim/service/notify/mail"
	"quitclaim/service/notify/mailtest"
)

func keyed(kind, value string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + value))
	return hex.EncodeToString(sum[:])
}

func TestTokensNameOneNoticeForOnePurpose(t *testing.T) {
	t.Parallel()
	id := "ntc_" + strings.Repeat("b", 26)
	token := mail.Token(keyed, mail.ForReturn, id)
	path := mail.ReturnPath("quitclaim@example.org", token)
	if got := mail.TokenOf("<" + path + ">"); got != token || len(path) > 254 {
		t.Errorf("token of %s = %q, want %q", path, got, token)
	}
	if got, ok := mail.Named(keyed, mail.ForReturn, strings.ToUpper(token)); !ok || got != id {
		t.Errorf("named by its return path in capitals: %q, %v", got, ok)
	}
	for name, bad := range map[string]string{
		"empty": "", "short": token[:len(token)-1], "another notice": "c" + token[1:], "another end": token[:len(token)-1] + "z",
	} {
		if got, ok := mail.Named(keyed, mail.ForReturn, bad); ok {
			t.Errorf("%s: names %q", name, got)
		}
	}
	if _, ok := mail.Named(keyed, mail.ForUnsubscribe, token); ok {
		t.Error("a return path unsubscribes")
	}
	for _, address := range []string{"quitclaim@example.org", "quitclaim+x@example.org", "", "+@", "@"} {
		if got := mail.TokenOf(address); got != "" {
			t.Errorf("token of %q = %q", address, got)
		}
	}
}

func TestReports(t *testing.T) {
	t.Parallel()
	token := strings.Repeat("b", 26) + strings.Repeat("0", 16)
	for _, c := range []struct {
		file, status string
		failed       bool
		want         error
	}{
		{"failed.eml", "5.1.1", true, nil},
		{"exchange.eml", "5.1.10", true, nil},
		{"delayed.eml", "", false, nil},
		{"auto-reply.eml", "", false, mail.ErrNoReport},
		{"forged-status.eml", "", false, nil},
		{"truncated.eml", "", false, mail.ErrNoReport},
	} {
		file, err := os.Open(filepath.Join("testdata", "reports", c.file))
		if err != nil {
			t.Fatal(err)
		}
		got, err := mail.ParseReport(file)
		if !errors.Is(err, c.want) || got.Failed != c.failed || got.Status != c.status || got.Permanent() != c.failed {
			t.Errorf("%s: %+v, %v", c.file, got, err)
		}
		if c.want == nil && mail.TokenOf(got.Recipient) != token {
			t.Errorf("%s came to %q", c.file, got.Recipient)
		}
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestReportOfARealServer: a server takes a mail, cannot deliver it, and says so
// to its return path.
func TestReportOfARealServer(t *testing.T) {
	t.Parallel()
	server := mailtest.New(t)
	server.Start(t, mailtest.Options{})
	sent := letter("gone@" + mailtest.Readers)
	if err := sender(t, server).Send(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	report, err := mail.ParseReport(strings.NewReader(string(server.Await(t, "quitclaim", 1)[0].Raw)))
	if err != nil || !report.Permanent() || report.Recipient != sent.ReturnPath {
		t.Errorf("report = %+v, %v, want %s dead", report, err, sent.ReturnPath)
	}
}

func FuzzParseReport(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "reports", "*.eml"))
	if err != nil || len(files) == 0 {
		f.Fatal("no reports", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, message string) {
		report, err := mail.ParseReport(strings.NewReader(message))
		if report.Permanent() && (err != nil || !strings.HasPrefix(report.Status, "5.")) {
			t.Errorf("%+v, %v", report, err)
		}
		if token := mail.TokenOf(report.Recipient); report.Recipient != "" && token == "" {
			t.Errorf("it came to %q, which is no return path", report.Recipient)
		}
	})
}
