package story

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// keys is what a scanner or a person does at the keyboard.
type keys []input.DispatchKeyEventParams

// typing presses the keys of a text, as a keyboard wedge does.
func typing(text string) keys {
	var pressed keys
	for _, c := range text {
		switch c {
		case '\r', '\n':
			pressed = append(pressed, stroke("Enter", "Enter", "\r", 13, 0)...)
		case '\t':
			pressed = append(pressed, stroke("Tab", "Tab", "", 9, 0)...)
		default:
			// Down is enough: half as many messages to the browser.
			pressed = append(pressed, stroke(string(c), "", string(c), 0, 0)[:1]...)
		}
	}
	return pressed
}

// stroke is one key down and up.
func stroke(key, code, text string, windows, modifiers int64) keys {
	down := input.DispatchKeyEventParams{
		Type: input.DispatchKeyEventTypeKeyDown, Key: key, Code: code, Text: text, UnmodifiedText: text,
		WindowsVirtualKeyCode: windows, Modifiers: modifiers,
	}
	if text == "" {
		down.Type = input.DispatchKeyEventTypeRawKeyDown
	}
	up := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: key, Code: code, WindowsVirtualKeyCode: windows, Modifiers: modifiers}
	return keys{down, up}
}

// holdingAlt is digits typed on the number pad while Alt is down.
func holdingAlt(digits string) keys {
	const alt = 1
	pressed := keys{{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "Alt", Code: "AltLeft", WindowsVirtualKeyCode: 18, Modifiers: alt}}
	for _, c := range digits {
		pressed = append(pressed, stroke(string(c), "Numpad"+string(c), "", int64(96+c-'0'), alt)...)
	}
	return append(pressed, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyUp, Key: "Alt", Code: "AltLeft", WindowsVirtualKeyCode: 18})
}

// ctrlBracket is how terminals and many scanners type a group separator.
func ctrlBracket() keys { return stroke("]", "BracketRight", "", 221, 2) }

// press sends them as fast as it goes. A scanner's keys lie a millisecond apart,
// however long a busy browser takes over each.
func (k keys) press(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
	began := time.Now()
	for i, key := range k {
		key.Timestamp = input.TimeSinceEpoch(float64(began.Add(time.Duration(i)*time.Millisecond).UnixMicro()) / 1e6)
		if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, key); err != nil {
			return chromedp.Void{}, err
		}
	}
	return chromedp.Void{}, nil
}

// scans has a wedge type, wherever the focus is.
func (b tab) scans(pressed ...keys) {
	b.t.Helper()
	var all keys
	for _, part := range pressed {
		all = append(all, part...)
	}
	b.do("scan", all.press)
}

// evaluate asks the page.
func evaluate[T any](b tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patient)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("ask the page %s: %v", expression, err)
	}
	return value
}

// until waits until the page says yes.
func (b tab) until(what, expression string) {
	b.t.Helper()
	within(b.t, patient, what+"; the screen says:\n"+b.text(), func() bool { return evaluate[bool](b, expression) })
}

// before runs a script in every page of this tab, before its own.
func (b tab) before(script string) {
	b.t.Helper()
	b.do("prepare the page", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return chromedp.Void{}, err
	})
}

// rows is how many scans the page lists.
func (b tab) rows() int {
	return evaluate[int](b, `document.querySelectorAll("[data-last] li").length`)
}

// verdict waits for the n-th scan's answer, and tells which it is and the text
// above the scan field.
func (b tab) verdict(n int) (outcome, text string) {
	b.t.Helper()
	b.until(fmt.Sprintf("the answer to scan %d", n), fmt.Sprintf(`document.querySelectorAll("[data-last] li").length === %d`, n))
	var said struct{ Outcome, Text string }
	answer := evaluate[string](b, `(() => { const a = document.querySelector(".scan-answer");
		return JSON.stringify({Outcome: a.dataset.outcome, Text: a.innerText}) })()`)
	if err := json.Unmarshal([]byte(answer), &said); err != nil {
		b.t.Fatal(err)
	}
	return said.Outcome, said.Text
}

// words fails the story unless the text holds each of them.
func words(t *testing.T, what, text string, want ...string) {
	t.Helper()
	for _, word := range want {
		if !strings.Contains(text, word) {
			t.Errorf("%s: %q does not say %q", what, text, word)
		}
	}
}
