package mail

import (
	"fmt"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Letter is one mail: text, to one reader.
type Letter struct {
	// ID is the notice's; the Message-ID is made of it, so that a mail that is
	// sent twice is one to whoever reads it.
	ID      string
	To      string
	Subject string
	Body    string
	At      time.Time
	// ReturnPath is where reports about it go.
	ReturnPath string
	// Unsubscribe is the address that ends this kind of mail with one click;
	// empty for what is about security, which nobody can turn off.
	Unsubscribe string
	// Language is that of its text, as a BCP 47 tag.
	Language string
}

// message is the letter as it is sent: the same bytes each time, for a reader's
// program to know a second copy by.
func (s Server) message(l Letter) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.FromFormat(s.From.Name, s.From.Address); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := m.To(l.To); err != nil {
		return nil, fmt.Errorf("%w: %w", errAddress, err)
	}
	if err := m.EnvelopeFrom(l.ReturnPath); err != nil {
		return nil, fmt.Errorf("return path: %w", err)
	}
	_, domain := split(s.From.Address)
	m.Subject(short(l.Subject))
	m.SetDateWithValue(l.At)
	m.SetMessageIDWithValue(l.ID + "@" + domain)
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834, section 5
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	m.SetGenHeader("Content-Language", l.Language)
	if l.Unsubscribe != "" { // RFC 2369, section 3.2; RFC 8058, section 3.1
		m.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+l.Unsubscribe+">")
		m.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	}
	m.SetBodyString(gomail.TypeTextPlain, l.Body)
	return m, nil
}

// maxSubject keeps a line of it below what any server takes (RFC 5322, section
// 2.1.1): one long word is folded nowhere.
const maxSubject = 200

func short(text string) string {
	letters := []rune(text)
	if len(letters) <= maxSubject {
		return text
	}
	return string(letters[:maxSubject-1]) + "…"
}
