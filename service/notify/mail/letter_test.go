package mail

import (
	"bytes"
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"
)

// written is a letter as it goes over the wire, and as a reader's program reads
// it.
func written(t *testing.T, l Letter) (raw []byte, read *netmail.Message, err error) {
	t.Helper()
	server := Server{From: netmail.Address{Name: "Quitclaim", Address: "quitclaim@example.org"}}
	m, err := server.message(l)
	if err != nil {
		return nil, nil, err
	}
	var b bytes.Buffer
	if _, err := m.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	read, err = netmail.ReadMessage(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatalf("%v:\n%s", err, b.Bytes())
	}
	return b.Bytes(), read, nil
}

func plainLetter() Letter {
	return Letter{
		ID: "ntc_a", To: "ada@reader.test", Subject: "Your unit was returned", Body: "It was.\n", Language: "en",
		At: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), ReturnPath: "quitclaim+x@example.org",
	}
}

// headers are those of every letter; a letter has no other, whatever is in it.
func headers() []string {
	return []string{
		"Auto-Submitted", "Content-Language", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version",
		"Subject", "To", "X-Auto-Response-Suppress",
	}
}

// hasOnly reports what a letter says that nobody wrote.
func hasOnly(t *testing.T, what string, raw []byte, read *netmail.Message, l Letter) {
	t.Helper()
	var names []string
	for name, values := range read.Header {
		if names = append(names, name); len(values) != 1 {
			t.Errorf("%s: %s stands %d times", what, name, len(values))
		}
	}
	slices.Sort(names)
	want := headers()
	if l.Unsubscribe != "" {
		want = append(want, "List-Unsubscribe", "List-Unsubscribe-Post")
		slices.Sort(want)
	}
	if !slices.Equal(names, want) {
		t.Errorf("%s: headers %q, want %q", what, names, want)
	}
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		if len(line) > 998 { // RFC 5322, section 2.1.1
			t.Errorf("%s: a line of %d bytes", what, len(line))
		}
		if strings.ContainsAny(line, "\r\n\x00") {
			t.Errorf("%s: %q has a bare line end", what, line)
		}
	}
}

// TestNothingIsInjected: what a vendor, an owner or a message file calls a thing
// makes no header, no recipient and no second body.
func TestNothingIsInjected(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"a\r\nBcc: eve@evil.test", "a\nBcc: eve@evil.test", "a\rBcc: eve@evil.test", "a\r\n\r\n<html>", "a\x00b", "=?utf-8?q?=0D=0ABcc:_eve@evil.test?=",
		strings.Repeat("ä", 600), strings.Repeat("x", 2000), "Ihr Gerät wurde zurückgenommen", "\u2028Bcc: eve@evil.test", "", " ", "\tx",
	} {
		l := plainLetter()
		l.Subject = text
		raw, read, err := written(t, l)
		if err != nil {
			t.Errorf("subject %q: %v", text, err)
			continue
		}
		hasOnly(t, "subject", raw, read, l)
	}
	for _, to := range []string{
		"ada@reader.test\r\nBcc: eve@evil.test", "ada@reader.test, eve@evil.test", "ada@reader.test>\r\nRCPT TO:<eve@evil.test", "<ada@reader.test> eve",
		"a da@reader.test", "ada", "", "@", "ada@reader.test\x00",
	} {
		l := plainLetter()
		l.To = to
		if raw, _, err := written(t, l); err == nil {
			t.Errorf("to %q: written, want it refused:\n%s", to, raw)
		}
	}
	l := plainLetter()
	l.Unsubscribe = "https://quitclaim.test/unsubscribe/x"
	raw, read, err := written(t, l)
	if err != nil {
		t.Fatal(err)
	}
	hasOnly(t, "one click", raw, read, l)
	if read.Header.Get("List-Unsubscribe") != "<"+l.Unsubscribe+">" || read.Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Errorf("headers = %v, want those of RFC 8058", read.Header)
	}
}

// TestTheSameLetterIsTheSameBytes: a mail that is sent twice is one to whoever
// reads it.
func TestTheSameLetterIsTheSameBytes(t *testing.T) {
	t.Parallel()
	first, _, err := written(t, plainLetter())
	if err != nil {
		t.Fatal(err)
	}
	if second, _, err := written(t, plainLetter()); err != nil || !bytes.Equal(first, second) {
		t.Errorf("%v: once\n%s\nand once\n%s", err, first, second)
	}
}

func FuzzLetter(f *testing.F) {
	f.Add("a\r\nBcc: x@y.test", "Grüße.\r\n.\r\nEnde\n")
	f.Add("", "\x00\r\r\n=3D\n")
	f.Fuzz(func(t *testing.T, subject, body string) {
		l := plainLetter()
		l.Subject, l.Body = subject, body
		raw, read, err := written(t, l)
		if err != nil {
			t.Fatal(err)
		}
		hasOnly(t, "fuzzed", raw, read, l)
		if _, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject")); err != nil {
			t.Errorf("subject: %v", err)
		}
		if _, err := io.ReadAll(quotedprintable.NewReader(read.Body)); err != nil {
			t.Errorf("body: %v\n%s", err, raw)
		}
	})
}
