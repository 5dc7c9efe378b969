package web

import (
	"errors"
	"fmt"
	"html/template"
	"math"
	"net/url"
	"reflect"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web/assets"
	"quitclaim/service/web/messages"
)

// functions are what templates may call.
//
//	t "code" "name" value …   the sentence, its parameters by name
//	tReason reason            the sentence of a lifecycle.Reason
//	label "serial"            what a field is called
//	time at, day at           an instant, a date
//	due at                    an instant to keep, with its day of the week
//	until at                  an end: the last whole day, where one was chosen
//	dayText at                a date without an element, for drawings
//	number n                  a whole number with the language's separators
//	percent share             a share of one
//	duration d                a span of time in its largest unit
//	languages                 what a reader can choose from
//	lang                      the page's language, for JavaScript and links
//	icon "name"               an inline picture, hidden from screen readers
//	asset "live.js"           the path of an asset
//	idempotencyKey            a fresh key
//	seg value                 a value as one segment of a path
//	field, choice, check      see fields.go
//	notice "ok" "code" …      for the part "notice"
//	pager next "name" value … the address of the next page of a list
func functions(catalogue *messages.Catalogue, set *assets.Set) template.FuncMap {
	text := func(code string, args ...any) (string, error) {
		named, err := namedArgs(catalogue, args)
		return catalogue.Text(code, named), err
	}
	label := func(field string) string {
		if code := "label." + field; catalogue.Has(code) {
			return catalogue.Text(code, nil)
		}
		return field
	}
	return template.FuncMap{
		"t":              text,
		"tReason":        func(r lifecycle.Reason) string { return catalogue.Text(r.Code, r.Args) },
		"label":          label,
		"time":           func(at time.Time) template.HTML { return timeElement(at, "minute", catalogue.Minute) },
		"day":            func(at time.Time) template.HTML { return timeElement(at, "day", catalogue.Day) },
		"due":            func(at time.Time) template.HTML { return timeElement(at, "due", catalogue.Due) },
		"until":          func(at time.Time) template.HTML { return untilElement(at, catalogue) },
		"dayText":        catalogue.Day,
		"number":         func(n any) (string, error) { return showNumber(catalogue, n) },
		"percent":        catalogue.Percent,
		"duration":       catalogue.Duration,
		"languages":      func() ([]languageView, error) { return offered(catalogue.Language()) },
		"lang":           func() string { return string(catalogue.Language()) },
		"icon":           icon,
		"asset":          set.URL,
		"idempotencyKey": newKey,
		"seg":            url.PathEscape,
		"field":          newField(text),
		"choice":         newChoice(text),
		"check":          newCheck(text),
		"pager":          pagerURL,
		"notice": func(kind, code string, args ...any) (noticeView, error) {
			sentence, err := text(code, args...)
			return noticeView{Kind: kind, Text: sentence}, err
		},
	}
}

var errArgs = errors.New("arguments of a sentence are one map or pairs of name and value")

// namedArgs reads what stands behind a code in a template.
// A number is written as the language does, but for the count "n", which the
// catalogue needs as it is to find its plural.
func namedArgs(catalogue *messages.Catalogue, args []any) (map[string]string, error) {
	if len(args) == 0 {
		return nil, nil
	}
	if named, ok := args[0].(map[string]string); ok && len(args) == 1 {
		return named, nil
	}
	if len(args)%2 != 0 {
		return nil, errArgs
	}
	named := make(map[string]string, len(args)/2)
	for i := 0; i < len(args); i += 2 {
		name, ok := args[i].(string)
		if !ok {
			return nil, errArgs
		}
		written, err := showNumber(catalogue, args[i+1])
		if err != nil || name == "n" {
			written = fmt.Sprint(args[i+1])
		}
		named[name] = written
	}
	return named, nil
}

var errNumber = errors.New("no whole number")

// showNumber takes every kind of whole number that a view may hold.
func showNumber(catalogue *messages.Catalogue, n any) (string, error) {
	value := reflect.ValueOf(n)
	switch {
	case value.CanInt():
		return catalogue.Number(value.Int()), nil
	case value.CanUint() && value.Uint() <= math.MaxInt64:
		return catalogue.Number(int64(value.Uint())), nil
	}
	return "", errNumber
}

// timeElement writes UTC, and says so; time.js turns it into the reader's own.
func timeElement(at time.Time, precision string, write func(time.Time) string) template.HTML {
	if at.IsZero() {
		return ""
	}
	return template.HTML(fmt.Sprintf(`<time datetime="%s" data-show="%s">%s</time>`,
		at.UTC().Format(timeFormat), precision, template.HTMLEscapeString(write(at))))
}

// untilElement writes an end. Whoever chose a last day chose the midnight (UTC)
// that ends it: they read their day again, whatever the clock at home says.
func untilElement(at time.Time, catalogue *messages.Catalogue) template.HTML {
	const day = 24 * time.Hour
	if at.IsZero() || !at.UTC().Truncate(day).Equal(at) {
		return timeElement(at, "due", catalogue.Due)
	}
	return timeElement(at.Add(-time.Nanosecond), "last-day", catalogue.Day)
}

// pagerURL is the address of the next page with the list's own filters.
func pagerURL(next string, filters ...any) (string, error) {
	if next == "" {
		return "", nil
	}
	query := url.Values{"after": {next}}
	for i := 0; i+1 < len(filters); i += 2 {
		name, ok := filters[i].(string)
		if !ok {
			return "", errArgs
		}
		if value := fmt.Sprint(filters[i+1]); value != "" {
			query.Set(name, value)
		}
	}
	return "?" + query.Encode(), nil
}
