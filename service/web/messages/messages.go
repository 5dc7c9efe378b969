// Package messages holds every sentence that people read, by code, one flat
// JSON file per room and language. Go and templates hold codes alone, so that
// another language is another folder. It imports nothing of ours.
package messages

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"golang.org/x/text/message"
)

// Catalogue is the sentences of one language by code, and how that language
// writes numbers and dates.
type Catalogue struct {
	language  Language
	sentences map[string]string
	printer   *message.Printer
	fallback  *Catalogue // says what this one has no sentence for; nil: nobody
}

// Parse merges every *.json of the folder. A key that stands twice, in one
// file or in two, is an error: one of both sentences would be lost.
func Parse(language Language, folder fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	catalogue := &Catalogue{
		language: language, sentences: map[string]string{}, printer: message.NewPrinter(language.tag()),
	}
	from := map[string]string{}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("read messages: %w", err)
		}
		err = eachSentence(text, func(key, sentence string) error {
			if first, ok := from[key]; ok {
				return fmt.Errorf("%q stands in %s too", key, first)
			}
			from[key] = name
			catalogue.sentences[key] = sentence
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("messages %s: %w", name, err)
		}
	}
	return catalogue, nil
}

// eachSentence reads a flat object token by token, for encoding/json would
// let the second of two equal keys win.
func eachSentence(text []byte, add func(key, sentence string) error) error {
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return errors.New("not a JSON object")
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return fmt.Errorf("read a key: %w", err)
		}
		var sentence string
		if err := decoder.Decode(&sentence); err != nil {
			return fmt.Errorf("%q is no text: %w", key, err)
		}
		if err := add(key.(string), sentence); err != nil {
			return err
		}
	}
	if _, err := decoder.Token(); err != nil {
		return fmt.Errorf("read the end: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the object")
	}
	return nil
}

// Language is which language this is.
func (c *Catalogue) Language() Language { return c.language }

// Has reports whether the code has a sentence.
func (c *Catalogue) Has(code string) bool {
	_, ok := c.sentence(code)
	return ok
}

// Keys lists every code that has a sentence in this very language, sorted.
func (c *Catalogue) Keys() []string {
	keys := make([]string, 0, len(c.sentences))
	for key := range c.sentences {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Text is the sentence of the code with each {name} replaced by its argument.
// An instant is written as the language writes instants, in UTC. The argument
// "n" is a count: it is written as the language writes numbers,
// and where it asks for another form than "other" and the code has a sentence
// for that form (code+".one"), that one is used. A code without a sentence
// comes back as it is: an ugly page is better than none, and a test finds it
// first.
func (c *Catalogue) Text(code string, args map[string]string) string {
	sentence, ok := c.plural(code, args["n"])
	if !ok {
		return code
	}
	if len(args) == 0 || !strings.Contains(sentence, "{") {
		return sentence
	}
	return fill(sentence, func(name string) (string, bool) {
		value, known := args[name]
		if name == "n" {
			return c.count(value), known
		}
		return c.instant(value), known
	})
}

func (c *Catalogue) sentence(code string) (string, bool) {
	sentence, ok := c.sentences[code]
	if !ok && c.fallback != nil {
		return c.fallback.sentence(code)
	}
	return sentence, ok
}

// fill replaces in one pass, so that an argument that itself holds braces is
// never read as a parameter.
func fill(sentence string, argument func(name string) (string, bool)) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(sentence, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		value, known := argument(name)
		if !closed || !known {
			out.WriteString("{")
			sentence = rest
			continue
		}
		out.WriteString(value)
		sentence = after
	}
}
