package story

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// listening keeps the tones that a page plays, by their frequencies.
const listening = `globalThis.heard = [];
	const plain = OscillatorNode;
	globalThis.OscillatorNode = class extends plain {
		constructor(context, options) { super(context, options); heard.push(options.frequency); }
	};`

// A clerk with a USB scanner: whatever way it sends the separator of a GS1
// code, the unit is read, the page says so and stays ready for the next.
func TestScanByWedge(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	u := s.pick(in("bound"), model("HI2"))
	desk := s.tab(t, s.browser(t))
	desk.before(listening)
	desk.signIn(s.as("clerk", u.Seller, 0).person)
	desk.open("/desk")

	head, tail := "01"+u.GTIN+"10LOT7", "21"+u.Serial
	for n, c := range []struct {
		name string
		keys []keys
		says []string
	}{
		{"Ctrl and a bracket", []keys{typing("]C1" + head), ctrlBracket(), typing(tail + "\r")}, nil},
		{"Alt and digits", []keys{typing(head), holdingAlt("029"), typing(tail + "\r")}, nil},
		{"{GS}", []keys{typing(head + "{GS}" + tail + "\r")}, nil},
		{"<GS>", []keys{typing(head + "<GS>" + tail + "\r")}, nil},
		{"a picture of it", []keys{typing(head + "\u241d" + tail + "\r")}, nil},
		{"^]", []keys{typing(head + "^]" + tail + "\r")}, nil},
		{"one behind the identifier", []keys{typing("]d2{GS}" + head + "{GS}" + tail + "\r")}, nil},
		{"a Tab at its end", []keys{typing("]Q3" + head + "{GS}" + tail + "\t")}, nil},
		// Without separators it is not guessed: the clerk is asked.
		{"none at all", []keys{typing(head + tail + "\r")}, []string{"Unknown", "separators", "Which one is it?"}},
		{"a link", []keys{typing("]Q1" + u.Payload + "\r")}, nil},
	} {
		desk.scans(c.keys...)
		outcome, text := desk.verdict(n + 1)
		desk.breath()
		if c.says != nil {
			words(t, c.name, text, c.says...)
			continue
		}
		if outcome != "bound" {
			t.Errorf("%s: %s", c.name, outcome)
		}
		words(t, c.name, text, "Still connected", u.Serial)
		desk.until(c.name+": ready again", `document.activeElement.id === "payload" && document.activeElement.value === ""`)
	}
	if heard := evaluate[int](desk, "heard.length"); heard < 20 {
		t.Errorf("%d tones were played", heard)
	}

	t.Run("after a button was pressed", func(t *testing.T) {
		rows := desk.rows()
		desk.do("open the station's choices", click(".scanner [data-station] summary"))
		desk.scans(typing(u.Payload + "\r"))
		_, text := desk.verdict(rows + 1)
		words(t, "a scan with the focus on a button", text, u.Serial)
	})
	t.Run("a trigger pulled twice", func(t *testing.T) {
		rows := desk.rows()
		desk.breath()
		desk.scans(typing(u.Payload + "\r" + u.Payload + "\r"))
		desk.verdict(rows + 1)
		desk.breath()
		if now := desk.rows(); now != rows+1 {
			t.Errorf("%d scans of one", now-rows)
		}
	})
	t.Run("somebody in another field", func(t *testing.T) {
		desk.do("type a brand", click("details:has(form[data-typed]) > summary"), chromedp.SendKeys(chromedp.CSS("#brand"), "halden"))
		if got := evaluate[string](desk, `document.querySelector("#brand").value + document.activeElement.id`); got != "haldenbrand" {
			t.Errorf("the field holds %q", got)
		}
	})
}

// breath lets the moment pass in which a second code is an echo of the first.
func (b tab) breath() {
	b.t.Helper()
	evaluate[bool](b, `new Promise((done) => setTimeout(() => done(true), 320))`)
}
