package code

import (
	"fmt"
	"strconv"
	"strings"

	"quitclaim/service/lifecycle"
)

// hidden begins what stands for a payload of which nothing may be shown.
const hidden = "… ("

// hide stands for a payload of which nothing may be shown but its length.
func hide(length int) string { return fmt.Sprintf("%s%d)", hidden, length) }

// hide leaves alone what was hidden before.
func (in input) hide() string {
	length, ok := strings.CutPrefix(in.text, hidden)
	if length, closed := strings.CutSuffix(length, ")"); ok && closed && allDigits(length) && len(length) <= 4 {
		return in.text
	}
	return hide(in.length)
}

// Redact takes the secrets out of a payload, and says how many there were. A
// payload without any comes back as it is; one that can be told apart from its
// secrets keeps its serial; of any other nothing is left. Parse reads what is
// left as it would have read the payload. It needs no rules of the site: the
// scan page redacts the same way before anything leaves it, and is held
// against the same table (testdata/redact.json).
func Redact(payload string) (redacted string, secrets int) {
	in, fault := receive(payload)
	if fault == "code.too-long" {
		return hide(in.length), 0
	}
	if setup := setupCode(in); setup != "" {
		return setup, 1
	}
	if holdsPassword(in.text) {
		return in.hide(), 1
	}
	label, ok := ofVendor(in.text)
	if fault != "" {
		label.serial = "" // misread, or sent wrongly: then no part of it is to be believed
	}
	switch {
	case ok && (label.secrets > 0 || label.serial == ""):
		return label.redacted(in.length), label.secrets
	case !ok && likeLabel(in.text):
		return hide(in.length), 1
	}
	return payload, 0
}

// likeLabel recognises a label of some maker with we do not know what on it:
// three lines or more, or a brace, which no other code has but as "{GS}".
func likeLabel(text string) bool {
	lines := strings.FieldsFunc(text, func(c rune) bool { return c == '\r' || c == '\n' })
	return len(lines) > 2 || strings.Contains(strings.ReplaceAll(text, "{GS}", ""), "{")
}

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
