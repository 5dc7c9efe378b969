package messages

import (
	"strconv"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/number"
)

// forms are the endings of codes for the forms of CLDR's plural rules; "other"
// is the code itself.
var forms = map[plural.Form]string{
	plural.Zero: ".zero", plural.One: ".one", plural.Two: ".two", plural.Few: ".few", plural.Many: ".many",
}

// plural is the sentence of the code in the form that the language uses for
// this count.
func (c *Catalogue) plural(code, count string) (string, bool) {
	if n, err := strconv.ParseInt(count, 10, 64); err == nil && n >= 0 {
		// MatchPlural asks for the number modulo ten millions at least.
		form := plural.Cardinal.MatchPlural(c.language.tag(), int(n%10_000_000), 0, 0, 0, 0)
		if ending, ok := forms[form]; ok {
			if sentence, ok := c.sentence(code + ending); ok {
				return sentence, true
			}
		}
	}
	return c.sentence(code)
}

// count writes a whole number; anything else stays as it is.
func (c *Catalogue) count(text string) string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return text
	}
	return c.Number(n)
}

// instant writes an instant (RFC 3339), which is how rules say when; anything
// else stays as it is.
func (c *Catalogue) instant(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return c.Minute(at)
}

// Number is a whole number with the language's separators.
func (c *Catalogue) Number(n int64) string { return c.printer.Sprint(number.Decimal(n)) }

// Percent is a share of one, in whole percent.
func (c *Catalogue) Percent(share float64) string {
	return c.printer.Sprint(number.Percent(share, number.MaxFractionDigits(0)))
}

// Minute is an instant in UTC, to the minute, and says that it is UTC.
func (c *Catalogue) Minute(at time.Time) string { return c.date("date.minute", at) }

// Day is the day of an instant, in UTC.
func (c *Catalogue) Day(at time.Time) string { return c.date("date.day", at) }

// Due is an instant that somebody has to keep, with its day of the week.
func (c *Catalogue) Due(at time.Time) string { return c.date("date.due", at) }

func (c *Catalogue) date(pattern string, at time.Time) string {
	at = at.UTC()
	return c.Text(pattern, map[string]string{
		"weekday": c.Text("date.weekday."+strconv.Itoa(int(at.Weekday())), nil),
		"day":     strconv.Itoa(at.Day()),
		"month":   c.Text("date.month."+strconv.Itoa(int(at.Month())), nil),
		"year":    strconv.Itoa(at.Year()),
		"time":    at.Format("15:04"),
	})
}

// Duration is a span in the largest unit that it fills, as people say it.
func (c *Catalogue) Duration(d time.Duration) string {
	say := func(code string, n time.Duration) string {
		return c.Text(code, map[string]string{"n": strconv.FormatInt(int64(n), 10)})
	}
	const day = 24 * time.Hour
	switch {
	case d >= 2*day:
		return say("duration.days", d/day)
	case d >= 2*time.Hour:
		return say("duration.hours", d/time.Hour)
	case d >= 2*time.Minute:
		return say("duration.minutes", d/time.Minute)
	}
	return say("duration.seconds", d/time.Second)
}
