package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
)

// How a mail server's answers are sorted. None of these texts holds what the
// server wrote, which may repeat the address.
var (
	// ErrAddress: the address is none, or takes no mail. Permanent.
	ErrAddress = errors.New("the address takes no mail")
	// ErrRefused: the server refuses this mail for itself. Permanent.
	ErrRefused = errors.New("the mail server refuses the mail")
	// ErrLater: try again; the server is away, or says so.
	ErrLater = errors.New("the mail server did not take it now")
	// ErrSetUp: try again, and tell the operator: the server refuses us.
	ErrSetUp = errors.New("the mail server refuses this service")

	errAddress = ErrAddress
)

// Failure is an attempt that failed: one of the errors above, and the code that
// the server gave.
type Failure struct {
	Kind error
	// Code is the enhanced status code (RFC 3463) or the reply code (RFC 5321),
	// or a word of ours where there was no answer.
	Code string
}

// Error is kind and code.
func (f *Failure) Error() string { return f.Kind.Error() + " (" + f.Code + ")" }

// Unwrap is the kind.
func (f *Failure) Unwrap() error { return f.Kind }

// attemptFor bounds one attempt, from the first packet to the last.
const attemptFor = 45 * time.Second

// Sender hands letters to a mail server.
type Sender struct {
	Server Server
	// Roots are who may sign the server's certificate; nil: the system's.
	Roots *x509.CertPool
}

// Send hands a letter over. A nil error says that the server has taken charge of
// it (RFC 5321, section 6.1); any other is a *Failure.
func (s *Sender) Send(ctx context.Context, l Letter) error {
	ctx, stop := context.WithTimeout(ctx, attemptFor)
	defer stop()
	message, err := s.Server.message(l)
	if errors.Is(err, ErrAddress) {
		return &Failure{ErrAddress, "malformed"}
	}
	if err != nil {
		return &Failure{ErrSetUp, "malformed"}
	}
	client, err := s.client(ascii(l.To))
	if err != nil {
		return &Failure{ErrSetUp, "configuration"}
	}
	if err := client.DialWithContext(ctx); err != nil {
		return dialed(err)
	}
	err = client.Send(message)
	// The server has the mail once it has answered the data; a farewell that goes
	// wrong must not send it twice.
	_ = client.Close()
	if err == nil || message.IsDelivered() {
		return nil
	}
	return sorted(err)
}

func (s *Sender) client(ascii bool) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(s.Server.Port), gomail.WithTimeout(attemptFor / 3), gomail.WithoutNoop(),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.Server.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}),
	}
	if ascii {
		// Asked for without need (RFC 6531), it ends at the first server on the way
		// that does not know it.
		options = append(options, gomail.WithoutSMTPUTF8())
	}
	switch {
	case s.Server.Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	case s.Server.Port == implicitTLS:
		options = append(options, gomail.WithSSL())
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.Server.User != "" {
		kind := gomail.SMTPAuthAutoDiscover
		if s.Server.Plain {
			kind = gomail.SMTPAuthPlainNoEnc // it does not leave this machine
		}
		options = append(options, gomail.WithSMTPAuth(kind), gomail.WithUsername(s.Server.User), gomail.WithPassword(s.Server.Password))
	}
	client, err := gomail.NewClient(s.Server.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("mail client: %w", err)
	}
	return client, nil
}

func ascii(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
}

// dialed sorts what went wrong before a mail was spoken of.
func dialed(err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "STARTTLS"):
		return &Failure{ErrSetUp, "no-starttls"}
	case strings.Contains(text, "certificate") || strings.Contains(text, "tls:"):
		return &Failure{ErrSetUp, "tls"}
	case strings.Contains(text, "AUTH"):
		return &Failure{ErrSetUp, "auth"}
	}
	return &Failure{ErrLater, "unreachable"}
}

// sorted sorts what a server answered about a mail.
func sorted(err error) error {
	var answer *gomail.SendError
	if !errors.As(err, &answer) {
		return &Failure{ErrLater, "unknown"}
	}
	code, reply := answer.EnhancedStatusCode(), answer.ErrorCode()
	shown := code
	if shown == "" {
		shown = strconv.Itoa(reply)
	}
	atReader := answer.Reason == gomail.ErrSMTPRcptTo || answer.Reason == gomail.ErrSMTPData || answer.Reason == gomail.ErrSMTPDataClose
	switch {
	case reply < 500 || answer.IsTemp():
		return &Failure{ErrLater, shown}
	case !atReader || reply == 530 || reply == 535 || strings.HasPrefix(code, "5.7."):
		// Not about who is written to, but about us, or the server's rules.
		return &Failure{ErrSetUp, shown}
	case answer.Reason == gomail.ErrSMTPRcptTo || strings.HasPrefix(code, "5.1.") || strings.HasPrefix(code, "5.2."):
		return &Failure{ErrAddress, shown}
	}
	return &Failure{ErrRefused, shown}
}
