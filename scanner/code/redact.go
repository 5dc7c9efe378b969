package code

import (
	"fmt"
	"strconv"
	"strings"

	"quitclaim/service/lifecycle"
)

// hide stands for a payload of which nothing may be shown but its length.
func hide(length int) string { return fmt.Sprintf("… (%d)", length) }

// unknown is the reading of everything we do not understand. What we do not
// understand may be a secret, so no character of it is repeated, but for the
// name of a web address's site.
func unknown(in input, reasons []lifecycle.Reason) Reading {
	r := Reading{Kind: KindUnknown, Redacted: hide(in.length), Symbology: in.symbology, Reasons: reasons}
	site := publicSite(in.text)
	if site != "" {
		r.Redacted = "https://" + site + "/" + r.Redacted
	}
	if len(reasons) > 0 {
		return r
	}
	if site != "" {
		r.Reasons = []lifecycle.Reason{{Code: "code.unknown-link", Args: map[string]string{"site": site}}}
		return r
	}
	length := strconv.Itoa(in.length)
	r.Reasons = []lifecycle.Reason{{Code: "code.unknown", Args: map[string]string{"n": length}}}
	return r
}

// publicSite names the site of a web address by the last two labels of its
// host, and only if they are letters and dashes. User names, passwords, ports,
// sub-domains, paths and numbers all have carried passwords; none is shown.
func publicSite(text string) string {
	address, ok := splitLink(text)
	if !ok {
		return ""
	}
	labels := strings.Split(strings.ToLower(address.host), ".")
	if len(labels) < 2 {
		return ""
	}
	site := strings.Join(labels[len(labels)-2:], ".")
	for i := 0; i < len(site); i++ {
		if !isLetter(site[i]) && site[i] != '-' && site[i] != '.' {
			return ""
		}
	}
	if strings.HasPrefix(site, ".") || strings.HasSuffix(site, ".") {
		return ""
	}
	return site
}
