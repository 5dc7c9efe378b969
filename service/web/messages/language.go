package messages

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"golang.org/x/text/language"
)

//go:embed en/*.json de/*.json es/*.json
var files embed.FS

// Language is a language that the program speaks, as a BCP 47 tag.
type Language string

// The languages. English is written first, and says what another has no
// sentence for yet; a test does not let that stay.
const (
	English Language = "en"
	German  Language = "de"
	Spanish Language = "es"
)

// Languages lists them, in the order in which a page offers them.
func Languages() []Language { return []Language{English, German, Spanish} }

// ParseLanguage reads one of the tags.
func ParseLanguage(tag string) (Language, error) {
	if !slices.Contains(Languages(), Language(tag)) {
		return "", fmt.Errorf("%q is none of the languages %v", tag, Languages())
	}
	return Language(tag), nil
}

func (l Language) tag() language.Tag { return language.Make(string(l)) }

// catalogues are those that ship with the program, parsed once.
var catalogues = sync.OnceValues(func() (map[Language]*Catalogue, error) {
	all := map[Language]*Catalogue{}
	for _, l := range Languages() {
		folder, err := fs.Sub(files, string(l))
		if err != nil {
			return nil, fmt.Errorf("open the messages in %s: %w", l, err)
		}
		if all[l], err = Parse(l, folder); err != nil {
			return nil, fmt.Errorf("in %s: %w", l, err)
		}
		if l != English {
			all[l].fallback = all[English]
		}
	}
	return all, nil
})

// In is the catalogue of the language.
func In(l Language) (*Catalogue, error) {
	all, err := catalogues()
	if err != nil {
		return nil, err
	}
	catalogue, ok := all[l]
	if !ok {
		return nil, fmt.Errorf("no messages in %q", l)
	}
	return catalogue, nil
}

// Missing lists those of the codes that have no sentence. Rooms test their
// refusal codes with it; that all languages have the same codes is a test of
// this package.
func Missing(codes ...string) ([]string, error) {
	catalogue, err := In(English)
	if err != nil {
		return nil, err
	}
	missing := []string{}
	for _, code := range codes {
		if !catalogue.Has(code) {
			missing = append(missing, code)
		}
	}
	return missing, nil
}

// maxAccept is as much of an Accept-Language as is read: nobody's list of
// languages is longer, and matching costs time.
const maxAccept = 200

// Chooser finds the language for a reader.
type Chooser struct {
	languages []Language // the default first
	matcher   language.Matcher
}

// NewChooser is a chooser that speaks otherwise to nobody it does not
// understand.
func NewChooser(otherwise Language) *Chooser {
	languages := []Language{otherwise}
	for _, l := range Languages() {
		if l != otherwise {
			languages = append(languages, l)
		}
	}
	tags := make([]language.Tag, len(languages))
	for i, l := range languages {
		tags[i] = l.tag()
	}
	return &Chooser{languages: languages, matcher: language.NewMatcher(tags)}
}

// Choose takes what the reader chose, else what the browser accepts (RFC 9110
// section 12.5.4), else the default. What nobody can read means nothing.
func (c *Chooser) Choose(chosen, accept string) Language {
	if l, err := ParseLanguage(chosen); err == nil {
		return l
	}
	if accept == "" || len(accept) > maxAccept {
		return c.languages[0]
	}
	wanted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return c.languages[0]
	}
	_, index, confidence := c.matcher.Match(wanted...)
	if confidence == language.No {
		return c.languages[0]
	}
	return c.languages[index]
}
