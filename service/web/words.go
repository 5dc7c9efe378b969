package web

import (
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web/messages"
)

// Worded puts names where the reasons of a refusal have codes, for a page: the
// grade of a proof, a check, a date. The tasks that are still open come back
// apart, for there can be a dozen of them and they belong behind a fold.
func Worded(c echo.Context, reasons []lifecycle.Reason) (others, open []lifecycle.Reason) {
	w := wording{wordsOf(c)}
	for _, reason := range reasons {
		switch reason.Code {
		case "certify.task-open", "prove.open":
			open = append(open, w.task(reason))
		case "certify.grade":
			others = append(others, w.names(reason, "grade."))
		case "certify.check":
			others = append(others, w.names(reason, "check."))
		case "certify.contest-window":
			others = append(others, w.day(reason))
		default:
			others = append(others, reason)
		}
	}
	if len(others) == 0 {
		return open, nil // a page always has a first reason to lead with
	}
	return others, open
}

// wording puts words of one language into reasons.
type wording struct{ words *messages.Catalogue }

// task says which task it is: of the unit itself, or of a cloud.
func (w wording) task(reason lifecycle.Reason) lifecycle.Reason {
	cloud, verb, found := lastCut(reason.Args["task"], ".")
	code := "task." + verb
	if !found || !w.words.Has(code) {
		return reason
	}
	if lifecycle.TaskID("", lifecycle.Verb(verb)) == reason.Args["task"] {
		return lifecycle.Reason{Code: code}
	}
	words := w.words.Text(code, nil)
	return lifecycle.Reason{Code: "task.at-cloud", Args: map[string]string{"cloud": cloud, "task": words}}
}

// names replaces every argument for which there are words under the
// prefix; an empty one is "none".
func (w wording) names(reason lifecycle.Reason, prefix string) lifecycle.Reason {
	args := make(map[string]string, len(reason.Args))
	for name, value := range reason.Args {
		code := prefix + value
		if value == "" {
			code = prefix + "none"
		}
		if args[name] = value; w.words.Has(code) {
			args[name] = w.words.Text(code, nil)
		}
	}
	reason.Args = args
	return reason
}

// day writes the instant of an argument "until" as a day.
func (w wording) day(reason lifecycle.Reason) lifecycle.Reason {
	until, err := time.Parse(time.RFC3339, reason.Args["until"])
	if err != nil {
		return reason
	}
	reason.Args = map[string]string{"until": w.words.Day(until)}
	return reason
}

// lastCut cuts around the last separator: a cloud's name may hold dots.
func lastCut(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}
