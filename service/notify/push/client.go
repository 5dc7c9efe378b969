package push

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"quitclaim/service/lifecycle"
)

// ErrPrivate: the endpoint leads into a network that is not the public one.
var ErrPrivate = errors.New("endpoint is not at a public address")

const (
	dialFor   = 5 * time.Second
	answerFor = 10 * time.Second
	// maxEndpoint is longer than any push service's addresses.
	maxEndpoint = 1024
)

// NewClient is the HTTP client for endpoints. It looks at the address that is
// really dialled, after the name was resolved: a name that resolves to one
// address when it is checked and to another when it is called gets nowhere.
// private lets in every address, for a test or a push service of one's own;
// roots are who may sign certificates, nil: the system's.
func NewClient(private bool, roots *x509.CertPool) *http.Client {
	dialer := &net.Dialer{Timeout: dialFor}
	if !private {
		dialer.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error { return public(address) }
	}
	return &http.Client{
		Timeout: answerFor,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: dialFor, ResponseHeaderTimeout: answerFor,
			MaxResponseHeaderBytes: 16 << 10, MaxIdleConns: 16, IdleConnTimeout: time.Minute, ForceAttemptHTTP2: true,
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// public refuses an address that nobody on the Internet could have meant.
func public(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPrivate, err)
	}
	ip := at.Addr().Unmap()
	for _, network := range special() {
		if network.Contains(ip) {
			return ErrPrivate
		}
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return ErrPrivate
	}
	return nil
}

// special are networks that are global by their bits and by nothing else: the
// IANA special-purpose address registries (RFC 6890), and those that carry an
// IPv4 address within, which would be dialled by somebody else's leave.
func special() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),       // RFC 791, section 3.2
		netip.MustParsePrefix("100.64.0.0/10"),   // RFC 6598
		netip.MustParsePrefix("192.0.0.0/24"),    // RFC 6890, section 2.1
		netip.MustParsePrefix("192.0.2.0/24"),    // RFC 5737
		netip.MustParsePrefix("192.88.99.0/24"),  // RFC 7526, relays of 6to4
		netip.MustParsePrefix("198.18.0.0/15"),   // RFC 2544
		netip.MustParsePrefix("198.51.100.0/24"), // RFC 5737
		netip.MustParsePrefix("203.0.113.0/24"),  // RFC 5737
		netip.MustParsePrefix("240.0.0.0/4"),     // RFC 1112, section 4
		netip.MustParsePrefix("::/96"),           // RFC 4291, section 2.5.5.1
		netip.MustParsePrefix("64:ff9b::/96"),    // RFC 6052
		netip.MustParsePrefix("64:ff9b:1::/48"),  // RFC 8215
		netip.MustParsePrefix("100::/64"),        // RFC 6666
		netip.MustParsePrefix("2001::/23"),       // RFC 2928, Teredo among them
		netip.MustParsePrefix("2001:db8::/32"),   // RFC 3849
		netip.MustParsePrefix("2002::/16"),       // RFC 3056
		netip.MustParsePrefix("3fff::/20"),       // RFC 9637
		netip.MustParsePrefix("5f00::/16"),       // RFC 9602
		netip.MustParsePrefix("fec0::/10"),       // RFC 3879
	}
}

// CheckEndpoint refuses what no push service's address looks like. Where it
// leads to is seen when it is dialled.
func CheckEndpoint(endpoint string, private bool) error {
	parsed, err := url.Parse(endpoint)
	wrong := err != nil || len(endpoint) > maxEndpoint || parsed.Scheme != "https" || parsed.Hostname() == "" ||
		parsed.User != nil || parsed.Fragment != "" || parsed.Opaque != ""
	if wrong || !private && parsed.Port() != "" && parsed.Port() != "443" {
		return fmt.Errorf("endpoint of a subscription: %w", lifecycle.ErrInvalid)
	}
	if ip, err := netip.ParseAddr(parsed.Hostname()); err == nil && !private {
		if public(netip.AddrPortFrom(ip, 443).String()) != nil {
			return fmt.Errorf("endpoint of a subscription: %w", lifecycle.ErrInvalid)
		}
	}
	return nil
}

// Host is through whose service pushes of this endpoint pass.
func Host(endpoint string) string {
	parsed, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	return parsed.Hostname()
}
