package code

import "strings"

// readLabelLink reads our own web addresses. Only our own hosts are ours:
// anybody can print /u/ and a code behind theirs.
func readLabelLink(in input, rules Rules) finding {
	address, ok := splitLink(in.text)
	if !ok || !rules.ours(address.host) {
		return finding{}
	}
	room, rest, _ := strings.Cut(strings.TrimPrefix(address.path, "/"), "/")
	switch room {
	case "u", "U": // upper case makes a smaller QR code
		code, valid := ParseLabelCode(rest)
		if !valid {
			return finding{sure: true, reasons: because("code.label-check")}
		}
		url := LabelURL("https://"+strings.ToLower(address.host), code)
		return finding{sure: true, readings: []Reading{labelReading(code, url)}}
	case "c", "C":
		return finding{sure: true, reasons: because("code.certificate")}
	case "r", "R":
		code, valid := ParseReceiptCode(rest)
		if !valid {
			return finding{sure: true, reasons: because("code.receipt-check")}
		}
		url := "https://" + strings.ToLower(address.host) + "/R/" + code
		return finding{sure: true, readings: []Reading{receiptReading(code, url)}}
	}
	return finding{} // a Digital Link may live on our host too
}

// readTypedLabel reads a label code typed by hand. Its length and check
// character all but prove it; still, a serial can look like that.
func readTypedLabel(in input, _ Rules) finding {
	if !isLabelShaped(foldLabelCode(in.text)) {
		return finding{}
	}
	code, ok := ParseLabelCode(in.text)
	if !ok {
		return finding{reasons: because("code.label-check")}
	}
	return finding{readings: []Reading{labelReading(code, FormatLabelCode(code))}}
}

func labelReading(code, redacted string) Reading {
	return Reading{Kind: KindLabel, Label: code, Redacted: redacted}
}
