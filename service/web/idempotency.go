package web

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

const (
	// headerKey is the header of draft-ietf-httpapi-idempotency-key-header.
	headerKey = "Idempotency-Key"
	// formKey is the hidden field of forms.
	formKey = "idempotency_key"

	minKey, maxKey = 8, 128
)

// newKey is a fresh key for a form: at least 128 random bits.
func newKey() string { return rand.Text() }

// demandKey lets a change through only with an idempotency key, and only one
// request per key at a time. That the change happens once is the store's work:
// the key rides on the context into its transaction.
func (s *Server) demandKey(route string) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			digest, err := digestBody(c)
			if err != nil {
				return err
			}
			key, err := keyOf(c)
			if err != nil {
				return err
			}
			attempt := access.Idempotency{
				Principal: Principal(c).Key(), Route: route, Key: key, BodyDigest: digest,
			}
			if !s.flights.start(attempt) {
				return lifecycle.ErrInFlight
			}
			defer s.flights.end(attempt)
			c.SetRequest(c.Request().WithContext(access.WithIdempotency(c.Request().Context(), attempt)))
			return next(c)
		}
	}
}

// digestBody hashes path, query and body, and puts the body back. The path is
// in it because the route is only a pattern: one key for two units is two
// bodies.
func digestBody(c echo.Context) (string, error) {
	request := c.Request()
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return "", fmt.Errorf("read body: %w", err)
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n", request.URL.RequestURI())
	sum.Write(body)
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func keyOf(c echo.Context) (string, error) {
	key := strings.Trim(c.Request().Header.Get(headerKey), `"`) // the draft writes it as a quoted string
	field := headerKey
	if key == "" && isForm(c) {
		key, field = c.FormValue(formKey), formKey
	}
	var invalid lifecycle.Invalid
	if key == "" {
		invalid.Add(field, "idempotency-key.missing")
	} else if !isKey(key) {
		invalid.Add(field, "idempotency-key.shape")
	}
	return key, invalid.Err()
}

func isKey(key string) bool {
	if len(key) < minKey || len(key) > maxKey {
		return false
	}
	for i := 0; i < len(key); i++ {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return true
}

// flights is the attempts under way in this process.
type flights struct {
	mu   sync.Mutex
	open map[flight]struct{}
}

// flight is an attempt without its digest: the same key with another body must
// wait as well.
type flight struct{ principal, route, key string }

func (f *flights) start(attempt access.Idempotency) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		f.open = map[flight]struct{}{}
	}
	name := flight{attempt.Principal, attempt.Route, attempt.Key}
	if _, busy := f.open[name]; busy {
		return false
	}
	f.open[name] = struct{}{}
	return true
}

func (f *flights) end(attempt access.Idempotency) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, flight{attempt.Principal, attempt.Route, attempt.Key})
}
