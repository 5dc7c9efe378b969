package code_test

import (
	"testing"

	"quitclaim/scanner/code"
)

// vendor is the reading of a maker's label whose brand nobody knows.
func vendor(serial, redacted string, secrets bool) code.Reading {
	return code.Reading{
		Kind: code.KindVendor, Serial: serial, Redacted: redacted, SecretsRedacted: secrets,
		Reasons: reason("code.brand-unknown"),
	}
}

func TestDahuaLabels(t *testing.T) {
	t.Parallel()
	label := func(serial string) code.Reading { return vendor(serial, "{SN:"+serial+"}", true) }
	const serial = "5G043D4PAJ361D8"
	whole, plain := label(serial), vendor(serial, "{SN:"+serial+"}", false)
	scanned := whole
	scanned.Symbology = "Q1"
	check(t, code.Rules{}, []row{
		{"as printed", "{SN:5G043D4PAJ361D8,DT:IPC-G22P,SC:L2A262CB,NC:015}", whole},
		{"older", "{SN:2J021B3PAK00120,DT:IPC-HFW1120SP-W-0280B,RC:564897}", label("2J021B3PAK00120")},
		{"semicolons", "{SN:2J021B3PAK00120;DT:IPC-HFW1120SP-W-0280B;RD:564897}", label("2J021B3PAK00120")},
		{"mixed separators", "{SN:5G043D4PAJ361D8;DT:IPC-G22P,SC:L2A262CB}", whole},
		{"no braces", "SN:5G043D4PAJ361D8,DT:IPC-G22P,SC:L2A262CB", whole},
		{"no braces, the serial last", "SC:L2A262CB,SN:5G043D4PAJ361D8", whole},
		{"one brace", "SC:L2A262CB,SN:5G043D4PAJ361D8}", whole},
		{"lower case keys", "{sn:5G043D4PAJ361D8,dt:IPC-G22P,sc:L2A262CB}", whole},
		{"full-width punctuation", "{SN：5G043D4PAJ361D8，DT：IPC-G22P；SC：L2A262CB}", whole},
		{"blanks", " { SN : 5G043D4PAJ361D8 , SC : L2A262CB } ", whole},
		{"no separators", "{SN:5G043D4PAJ361D8DT:IPC-G22PSC:L2A262CBNC:015}", whole},
		{"one separator missing", "{SN:5G043D4PAJ361D8,DT:IPC-G22PSC:L2A262CB}", whole},
		{"every key", `{DT:IPC/G22 P\1,IMEI:356938035643809,SC:A,RC:B,RD:C,NC:1,SN:5G043D4PAJ361D8}`, whole},
		{"a key of another maker's", "{SN:5G043D4PAJ361D8,PW:hunter2}", whole},
		{"the password is the serial's end", "{SN:5G043D4PAJ361D8,SC:AJ361D8}", whole},
		{"from a scanner", "]Q1{SN:5G043D4PAJ361D8,SC:L2A262CB}\r\n", scanned},
		{"no secret", "{SN:5G043D4PAJ361D8,DT:IPC-G22P}", plain},
		{"an empty secret", "{SN:5G043D4PAJ361D8,SC:}", plain},
		{"a short serial between separators", "{SN:AB12,SC:L2A262CB}", label("AB12")},

		{"colons", "2M047C9PAN00005:DHI-ARD1611-W:PJ0V46", label("2M047C9PAN00005")},
		{"colons and braces", "{2M047C9PAN00005：DHI-ARD1611-W：PJ0V46}", label("2M047C9PAN00005")},
		{"bad batch", "DH-IPC-C35P,4K002C6PAJA49A7", vendor("4K002C6PAJA49A7", "{SN:4K002C6PAJA49A7}", false)},
		{"bad batch, braces", "{DH-IPC-C35P,4K002C6PAJA49A7}", vendor("4K002C6PAJA49A7", "{SN:4K002C6PAJA49A7}", false)},
		{"address", "http://www.hsview.com/?sn=5G043D4PAJ361D8", plain},
		{"address of the other site", "https://www.lechange.cn/device?id=5G043D4PAJ361D8", plain},
		{"address without a scheme", "WWW.LECHANGE.CN/d?=5G043D4PAJ361D8", plain},
	})
}

// What cannot be told for certain is not read, and no character of it is kept.
func TestDahuaLabelsAreNeverGuessed(t *testing.T) {
	t.Parallel()
	check(t, site(t), []row{
		{"no separators, another length", "{SN:5G043D4PAJ361DT:IPC-G22PSC:L2A262CB}", password("… (40)")},
		{"two serials", "{SN:5G043D4PAJ361D8,SN:5G043D4PAJ361D9,SC:L2A262CB}", password("… (51)")},
		{"no serial", "{SN:,SC:L2A262CB}", password("… (17)")},
		{"a blank in the serial", "{SN:5G04 3D4P,SC:L2A262CB}", password("… (26)")},
		{"only a password", "SC:L2A262CB", password("… (11)")},
		{"no serial, no password", "{DT:IPC-G22P}", unknown("… (13)", "code.malformed")},
		{"JSON", `{"sn":"5G043D4PAJ361D8","pwd":"hunter2"}`, unread(40)},
		{"colons, another length", "2M047C9PAN0000:DHI-ARD1611-W:PJ0V46", unread(35)},
		{"colons, digits alone", "356938035643809:DHI-ARD1611-W:PJ0V46", unread(36)},
		{"bad batch, another length", "DH-IPC-C35P,4K002C6PAJA49A", unread(26)},
		{"a model and a serial of others", "XX-IPC-C35P,4K002C6PAJA49A7", unread(27)},
		{"two parameters", "http://www.hsview.com/?a=1&sn=5G043D4PAJ361D8", unknownSite("hsview.com", 45)},
		{"a site that looks like it", "http://www.hsview.com.example.org/?sn=5G043D4PAJ361D8", unknownSite("example.org", 53)},
	})
}

func unknownSite(site string, length int) code.Reading {
	r := unread(length)
	r.Redacted = "https://" + site + "/" + r.Redacted
	r.Reasons[0].Code, r.Reasons[0].Args = "code.unknown-link", map[string]string{"site": site}
	return r
}

// Which of the brands that sell such cameras it is, the label does not say.
func TestBrandOfADahuaLabel(t *testing.T) {
	t.Parallel()
	of := func(brand string) code.Reading {
		r := vendor("5G043D4PAJ361D8", "{SN:5G043D4PAJ361D8}", true)
		r.Key, r.Reasons = key(t, brand, "5G043D4PAJ361D8"), nil
		return r
	}
	check(t, code.Rules{Serials: []code.SerialPattern{pattern(t, "amcrest", `[0-9A-Z]{15}`, "5G043D4PAJ361D8")}}, []row{
		{"one brand", "{SN:5G043D4PAJ361D8,SC:L2A262CB}", of("amcrest")},
	})
	check(t, site(t), []row{
		{"two brands", "{SN:5G043D4PAJ361D8,SC:L2A262CB}", code.Reading{
			Kind: code.KindAmbiguous, Candidates: []code.Reading{of("dahua"), of("imou")},
			Redacted: "{SN:5G043D4PAJ361D8}", SecretsRedacted: true, Reasons: reason("code.ambiguous"),
		}},
	})
}
