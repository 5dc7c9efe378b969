package mail

import (
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/netip"
	"strconv"
	"strings"
)

// Settings are what an operator says about mail.
type Settings struct {
	Server   string // host:port; empty: no mail is sent
	User     string
	Password string
	From     string // "Quitclaim <quitclaim@example.org>"
}

// Server is where mail is handed over, read from Settings.
type Server struct {
	Host     string
	Port     int
	User     string
	Password string
	// Plain: the server is this machine, so nothing passes a network and TLS is
	// not asked for. Anywhere else it is demanded.
	Plain bool
	From  netmail.Address
}

const (
	// implicitTLS is the port where TLS begins at once (RFC 8314 section 7.3).
	implicitTLS = 465
	// maxLocal is the longest local part (RFC 5321 section 4.5.3.1.1).
	maxLocal = 64
)

// ParseSettings reads them, and says every mistake at once. Without a server
// there is nothing to read, but then nothing else may be set either.
func ParseSettings(s Settings) (Server, []error) {
	if s.Server == "" {
		if s.User != "" || s.Password != "" || s.From != "" {
			return Server{}, []error{errors.New("smtp: a user, a password or a sender without a server")}
		}
		return Server{}, nil
	}
	server := Server{User: s.User, Password: s.Password}
	var mistakes []error
	host, port, err := net.SplitHostPort(s.Server)
	if err != nil || host == "" {
		mistakes = append(mistakes, fmt.Errorf("smtp: %q is not host:port", s.Server))
	} else if server.Port, err = strconv.Atoi(port); err != nil || server.Port < 1 || server.Port > 65535 {
		mistakes = append(mistakes, fmt.Errorf("smtp: %q is no port", port))
	}
	server.Host, server.Plain = host, loopback(host)
	if (s.User == "") != (s.Password == "") {
		mistakes = append(mistakes, errors.New("smtp-user and QUITCLAIM_SMTP_PASSWORD: one without the other"))
	}
	if s.From == "" {
		return server, append(mistakes, errors.New("mail-from: needed with --smtp, e.g. Quitclaim <quitclaim@example.org>"))
	}
	from, err := netmail.ParseAddress(s.From)
	if err != nil {
		return server, append(mistakes, fmt.Errorf("mail-from: %q is no address (RFC 5322, section 3.4)", s.From))
	}
	server.From = *from
	local, domain := split(from.Address)
	if len(local)+len(separator)+tokenLength > maxLocal || strings.ContainsAny(local, "\" ") {
		mistakes = append(mistakes, fmt.Errorf("mail-from: %q is too long or quoted; return paths are made of it, so at most %d letters and digits",
			local, maxLocal-len(separator)-tokenLength))
	}
	if domain == "" || strings.HasPrefix(domain, "[") {
		mistakes = append(mistakes, fmt.Errorf("mail-from: %q is no domain", domain))
	}
	return server, mistakes
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

// split cuts an address at its last "@".
func split(address string) (local, domain string) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address, ""
	}
	return address[:at], address[at+1:]
}
