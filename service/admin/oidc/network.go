package oidc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"quitclaim/service/access"
)

const (
	// maxAnswer is the longest answer of a provider that is read: a key set or a
	// discovery document is a few kilobytes.
	maxAnswer = 1 << 20
	// callFor is how long a provider has for one answer.
	callFor = 5 * time.Second
	// atOnce is how many calls to one provider run at a time: a slow one must
	// not hold up requests without end.
	atOnce = 8
)

var (
	errNetwork  = errors.New("address is not on a network that is allowed")
	errHost     = errors.New("host is not one of the provider's on record")
	errTooLong  = errors.New("answer is too long")
	errRedirect = errors.New("answer leads elsewhere")
	errStatus   = errors.New("provider has trouble of its own")
	errCrowd    = errors.New("too many calls to this provider at once")
)

// special are the networks where no provider of the outside is: RFC 6890 and what
// IANA's registries list since, and the prefixes of IPv6 in which an address of
// IPv4 hides (RFC 6052, RFC 3056, RFC 4291 section 2.5.5.1) or once was private
// (site-local, RFC 3879).
// What netip knows by name is not repeated.
func special() []netip.Prefix {
	var list []netip.Prefix
	for _, text := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "192.88.99.0/24", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "::/96", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

// networks says to which addresses we connect.
type networks struct {
	loopback bool           // the service itself is on loopback: so may its provider be
	named    []netip.Prefix // by the operator
}

// allows is asked with the address that a connection really goes to, after every
// look-up: a name that leads elsewhere the second time gets nowhere.
func (n networks) allows(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	if slices.ContainsFunc(n.named, func(p netip.Prefix) bool { return p.Contains(address) }) {
		return true
	}
	if address.IsLoopback() {
		return n.loopback
	}
	outside := address.IsGlobalUnicast() && !address.IsPrivate()
	return outside && !slices.ContainsFunc(special(), func(p netip.Prefix) bool { return p.Contains(address) })
}

// control is a net.Dialer's.
func (n networks) control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("connect to %q: %w", address, err)
	}
	if !n.allows(at.Addr()) {
		return errNetwork
	}
	return nil
}

// isLoopback reports whether a host of a URL is this machine.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && address.IsLoopback()
}

// caller calls one provider: its hosts alone, briefly, and never more than a
// few times at once.
type caller struct {
	inner http.RoundTripper
	hosts []string // host, or host:port, as in a URL
	plain bool     // http will do, on loopback
	turn  chan struct{}
}

// newTransport is what the callers of all providers share.
func newTransport(n networks) *http.Transport {
	dialer := &net.Dialer{Timeout: callFor, Control: n.control}
	return &http.Transport{
		Proxy:       nil, // an environment's proxy would be asked to connect where we would not
		DialContext: dialer.DialContext, TLSHandshakeTimeout: callFor, ResponseHeaderTimeout: callFor,
		MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true,
	}
}

func newCaller(inner http.RoundTripper, p access.Provider) *caller {
	issuer, _ := url.Parse(p.Issuer) // was checked when it was saved
	return &caller{
		inner: inner, hosts: append([]string{issuer.Host}, p.Hosts...), plain: issuer.Scheme == "http", turn: make(chan struct{}, atOnce),
	}
}

// client follows no redirect: to send us elsewhere is not an answer.
func (c *caller) client() *http.Client {
	return &http.Client{Transport: c, Timeout: callFor, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// allows reports whether an address is one of the provider's.
func (c *caller) allows(u *url.URL) bool {
	secure := u.Scheme == "https" || c.plain && u.Scheme == "http" && isLoopback(u.Hostname())
	return secure && u.User == nil && slices.Contains(c.hosts, u.Host)
}

// RoundTrip reads the whole answer, so that a slow or an endless one, and one
// that is none, are all the same kind of failure: a *url.Error of the client's.
func (c *caller) RoundTrip(request *http.Request) (*http.Response, error) {
	if !c.allows(request.URL) {
		return nil, errHost
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	default:
		return nil, errCrowd
	}
	answer, err := c.inner.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests:
		return nil, errStatus
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return nil, errRedirect
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxAnswer {
		return nil, errTooLong
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// silent reports whether an error says that a provider did not answer, or not
// in a way that one can read.
func silent(err error) bool {
	var call *url.Error
	return errors.As(err, &call) || errors.Is(err, context.DeadlineExceeded)
}
