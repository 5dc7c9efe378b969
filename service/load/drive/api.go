package drive

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// API is how prepare talks to the server: as everybody does.
type API struct {
	URL  string
	HTTP *http.Client
}

// NewAPI is a client of the server at this address.
func NewAPI(url string, connections int) *API {
	transport := &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}
	return &API{strings.TrimRight(url, "/"), &http.Client{
		Timeout: time.Minute, Transport: from{transport},
		// A form answers with a redirect to a page that nobody reads here.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// from has every request come from a network of its own, where the server
// believes us (--proxies): units call from many homes, and a server slows down
// one network that is a thousand units. Elsewhere the header counts for
// nothing.
type from struct{ through http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (f from) RoundTrip(request *http.Request) (*http.Response, error) {
	var drawn [3]byte
	_, _ = rand.Read(drawn[:]) // never fails: crypto/rand ends the process instead
	request = request.Clone(request.Context())
	request.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", drawn[0], drawn[1], drawn[2]))
	return f.through.RoundTrip(request)
}

// patience is how often a request is sent again that a busy server put off.
const patience = 20

// Post sends a change under a bearer token and reads the answer into out, which
// may be nil.
func (a *API) Post(ctx context.Context, token, path string, body, out any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	header := http.Header{
		"Content-Type": {"application/json"}, "Accept": {"application/json"}, "Idempotency-Key": {rand.Text()},
	}
	if strings.HasPrefix(token, cookiePrefix) {
		header.Set("Cookie", token)
	} else {
		header.Set("Authorization", "Bearer "+token)
	}
	_, answer, err := a.Send(ctx, path, header, text)
	if err != nil {
		return err
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s: read the answer: %w", path, err)
	}
	return nil
}

// cookiePrefix begins what form returns in place of a token.
const cookiePrefix = "quitclaim="

// Form submits a page's form, and is the cookie that it gives, for who has no
// token yet.
func (a *API) Form(ctx context.Context, path string, fields url.Values) (cookie string, err error) {
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"text/html"}}
	answer, text, err := a.Send(ctx, path, header, []byte(fields.Encode()))
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("%s: status %d: %.300s", path, answer.StatusCode, text)
	}
	for _, cookie := range answer.Cookies() {
		if strings.HasSuffix(cookie.Name, "quitclaim") {
			return cookiePrefix + cookie.Value, nil
		}
	}
	return "", nil
}

// Send posts, and waits and posts again where the server says so.
func (a *API) Send(ctx context.Context, path string, header http.Header, body []byte) (*http.Response, []byte, error) {
	for attempt := 1; ; attempt++ {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL+path, bytes.NewReader(body))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		request.Header = header.Clone()
		answer, text, err := a.once(request)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		if answer.StatusCode < 400 {
			return answer, text, nil
		}
		wait, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		if err != nil || attempt == patience {
			return nil, nil, fmt.Errorf("%s: status %d: %.300s", path, answer.StatusCode, text)
		}
		Rest(ctx, time.Duration(max(wait, 1))*time.Second)
	}
}

func (a *API) once(request *http.Request) (*http.Response, []byte, error) {
	answer, err := a.HTTP.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 4<<20)) // as much as quitclaim's own commands read
	return answer, text, err
}
