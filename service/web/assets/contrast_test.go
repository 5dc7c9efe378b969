package assets_test

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"quitclaim/service/web/assets"
)

// enough is the contrast of WCAG 2.2 criterion 1.4.3 for text.
const enough = 4.5

// palettes reads the colours of both themes out of the stylesheet.
func palettes(t *testing.T) (light, dark map[string]string) {
	t.Helper()
	set, err := assets.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	css, _ := set.File("quitclaim.css")
	first, rest, found := strings.Cut(string(css.Body), "@media (prefers-color-scheme: dark)")
	if !found {
		t.Fatal("no dark theme")
	}
	second, _, _ := strings.Cut(rest, "\n}\n")
	variable := regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)
	light, dark = map[string]string{}, map[string]string{}
	for _, match := range variable.FindAllStringSubmatch(first, -1) {
		light[match[1]], dark[match[1]] = match[2], match[2]
	}
	for _, match := range variable.FindAllStringSubmatch(second, -1) {
		dark[match[1]] = match[2]
	}
	return light, dark
}

// luminance is WCAG 2.2's relative luminance.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	if err != nil || len(colour) != 7 {
		t.Fatalf("colour %q", colour)
	}
	part := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestContrast(t *testing.T) {
	t.Parallel()
	light, dark := palettes(t)
	for theme, palette := range map[string]map[string]string{"light": light, "dark": dark} {
		for _, pair := range [][2]string{
			{"ink", "paper"}, {"ink", "sheet"}, {"ink", "wash"}, {"soft", "paper"}, {"soft", "sheet"}, {"soft", "wash"},
			{"accent", "paper"}, {"accent", "sheet"}, {"on-accent", "accent"}, {"on-accent", "accent-strong"},
			{"ok", "paper"}, {"ok", "ok-wash"}, {"wait", "paper"}, {"wait", "wait-wash"}, {"stop", "paper"}, {"stop", "stop-wash"},
			{"ink", "ok-wash"}, {"ink", "wait-wash"}, {"ink", "stop-wash"}, {"paper", "stop"},
		} {
			if got := contrast(t, palette[pair[0]], palette[pair[1]]); got < enough {
				t.Errorf("%s: %s on %s has %.1f, want %.1f", theme, pair[0], pair[1], got, enough)
			}
		}
		for _, verdict := range []string{"clear", "bound", "refused", "unknown", "mismatch", "held"} {
			if got := contrast(t, "#ffffff", palette[verdict]); got < 6 {
				t.Errorf("%s: white on %s has %.1f, want 6", theme, verdict, got)
			}
		}
		// WCAG 2.2 criterion 1.4.11: the edge of a field against what is around it.
		for _, around := range []string{"paper", "sheet"} {
			if got := contrast(t, palette["edge"], palette[around]); got < 3 {
				t.Errorf("%s: edge on %s has %.1f, want 3", theme, around, got)
			}
		}
	}
}
