package story

import (
	"strings"
	"testing"
)

// commands are what a technician and a validator say to the bench, without a
// button: as letters, or as codes off the printed sheet.
type commands struct{ pass, first, undo, certify string }

func typedWords() commands { return commands{pass: "p", first: "1", undo: "u", certify: "c"} }
func scannedWords() commands {
	return commands{pass: "QC:PASS", first: "QC:ONE", undo: "QC:UNDO", certify: "QC:CERTIFY"}
}

// From the first scan to the certificate nobody touches a mouse: once with the
// keyboard alone, once with the scanner alone. The focus is never lost.
func TestBenchByKeyboardAndByScanner(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	browser := s.browser(t)
	for name, say := range map[string]commands{"keyboard": typedWords(), "scanner": scannedWords()} {
		u := s.pick(in("bound"), model("HI2"))
		clerk, technician := s.as("clerk", u.Seller, 0), s.as("technician", refit, 0)
		clerk.takeBack(u, u.Receipt)
		s.toWarehouse(clerk, u)
		s.camera(u, "--hard-reset", firmware)

		bench := s.tab(t, browser)
		bench.signsInByKeys(technician.person)
		bench.worksThrough(name, u, say)

		eventually(t, name+": every task is proven", func() bool { return technician.look(u).State == "reset" })
		desk := s.tab(t, browser)
		desk.signsInByKeys(s.as("validator", refit, 0).person)
		desk.enters(name+": open the unit", u.Payload)
		desk.sees(u.Serial, "You can certify it")
		desk.enters(name+": certify", say.certify)
		desk.sees("Certified", u.Serial)
		if at := evaluate[string](desk, "location.pathname"); !strings.HasPrefix(at, "/bench/certificates/") {
			t.Errorf("%s: the end is %s, not the certificate", name, at)
		}
	}
}

func (b tab) signsInByKeys(p person) {
	b.t.Helper()
	b.open("/")
	b.until("the address has the focus", `document.activeElement?.id === "email" && document.readyState === "complete"`)
	b.do("type the address", typing(p.Email+"\t").press)
	b.until("the password has the focus", `document.activeElement?.id === "password" && document.querySelector("#email").value === "`+p.Email+`"`)
	b.do("type the password", typing(p.Password).press)
	b.until("it is all there", `document.querySelector("#password").value === "`+p.Password+`"`)
	b.press("sign in", typing("\r").press)
	if b.text(); evaluate[string](b, "location.pathname") != "/bench" {
		b.open("/bench")
	}
}

// enters types a text where the focus is, as a wedge does, and waits for the
// page that follows.
func (b tab) enters(what, text string) {
	b.t.Helper()
	b.until("the field for codes has the focus", `document.activeElement?.id === "payload" && document.readyState === "complete"`)
	b.press(what, typing(text+"\r").press)
}

// worksThrough does every step of the sheet, and one of them twice.
func (b tab) worksThrough(name string, u unit, say commands) {
	b.t.Helper()
	b.enters(name+": open the unit", u.Payload)
	b.sees(u.Serial)
	undone := false
	for range 20 {
		step := evaluate[string](b, `document.querySelector(".bar input[name=step]")?.value ?? ""`)
		switch step {
		case "":
			if !undone {
				b.t.Fatalf("%s: the sheet had nothing to take back", name)
			}
			return
		case "codes-agree":
			b.enters(name+": scan box or unit", u.Payload)
		case "media":
			b.enters(name+": no card inside", say.first)
		default:
			b.enters(name+": "+step, say.pass)
			if !undone {
				undone = true
				b.enters(name+": take it back", say.undo)
				b.sees("taken back")
			}
		}
	}
	b.t.Fatalf("%s: the sheet has no end; it says:\n%s", name, b.text())
}
