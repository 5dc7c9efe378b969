package story

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// firstLoad is the most that the desk's first load may weigh, decoder aside, as
// it goes over the line.
const firstLoad = 60_000

// A desk at work: two codes that do not agree stop it, secrets stay where they
// were scanned, a network that is gone is said, and none of it weighs much.
func TestScanAtTheDesk(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	// There is a camera, and whoever sits there does not let the page have it.
	desk := s.tab(t, s.browser(t, chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", "deny")))
	desk.before(listening)
	desk.signIn(s.as("clerk", brightside, 0).person)
	desk.open("/desk")
	t.Run("first load", func(t *testing.T) { weighs(t, desk) })
	t.Run("redaction", func(t *testing.T) { redactsAlike(t, desk) })
	t.Run("secrets", func(t *testing.T) { secretsStay(t, desk, s.pick(in("bound"))) })
	t.Run("no network", func(t *testing.T) { saysThatNobodyAnswers(t, desk, s.pick(in("bound"))) })
	t.Run("camera refused", func(t *testing.T) {
		desk.do("open the camera", click("[data-camera-open]"))
		worksWithoutCamera(t, desk, "eye-refused", s.pick(in("bound")))
	})
	t.Run("no camera", func(t *testing.T) {
		// As browsers do where a page came without https.
		evaluate[bool](desk, `Object.defineProperty(navigator, "mediaDevices", { value: undefined }) && true`)
		desk.do("open the camera", click("[data-camera-open]"))
		worksWithoutCamera(t, desk, "eye-none", s.pick(in("bound")))
	})
	t.Run("a mismatch", func(t *testing.T) { stops(t, desk, s.pick(in("bound")), s.pick(in("bound"))) })
}

// weighs adds up what the browser fetched for the desk.
func weighs(t *testing.T, desk tab) {
	type file struct {
		Name string
		Size int
	}
	var files []file
	fetched := evaluate[string](desk, `JSON.stringify(performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
		.map((f) => ({ Name: f.name, Size: f.encodedBodySize })))`)
	if err := json.Unmarshal([]byte(fetched), &files); err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, f := range files {
		if strings.Contains(f.Name, "zxing") || strings.Contains(f.Name, "decoder") {
			t.Errorf("the desk fetched %s before anybody opened a camera", f.Name)
		}
		sum += f.Size
	}
	t.Logf("the desk's first load: %d bytes in %d files", sum, len(files))
	if len(files) < 5 || sum > firstLoad {
		t.Errorf("%d bytes in %d files, want at most %d", sum, len(files), firstLoad)
	}
}

// redactsAlike runs the vectors of scanner/code through the page's redaction.
func redactsAlike(t *testing.T, desk tab) {
	table, err := os.ReadFile("../../scanner/code/testdata/redact.json")
	if err != nil {
		t.Fatal(err)
	}
	type vector struct {
		Payload, Redacted string
		Secrets           int
	}
	var want, got []vector
	if err := json.Unmarshal(table, &want); err != nil {
		t.Fatal(err)
	}
	answer := evaluate[string](desk, `import(document.querySelector("script[src$='/scan.js']").src.replace("scan.js", "redact.js")).then(({ redact }) =>
		JSON.stringify(`+string(table)+`.map(({ payload }) => {
			const { text, secrets } = redact(payload);
			return { Payload: payload, Redacted: text, Secrets: secrets };
		})))`)
	if err := json.Unmarshal([]byte(answer), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) || len(want) < 50 {
		t.Fatalf("%d answers to %d vectors", len(got), len(want))
	}
	for i, v := range want {
		if got[i] != v {
			t.Errorf("redact(%q) = %q, %d; the server's says %q, %d", v.Payload, got[i].Redacted, got[i].Secrets, v.Redacted, v.Secrets)
		}
	}
}

// secretsStay scans and types codes with secrets, and reads what went out.
func secretsStay(t *testing.T, desk tab, u unit) {
	out := desk.wire()
	for i, c := range []struct {
		name, typed, secret string
		says                string
	}{
		{"Matter", "]Q1MT:Y.K9042C00KA0648G00\r", "K9042C00KA0648G00", "Matter"},
		{"HomeKit", "X-HM://007JNU5AE7OSX\r", "007JNU5AE7OSX", "HomeKit"},
		{"a pairing code", "3497-011-2332\r", "2332", "Matter"},
		{"a camera's label", "{SN:5G043D4PAJ361D8,DT:IPC-G22P,SC:L2A262CB,NC:015}\r", "L2A262CB", "5G043D4PAJ361D8"},
		{"a label of four lines", "Ezviz\rABC123XYZ001\rQWERTY\rC6CN\r", "QWERTY", "ABC123XYZ001"},
		{"a wireless network", "WIFI:T:WPA;S:home;P:hunter2;;\r", "hunter2", ""},
	} {
		desk.scans(typing(c.typed))
		_, text := desk.verdict(i + 1)
		words(t, c.name, text, c.says)
		desk.breath()
		if strings.Contains(out.String(), c.secret) || strings.Contains(text, c.secret) {
			t.Errorf("%s: its secret left the page", c.name)
		}
	}
	if !strings.Contains(out.String(), "5G043D4PAJ361D8") {
		t.Fatal("nothing was heard on the wire")
	}
	if got := evaluate[string](desk, `document.documentElement.outerHTML`); strings.Contains(got, "L2A262CB") || strings.Contains(got, "QWERTY") {
		t.Error("the page keeps a secret")
	}
	rows := desk.rows()
	desk.do("type one where a serial belongs", click("details:has(form[data-typed]) > summary"))
	desk.fill("#brand", u.Brand)
	desk.fill("#serial", "MT:Y.K9042C00KA0648G00")
	desk.fill("#serial_again", "MT:Y.K9042C00KA0648G00")
	desk.do("look it up", click("form[data-typed] button"))
	_, text := desk.verdict(rows + 1)
	words(t, "a setup code as a serial", text, "Matter")
	if strings.Contains(out.String(), "K9042C00KA0648G00") {
		t.Error("a typed secret left the page")
	}
	desk.open("/desk")
}

// saysThatNobodyAnswers scans without a network.
func saysThatNobodyAnswers(t *testing.T, desk tab, u unit) {
	desk.loses("*://*:*/scan*")
	desk.scans(typing(u.Payload + "\r"))
	desk.until("it is said", `document.querySelector("[data-state=answer-unreachable]").checkVisibility() ||
		!document.querySelector(".scan-says").checkVisibility()`)
	if rows := desk.rows(); rows != 0 {
		t.Errorf("%d scans have an answer", rows)
	}
	desk.loses()
	desk.breath()
	desk.scans(typing(u.Payload + "\r"))
	_, text := desk.verdict(1)
	words(t, "the network is back", text, u.Serial)
	desk.until("the warning is gone", `!document.querySelector("[data-state=answer-unreachable]").checkVisibility()`)
}

// stops scans the box of one unit and then another unit.
func stops(t *testing.T, desk tab, box, other unit) {
	desk.open("/scan?purpose=return")
	desk.do("two codes for each unit", click(".scanner [data-station] summary"), click("[data-pairs]"))
	desk.until("the box is asked for", `document.querySelector("[data-state=pair-first]").checkVisibility()`)
	desk.scans(typing(box.Payload + "\r"))
	desk.until("the unit is asked for", `document.querySelector("[data-state=pair-second]").checkVisibility()`)
	desk.breath()
	desk.scans(typing(other.Payload + "\r"))
	outcome, text := desk.verdict(1)
	if outcome != "mismatch" {
		t.Fatalf("%s of %s: %s\n%s", other.Serial, box.Serial, outcome, text)
	}
	desk.until("it stops", `document.querySelector("[data-stop]").checkVisibility()`)
	if heard := evaluate[[]float64](desk, `heard`); !slices.Contains(heard, 932) {
		t.Errorf("the alarm was not among %v", heard)
	}

	// The scanner goes on, and its Enter presses no button.
	for _, focus := range []string{"#payload", "[data-stop] button"} {
		desk.breath()
		desk.do("the focus on "+focus, chromedp.Focus(chromedp.CSS(focus)))
		desk.scans(typing(other.Payload + "\r"))
		desk.breath()
		if !evaluate[bool](desk, `document.querySelector("[data-stop]").checkVisibility()`) || desk.rows() != 1 {
			t.Errorf("with the focus on %s a scan goes on", focus)
		}
	}
	desk.do("say that it was seen", click("[data-stop] button"))
	desk.breath()
	desk.scans(typing(box.Payload + "\r"))
	desk.until("the unit is asked for", `document.querySelector("[data-state=pair-second]").checkVisibility()`)
	desk.breath()
	desk.scans(typing("]Q3" + "01" + box.GTIN + "21" + box.Serial + "{GS}\r"))
	outcome, text = desk.verdict(2)
	if outcome != "bound" {
		t.Errorf("two codes that agree: %s\n%s", outcome, text)
	}
}
