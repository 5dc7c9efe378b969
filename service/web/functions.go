package web

import (
	"errors"
	"fmt"
	"html/template"
	"net/url"
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
//	icon "name"               an inline picture, hidden from screen readers
//	asset "live.js"           the path of an asset
//	idempotencyKey            a fresh key
//	seg value                 a value as one segment of a path
//	field, choice, check      see fields.go
//	notice "ok" "code" …      for the part "notice"
//	pager next "name" value … the address of the next page of a list
func functions(catalogue *messages.Catalogue, set *assets.Set) template.FuncMap {
	text := func(code string, args ...any) (string, error) {
		named, err := namedArgs(args)
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
		"time":           showTime,
		"day":            showDay,
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
func namedArgs(args []any) (map[string]string, error) {
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
		named[name] = fmt.Sprint(args[i+1])
	}
	return named, nil
}

// showTime writes UTC, and says so; time.js turns it into the reader's own.
func showTime(at time.Time) template.HTML {
	return timeElement(at, "2 Jan 2006, 15:04 UTC", "minute")
}

func showDay(at time.Time) template.HTML { return timeElement(at, "2 Jan 2006", "day") }

func timeElement(at time.Time, layout, precision string) template.HTML {
	if at.IsZero() {
		return ""
	}
	at = at.UTC()
	// Digits, letters of month names and punctuation: nothing to escape.
	return template.HTML(fmt.Sprintf(`<time datetime="%s" data-show="%s">%s</time>`,
		at.Format(timeFormat), precision, at.Format(layout)))
}

// pagerURL is the address of the next page with the list's own filters.
func pagerURL(next string, filters ...any) (string, error) {
	if next == "" {
		return "", nil
	}
	named, err := namedArgs(filters)
	if err != nil {
		return "", err
	}
	query := url.Values{"after": {next}}
	for name, value := range named {
		if value != "" {
			query.Set(name, value)
		}
	}
	return "?" + query.Encode(), nil
}
