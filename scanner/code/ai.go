package code

import "strings"

// element is one field of a GS1 code: an application identifier and its value.
type element struct{ ai, value string }

// format is what the value of an application identifier looks like.
type format struct {
	min, max int
	numeric  bool // else any of the 82 characters of GS1 General Specifications figure 7.11-1
	gtin     bool // 14 digits with a check digit
	date     bool // YYMMDD; day 00 means the whole month
}

// n and x are GS1's own notation: n(6, 6) is N6, n(1, 8) is N..8, x(20) is X..20.
func n(least, most int) format { return format{min: least, max: most, numeric: true} }

func x(most int) format { return format{min: 1, max: most} }

// formatOf is the table of the application identifiers that turn up on a
// product, from the GS1 Barcode Syntax Dictionary (2026-06). An identifier
// that is not here makes a code unreadable: without its length, where the next
// one starts would be a guess.
func formatOf(ai string) (format, bool) {
	switch ai {
	case "00", "8006", "8017", "8018": // SSCC, piece of an article, service relations
		return n(18, 18), true
	case "01", "02", "03": // GTIN, GTIN of the contents, made-to-order GTIN
		return format{min: 14, max: 14, numeric: true, gtin: true}, true
	case "10", "21", "22": // lot, serial, consumer product variant
		return x(20), true
	case "11", "12", "13", "15", "16", "17": // dates: made, due, packed, best before, sell by, use by
		return format{min: 6, max: 6, numeric: true, date: true}, true
	case "20": // variant
		return n(2, 2), true
	case "30", "37": // counts
		return n(1, 8), true
	case "235": // third party's serial
		return x(28), true
	case "240", "241", "250", "251", "400", "401", "403", "8004", "90": // further references
		return x(30), true
	case "242": // made-to-order variation
		return n(1, 6), true
	case "243", "254", "420", "7020", "7021", "7022", "8002", "8012": // component, extension, refurbishment, software
		return x(20), true
	case "253": // document type
		return format{min: 13, max: 30}, true
	case "255": // coupon
		return n(13, 25), true
	case "402": // shipment
		return n(17, 17), true
	case "410", "411", "412", "413", "414", "415", "416", "417": // places and parties
		return n(13, 13), true
	case "422": // country of origin
		return n(3, 3), true
	case "7003": // use by, with the hour
		return n(10, 10), true
	case "8003": // returnable asset
		return format{min: 14, max: 30}, true
	case "8010": // component or part
		return x(30), true
	case "8013": // model number
		return x(25), true
	case "8040", "8041": // IMEI
		return n(15, 15), true
	case "8200": // a web address of the product
		return x(70), true
	case "91", "92", "93", "94", "95", "96", "97", "98", "99": // company internal
		return x(90), true
	}
	return measure(ai)
}

// measure covers the weights, sizes and prices, 3100 to 3959: the last digit
// is a number of decimals.
func measure(ai string) (format, bool) {
	if len(ai) != 4 || ai[0] != '3' || !allDigits(ai) {
		return format{}, false
	}
	switch ai[1] {
	case '1', '2', '3', '4', '5', '6':
		return n(6, 6), true
	case '9':
		return n(1, 18), true
	}
	return format{}, false
}

// leadingAI finds the application identifier at the start of the text. No
// identifier is the beginning of another one.
func leadingAI(text string) (ai string, f format, ok bool) {
	for end := 2; end <= 4 && end <= len(text); end++ {
		if f, ok := formatOf(text[:end]); ok {
			return text[:end], f, true
		}
	}
	return "", format{}, false
}

// fault is the reason code for a value that does not fit, or empty.
func (f format) fault(value string) string {
	switch {
	case len(value) < f.min || len(value) > f.max,
		f.numeric && !allDigits(value),
		!f.numeric && !inSet82(value),
		f.date && !isDate(value):
		return "code.malformed"
	case f.gtin && !isGTIN(value):
		return "code.check-digit"
	}
	return ""
}

func inSet82(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; !isLetter(c) && !isDigit(c) && strings.IndexByte(`!"%&'()*+,-./:;<=>?_`, c) < 0 {
			return false
		}
	}
	return true
}

func isDate(yymmdd string) bool {
	month, day := number(yymmdd[2:4]), number(yymmdd[4:6])
	return month >= 1 && month <= 12 && day <= 31
}

// isPrimaryKey lists the identifiers that a Digital Link can start from.
func isPrimaryKey(ai string) bool {
	switch ai {
	case "00", "01", "253", "255", "401", "402", "414", "417",
		"8003", "8004", "8006", "8010", "8013", "8017", "8018":
		return true
	}
	return false
}
