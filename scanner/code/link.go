package code

import (
	"net/url"
	"strings"
)

// webAddress is a web address, cut up but not decoded.
type webAddress struct{ host, path, query string }

// splitLink cuts up a web address by the rules of a Digital Link (GS1 Digital
// Link Standard, URI syntax): a scheme in one letter case, a plain host, no
// characters but those of RFC 3986. The fragment is dropped.
func splitLink(text string) (webAddress, bool) {
	for _, scheme := range []string{"https://", "http://", "HTTPS://", "HTTP://"} {
		rest, ok := strings.CutPrefix(text, scheme)
		if !ok {
			continue
		}
		if strings.ContainsAny(rest, "\"<>\\^`{|} "+gs) {
			return webAddress{}, false
		}
		rest, _, _ = strings.Cut(rest, "#")
		rest, query, _ := strings.Cut(rest, "?")
		host, path, _ := strings.Cut(rest, "/")
		if host == "" || strings.ContainsAny(host, "_~@!$&'()*+,;=%") {
			return webAddress{}, false
		}
		return webAddress{host: host, path: "/" + path, query: query}, true
	}
	return webAddress{}, false
}

// readLink reads a GS1 Digital Link. Whatever starts like a web address is
// settled here; it is never requested.
func readLink(in input, rules Rules) finding {
	address, ok := splitLink(in.text)
	if !ok {
		return finding{}
	}
	none := finding{sure: true}
	path, ok := dataPath(address.path)
	if !ok {
		if isCompressed(address.path) {
			none.reasons = because("code.compressed-link")
		}
		return none
	}
	id, fault := readPath(path)
	if fault == "" {
		fault = queryFault(address.query, path)
	}
	if fault != "" {
		none.reasons = because(fault)
		return none
	}
	if id.serial == "" {
		return finding{sure: true, readings: []Reading{modelReading(id.gtin)}}
	}
	return finding{sure: true, readings: []Reading{unitReading(KindDigitalLink, id.gtin, id.serial, rules)}}
}

// dataPath walks the path from its end, pair by pair, back to the primary key;
// what stands before that is the owner's own stem. Values are still encoded.
func dataPath(path string) ([]element, bool) {
	segments := strings.Split(path, "/")[1:]
	var pairs []element
	for i := len(segments) - 2; i >= 0; i -= 2 {
		ai := withoutAlias(segments[i])
		if _, known := formatOf(ai); !known {
			return nil, false
		}
		pairs = append([]element{{ai, segments[i+1]}}, pairs...)
		if isPrimaryKey(ai) {
			return pairs, true
		}
	}
	return nil, false
}

// withoutAlias resolves the words that early versions of the standard allowed
// for identifiers. They are read and never written.
func withoutAlias(segment string) string {
	switch segment {
	case "gtin":
		return "01"
	case "cpv":
		return "22"
	case "lot":
		return "10"
	case "ser":
		return "21"
	case "sscc":
		return "00"
	case "itip":
		return "8006"
	case "grai":
		return "8003"
	case "giai":
		return "8004"
	case "gln":
		return "414"
	}
	return segment
}

// readPath reads the key and its qualifiers.
func readPath(path []element) (identity, string) {
	var id identity
	if path[0].ai != "01" {
		return id, "code.not-a-product"
	}
	if !qualifiersFit(path[1:]) {
		return id, "code.malformed"
	}
	for _, e := range path {
		value, fault := linkValue(e, false)
		if fault != "" {
			return identity{}, fault
		}
		id, _ = id.add(element{e.ai, value}) // qualifiersFit saw to it that nothing comes twice
	}
	return id, ""
}

// qualifiersFit: variant, lot, serial, each at most once and in this order; or
// a third party's serial alone.
func qualifiersFit(qualifiers []element) bool {
	if len(qualifiers) == 1 && qualifiers[0].ai == "235" {
		return true
	}
	order := []string{"22", "10", "21"}
	for _, q := range qualifiers {
		for len(order) > 0 && order[0] != q.ai {
			order = order[1:]
		}
		if len(order) == 0 {
			return false
		}
		order = order[1:]
	}
	return true
}

// linkValue decodes and checks one value. A GTIN may be shorter than 14 digits
// in older links.
func linkValue(e element, inQuery bool) (value, fault string) {
	value = percentDecode(e.value, inQuery)
	if strings.ContainsRune(value, 0) {
		return "", "code.malformed"
	}
	if e.ai == "01" && isGTINShaped(value) {
		value = padGTIN(value)
	}
	f, _ := formatOf(e.ai)
	return value, f.fault(value)
}

// queryFault checks the attributes behind the question mark. We use none of
// them; but a link whose rules are broken was made or read wrongly, and then
// its path is not to be trusted either.
func queryFault(query string, path []element) string {
	seen := make(map[string]bool)
	for _, e := range path {
		seen[e.ai] = true
	}
	thirdParty := seen["235"]
	for _, parameter := range strings.Split(query, "&") {
		ai, value, found := strings.Cut(parameter, "=")
		if !found || !allDigits(ai) {
			continue
		}
		_, known := formatOf(ai)
		switch {
		case !known:
			return "code.unknown-ai"
		case seen[ai], ai == "21", (ai == "10" || ai == "22") && !thirdParty, ai == "235" && len(path) == 1:
			return "code.malformed" // twice, or it belongs into the path
		}
		seen[ai] = true
		if _, fault := linkValue(element{ai, value}, true); fault != "" {
			return fault
		}
	}
	return ""
}

// canonicalLink writes GTIN and serial the one way we write them.
func canonicalLink(gtin, serial string) string {
	link := "https://id.gs1.org/01/" + gtin
	if serial != "" {
		link += "/21/" + url.PathEscape(serial)
	}
	return link
}
