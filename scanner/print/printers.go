package print

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"quitclaim/service/lifecycle"
)

// ParsePrinters reads the operator's setting, printers with commas between:
//
//	name=address:port[/dpi][@organisation]
//
// An address is a number of a private network or of this machine (RFC 1918,
// RFC 4193, loopback): no name, which could lead elsewhere tomorrow. dpi is 203
// or 300, 203 if it is not said. A printer without an organisation is the first
// one's. Every mistake is told at once.
func ParsePrinters(text string) ([]Printer, []error) {
	var printers []Printer
	var mistakes []error
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	taken := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		printer, err := parsePrinter(part)
		if err == nil && taken[printer.Name] {
			err = errors.New("the name is taken")
		}
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("%q: %w", part, err))
			continue
		}
		taken[printer.Name] = true
		printers = append(printers, printer)
	}
	return printers, mistakes
}

func parsePrinter(text string) (Printer, error) {
	printer := Printer{DPI: 203}
	name, rest, found := strings.Cut(text, "=")
	if !found || !regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`).MatchString(name) {
		return printer, errors.New("not name=address:port, the name of a-z, 0-9 and dashes")
	}
	printer.Name = name
	rest, org, _ := strings.Cut(rest, "@")
	if printer.Org = lifecycle.OrgID(org); org != "" && !strings.HasPrefix(org, "org_") {
		return printer, errors.New("what stands behind @ is no organisation's id, org_…")
	}
	rest, dpi, found := strings.Cut(rest, "/")
	if found {
		printer.DPI, _ = strconv.Atoi(dpi)
	}
	if printer.DPI != 203 && printer.DPI != 300 {
		return printer, errors.New("not 203 or 300 dpi")
	}
	address, err := netip.ParseAddrPort(rest)
	if err != nil || address.Port() == 0 {
		return printer, errors.New("not address:port with an address in numbers")
	}
	if ip := address.Addr().Unmap(); !ip.IsPrivate() && !ip.IsLoopback() {
		return printer, errors.New("not an address of a private network or of this machine")
	}
	printer.Address = address
	return printer, nil
}
