package story

import (
	"bytes"
	"context"
	"image"
	"image/color"
	_ "image/png" // the labels are PNG
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/datamatrix"
	"github.com/makiuchi-d/gozxing/oned"
)

// cameraBrowser starts a chromium whose camera shows the film.
func (s *server) cameraBrowser(t *testing.T, film string, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	return s.browser(t, append([]chromedp.ExecAllocatorOption{
		chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-video-capture", film),
	}, more...)...)
}

// label is the picture of the unit's own label, as the vendor prints it.
func (s *server) label(u unit) image.Image {
	s.t.Helper()
	answer := s.as("admin", vendor, 0).get("/v1/units/" + u.Brand + "/" + u.Serial + "/label.png").want(200)
	picture, _, err := image.Decode(bytes.NewReader(answer.Body))
	if err != nil {
		s.t.Fatalf("the label of %s: %v", u.Serial, err)
	}
	return picture
}

// symbol draws a code with the white that belongs around it.
func symbol(t *testing.T, writer gozxing.Writer, format gozxing.BarcodeFormat, text string, height float64) image.Image {
	t.Helper()
	code, err := writer.EncodeWithoutHint(text, format, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	const module, quiet = 6, 10
	wide := code.GetWidth()
	high := max(code.GetHeight(), int(float64(wide)*height))
	picture := image.NewGray(image.Rect(0, 0, (wide+2*quiet)*module, (high+4)*module))
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			column, row := x/module-quiet, min(y/module-2, code.GetHeight()-1)
			dark := column >= 0 && column < wide && y/module >= 2 && y/module < high+2 && code.Get(column, row)
			picture.SetGray(x, y, color.Gray{Y: map[bool]uint8{true: 20, false: 235}[dark]})
		}
	}
	return picture
}

// watching notes when a picture with a label came onto the screen, and when
// the next verdict did.
const watching = `globalThis.times = [];
	addEventListener("DOMContentLoaded", () => {
		const video = document.querySelector("[data-camera] video");
		const canvas = new OffscreenCanvas(16, 12);
		const context = canvas.getContext("2d", { willReadFrequently: true });
		let shown = 0;
		const look = (now) => {
			context.drawImage(video, 0, 0, 16, 12);
			const bright = context.getImageData(0, 0, 16, 12).data.filter((v, i) => i % 4 === 0 && v > 150).length;
			shown = bright < 20 ? 0 : shown || now;
			video.requestVideoFrameCallback(look);
		};
		video.requestVideoFrameCallback(look);
		new MutationObserver(() => { if (shown) times.push(performance.now() - shown); })
			.observe(document.querySelector("[data-last] ol"), { childList: true });
	});`

// A clerk with a phone: one tap opens the camera, and from then on every label
// that is held before it gets its verdict.
func TestScanByCamera(t *testing.T) {
	t.Parallel()
	s := demo(t, quick)
	var units []unit
	var labels []image.Image
	for range 4 {
		units = append(units, s.pick(in("bound"), soldBy(brightside)))
	}
	for i, u := range units {
		switch i {
		case 0, 1:
			labels = append(labels, s.label(u))
		case 2: // on the box: a link in a DataMatrix, and the model's number in bars
			labels = append(labels, symbol(t, datamatrix.NewDataMatrixWriter(), gozxing.BarcodeFormat_DATA_MATRIX, u.Payload, 1))
			labels = append(labels, symbol(t, oned.NewEAN13Writer(), gozxing.BarcodeFormat_EAN_13, u.GTIN[1:], 0.45))
		case 3:
			labels = append(labels, symbol(t, oned.NewCode128Writer(), gozxing.BarcodeFormat_CODE_128, u.Serial, 0.45))
		}
	}
	desk := s.tab(t, s.cameraBrowser(t, film(t, labels...)))
	desk.before(watching)
	desk.do("hold a phone", chromedp.EmulateViewport(390, 844))
	desk.signIn(s.as("clerk", brightside, 0).person)
	desk.open("/desk")
	desk.do("open the camera", click("[data-camera-open]"))
	desk.until("the first verdict", `document.querySelectorAll("[data-last] li").length >= 1`)
	const list = `document.querySelector("[data-last] ol").innerText`
	for _, u := range units {
		desk.until(u.Serial, list+`.includes("`+u.Serial+`")`)
	}
	desk.until("the product number, which names no unit", list+`.includes("Unknown")`)
	for _, row := range evaluate[[]string](desk, `[...document.querySelectorAll("[data-last] li")].map((row) => row.innerText)`) {
		named := func(u unit) bool { return strings.Contains(row, u.Serial) && strings.Contains(row, "Still connected") }
		if !slices.ContainsFunc(units, named) && !strings.Contains(row, "Unknown") {
			t.Errorf("a wrong read: %q", row)
		}
	}
	times := evaluate[[]float64](desk, `times`)
	slices.Sort(times)
	if len(times) < 3 {
		t.Fatalf("only %v ms were taken", times)
	}
	t.Logf("from a frame with a code to the verdict on the screen: median %s of %d",
		time.Duration(times[len(times)/2]*float64(time.Millisecond)).Round(time.Millisecond), len(times))

	// The choice is remembered: the next page opens the camera by itself.
	desk.open("/scan?purpose=return")
	desk.until("a verdict without a tap", `document.querySelectorAll("[data-last] li").length >= 1`)

	t.Run("taken away", func(t *testing.T) {
		desk.mayUseCamera(browser.PermissionSettingDenied)
		worksWithoutCamera(t, desk, "eye-taken", units[0])
	})
	t.Run("a decoder that does not load", func(t *testing.T) {
		desk.mayUseCamera(browser.PermissionSettingGranted)
		evaluate[bool](desk, `localStorage.setItem("quitclaim.choice.camera", "off") ?? true`)
		desk.open("/scan?purpose=return")
		desk.until("the scanner is there", `!document.querySelector("[data-tools]").hidden`)
		evaluate[bool](desk, `(document.querySelector("[data-scanner]").dataset.wasm += ".gone") !== ""`)
		desk.do("open the camera", click("[data-camera-open]"))
		worksWithoutCamera(t, desk, "eye-failed", units[0])
	})
}

// mayUseCamera is what somebody answers, now or in the browser's settings.
func (b tab) mayUseCamera(answer browser.PermissionSetting) {
	b.t.Helper()
	b.do("answer the browser", func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: "camera"}, Setting: answer, Origin: b.s.url,
		})
		return chromedp.Void{}, err
	})
}

// worksWithoutCamera waits for the words that say why there is none, and scans
// by the wedge.
func worksWithoutCamera(t *testing.T, desk tab, state string, u unit) {
	t.Helper()
	desk.until(state, `document.querySelector("[data-state=`+state+`]").checkVisibility()`)
	if evaluate[bool](desk, `document.querySelector("[data-camera]").checkVisibility()`) {
		t.Error("the camera's picture is still there")
	}
	rows := desk.rows()
	desk.breath()
	desk.scans(typing(u.Payload + "\r"))
	_, text := desk.verdict(rows + 1)
	words(t, "the wedge goes on", text, u.Serial)
}
