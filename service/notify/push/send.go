package push

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	webpush "github.com/SherClockHolmes/webpush-go"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
)

// How an endpoint's answers are sorted.
var (
	// ErrGone: the browser does not take pushes any more (RFC 8030, section 7.3),
	// or never could.
	ErrGone = errors.New("the subscription is gone")
	// ErrRefused: the push service refuses this push for itself. Permanent.
	ErrRefused = errors.New("the push service refuses the push")
	// ErrLater: try again.
	ErrLater = errors.New("the push service did not take it now")
)

// Failure is an attempt that failed.
type Failure struct {
	Kind error
	// Code is the status, or a word of ours where there was none.
	Code string
	// After is how long the push service wants to be left alone (Retry-After).
	After time.Duration
}

// Error is kind and code.
func (f *Failure) Error() string { return f.Kind.Error() + " (" + f.Code + ")" }

// Unwrap is the kind.
func (f *Failure) Unwrap() error { return f.Kind }

const (
	// keptFor is how long a push service keeps a push for a browser that is away.
	keptFor = 24 * time.Hour
	// recordSize pads every push to one length, so that its length tells nothing.
	recordSize = 1024
	maxAnswer  = 4 << 10
	maxAfter   = 6 * time.Hour
)

// Keys are those by which push services know this service (RFC 8292).
type Keys struct {
	Private, Public string // base64url, without padding
}

// Sender sends pushes.
type Sender struct {
	Client *http.Client
	Keys   Keys
	// Contact is whom a push service asks when something is odd (RFC 8292,
	// section 2.1): an https URL or a mail address.
	Contact string
	// Private: see NewClient.
	Private bool
}

// Send sends a body, which only that browser can read. An error is a *Failure.
func (s *Sender) Send(ctx context.Context, to notice.Subscription, body []byte) error {
	if CheckEndpoint(to.Endpoint, s.Private) != nil || CheckKeys(to) != nil {
		return &Failure{Kind: ErrGone, Code: "malformed"}
	}
	answer, err := webpush.SendNotificationWithContext(ctx, body, &webpush.Subscription{
		Endpoint: to.Endpoint, Keys: webpush.Keys{P256dh: to.P256DH, Auth: to.Auth},
	}, &webpush.Options{
		HTTPClient: s.Client, Subscriber: s.Contact, VAPIDPublicKey: s.Keys.Public, VAPIDPrivateKey: s.Keys.Private,
		TTL: int(keptFor / time.Second), Urgency: webpush.UrgencyHigh, RecordSize: recordSize,
	})
	if errors.Is(err, ErrPrivate) {
		return &Failure{Kind: ErrGone, Code: "private"}
	}
	if err != nil {
		return &Failure{Kind: ErrLater, Code: "unreachable"}
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer)) // so that the connection can be used again
	return sorted(answer)
}

func sorted(answer *http.Response) error {
	code := strconv.Itoa(answer.StatusCode)
	switch {
	case answer.StatusCode >= 200 && answer.StatusCode < 300:
		return nil
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusGone:
		return &Failure{Kind: ErrGone, Code: code}
	case answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode >= 500:
		return &Failure{Kind: ErrLater, Code: code, After: after(answer.Header.Get("Retry-After"))}
	}
	return &Failure{Kind: ErrRefused, Code: code}
}

func after(text string) time.Duration {
	seconds, err := strconv.Atoi(text)
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, maxAfter)
}

// CheckKeys refuses keys with which nothing could be encrypted: an uncompressed
// point of P-256 and 16 bytes (RFC 8291, sections 2.1 and 2.2).
func CheckKeys(s notice.Subscription) error {
	point, err := decode(s.P256DH)
	if err == nil {
		_, err = ecdh.P256().NewPublicKey(point)
	}
	auth, errAuth := decode(s.Auth)
	if err != nil || errAuth != nil || len(auth) != 16 {
		return fmt.Errorf("keys of a subscription: %w", lifecycle.ErrInvalid)
	}
	return nil
}

func decode(text string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
}
