package messages_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/web/messages"
)

var parameter = regexp.MustCompile(`\{(\w+)\}`)

// parameters are those of a sentence, sorted, each once.
func parameters(sentence string) []string {
	var names []string
	for _, match := range parameter.FindAllStringSubmatch(sentence, -1) {
		names = append(names, match[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// ownForms are endings that a language has beside those of English, as CLDR's
// plural rules want it.
var ownForms = map[messages.Language][]string{messages.Spanish: {".many"}}

// TestLanguagesAgree: every language has a sentence for each code and for
// nothing else, with the same parameters, and none is empty.
func TestLanguagesAgree(t *testing.T) {
	t.Parallel()
	english, err := messages.In(messages.English)
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range messages.Languages() {
		catalogue, err := messages.In(language)
		if err != nil {
			t.Fatal(err)
		}
		keys := catalogue.Keys()
		for _, key := range english.Keys() {
			if _, found := slices.BinarySearch(keys, key); !found {
				t.Errorf("%s: no sentence for %s (English: %q)", language, key, english.Text(key, nil))
			}
		}
		for _, key := range keys {
			sentence, like := catalogue.Text(key, nil), key
			for _, ending := range ownForms[language] {
				like = strings.TrimSuffix(like, ending)
			}
			if !english.Has(like) {
				t.Errorf("%s: %s is no code of ours", language, key)
				continue
			}
			if strings.TrimSpace(sentence) == "" || strings.TrimSpace(sentence) != sentence {
				t.Errorf("%s: %s = %q is empty or has blanks around it", language, key, sentence)
			}
			if got, want := parameters(sentence), parameters(english.Text(like, nil)); !slices.Equal(got, want) {
				t.Errorf("%s: %s has the parameters %v, English has %v", language, key, got, want)
			}
		}
	}
}

// notTranslated are sentences that are the same in another language too.
var notTranslated = regexp.MustCompile(`^[^a-zA-Z]*$|^\{[a-z]+\}$`)

// TestTranslationsAreTranslations: a sentence of several words that is the
// same as the English one was copied and forgotten.
func TestTranslationsAreTranslations(t *testing.T) {
	t.Parallel()
	english, err := messages.In(messages.English)
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range messages.Languages()[1:] {
		catalogue, err := messages.In(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range catalogue.Keys() {
			sentence := catalogue.Text(key, nil)
			if sentence == english.Text(key, nil) && strings.Count(sentence, " ") > 1 && !notTranslated.MatchString(sentence) && !strings.HasPrefix(key, "date.") {
				t.Errorf("%s: %s is still English: %q", language, key, sentence)
			}
		}
	}
}

// TestRegister: German says Sie, Spanish says usted, and both keep to the
// glossary in service/docs/languages.md.
func TestRegister(t *testing.T) {
	t.Parallel()
	banned := map[messages.Language]*regexp.Regexp{
		messages.German:  regexp.MustCompile(`(?i)\b(du|dich|dir|dein|deine|deinen|einheit|einheiten|obhut|asset|artikel|retoure)\b`),
		messages.Spanish: regexp.MustCompile(`(?i)\b(tú|tu|tus|vosotros|aparatos|dispositivos?|artículo|activo)\b`),
	}
	for language, words := range banned {
		catalogue, err := messages.In(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range catalogue.Keys() {
			if found := words.FindString(catalogue.Text(key, nil)); found != "" {
				t.Errorf("%s: %s says %q: %q", language, key, found, catalogue.Text(key, nil))
			}
		}
	}
}

func TestNumbersAndDates(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 9, 6, 0, 0, time.FixedZone("", 3600))
	tests := []struct {
		language                      messages.Language
		number, percent, minute, day  string
		due                           string
		seconds, minutes, hours, days string
	}{
		{messages.English, "12,345,678", "42%", "4 Mar 2026, 08:06 UTC", "4 Mar 2026", "Wednesday, 4 Mar 2026, 08:06 UTC", "1 second", "2 minutes", "47 hours", "1,200 days"},
		{messages.German, "12.345.678", "42\u00a0%", "4. März 2026, 08:06 UTC", "4. März 2026", "Mittwoch, 4. März 2026, 08:06 UTC", "1 Sekunde", "2 Minuten", "47 Stunden", "1.200 Tage"},
		{messages.Spanish, "12.345.678", "42\u00a0%", "4 mar 2026, 08:06 UTC", "4 mar 2026", "miércoles, 4 mar 2026, 08:06 UTC", "1 segundo", "2 minutos", "47 horas", "1.200 días"},
	}
	for _, tt := range tests {
		words, err := messages.In(tt.language)
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]string{
			{words.Number(12345678), tt.number},
			{words.Percent(0.423), tt.percent},
			{words.Minute(at), tt.minute},
			{words.Day(at), tt.day},
			{words.Due(at), tt.due},
			// A rule says when by RFC 3339.
			{words.Text("certify.contest-window", map[string]string{"until": at.Format(time.RFC3339)}),
				words.Text("certify.contest-window", map[string]string{"until": tt.minute})},
			{words.Duration(time.Second), tt.seconds},
			{words.Duration(2*time.Minute + 59*time.Second), tt.minutes},
			{words.Duration(47 * time.Hour), tt.hours},
			{words.Duration(1200 * 24 * time.Hour), tt.days},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s: got %q, want %q", tt.language, pair[0], pair[1])
			}
		}
	}
}

// TestPlurals: one thing in each language; a million has a form of its own in
// Spanish, and where nobody wrote it the general one stands in.
func TestPlurals(t *testing.T) {
	t.Parallel()
	tests := []struct {
		language messages.Language
		n, want  string
	}{
		{messages.English, "1", "One step of its reset is not proven yet"},
		{messages.English, "2000", "2,000 steps of its reset are not proven yet"},
		{messages.German, "1", "Ein Schritt seiner Zurücksetzung ist noch nicht bewiesen"},
		{messages.German, "0", "0 Schritte seiner Zurücksetzung sind noch nicht bewiesen"},
		{messages.Spanish, "1", "Un paso de su restablecimiento aún no está demostrado"},
		{messages.Spanish, "1000000", "1.000.000 pasos de su restablecimiento aún no están demostrados"},
		{messages.Spanish, "-1", "-1 pasos de su restablecimiento aún no están demostrados"},
		{messages.Spanish, "muchos", "muchos pasos de su restablecimiento aún no están demostrados"},
	}
	for _, tt := range tests {
		words, err := messages.In(tt.language)
		if err != nil {
			t.Fatal(err)
		}
		if got := words.Text("scanner.open-tasks", map[string]string{"n": tt.n}); got != tt.want {
			t.Errorf("%s %s = %q, want %q", tt.language, tt.n, got, tt.want)
		}
	}
}
