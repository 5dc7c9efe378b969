package web

import (
	"fmt"
	"html/template"
)

// icons are drawn on a 24 by 24 grid with a line of 2, in the colour of the
// text around them. They always stand beside a word.
var icons = map[string]string{
	"clear":    `<circle cx="12" cy="12" r="9.5"/><path d="M7.5 12.5l3 3 6-6.5"/>`,
	"bound":    `<path d="M10 14a4.5 4.5 0 0 0 6.4 0l3.2-3.2a4.5 4.5 0 0 0-6.4-6.4L12 5.6"/><path d="M14 10a4.5 4.5 0 0 0-6.4 0l-3.2 3.2a4.5 4.5 0 0 0 6.4 6.4L12 18.4"/>`,
	"refused":  `<path d="M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8z"/><path d="M8.5 8.5l7 7M15.5 8.5l-7 7"/>`,
	"unknown":  `<circle cx="12" cy="12" r="9.5"/><path d="M9.2 9.3a2.9 2.9 0 1 1 4.4 2.5c-1 .6-1.6 1.2-1.6 2.2"/><path d="M12 17.3v.1"/>`,
	"mismatch": `<path d="M4 9h16M4 15h16M16 4L8 20"/>`,
	"held":     `<circle cx="12" cy="12" r="9.5"/><path d="M9.5 8.5v7M14.5 8.5v7"/>`,

	"check":   `<path d="M4.5 12.5l5 5 10-11"/>`,
	"wait":    `<circle cx="12" cy="12" r="9"/><path d="M12 6.5V12l3.5 2"/>`,
	"asked":   `<path d="M4 12h14M12.5 6l6 6-6 6"/>`,
	"waived":  `<path d="M5 12h14"/>`,
	"stop":    `<path d="M12 3L22 20.5H2z"/><path d="M12 9.5v5M12 17.4v.1"/>`,
	"info":    `<circle cx="12" cy="12" r="9.5"/><path d="M12 11v6M12 7.2v.1"/>`,
	"dark":    `<path d="M3 3l18 18"/><path d="M10 5.3A9.7 9.7 0 0 1 12 5c5 0 8.5 4 10 7a16 16 0 0 1-2.7 3.7M6.3 7.3A15 15 0 0 0 2 12c1.5 3 5 7 10 7a9.5 9.5 0 0 0 4-.9"/>`,
	"eye":     `<path d="M2 12c1.5-3 5-7 10-7s8.5 4 10 7c-1.5 3-5 7-10 7S3.5 15 2 12z"/><circle cx="12" cy="12" r="3"/>`,
	"scan":    `<path d="M3 8V4.5A1.5 1.5 0 0 1 4.5 3H8M16 3h3.5A1.5 1.5 0 0 1 21 4.5V8M21 16v3.5a1.5 1.5 0 0 1-1.5 1.5H16M8 21H4.5A1.5 1.5 0 0 1 3 19.5V16M7 12h10"/>`,
	"camera":  `<path d="M3 7.5h4L8.5 5h7L17 7.5h4v12H3z"/><circle cx="12" cy="13" r="3.5"/>`,
	"passkey": `<circle cx="8" cy="8" r="4.5"/><path d="M11.2 11.2L20.5 20.5M16.5 16.5l2.5-2.5"/>`,
	"torch":   `<path d="M8 3h8v4l-2 3v11h-4V10L8 7zM8 7h8M12 13v2"/>`,
	"next":    `<path d="M9 5l7 7-7 7"/>`,
	"out":     `<path d="M10 4H5v16h5M15 8l4 4-4 4M19 12H9"/>`,
	"empty":   `<path d="M3 13l3-8h12l3 8v6H3z"/><path d="M3 13h5l1.5 2.5h5L16 13h5"/>`,
}

// icon is the named picture, hidden from screen readers, which read the word.
func icon(name string) (template.HTML, error) {
	paths, ok := icons[name]
	if !ok {
		return "", fmt.Errorf("no icon %q", name)
	}
	return template.HTML(`<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" ` +
		`stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">` +
		paths + `</svg>`), nil
}
