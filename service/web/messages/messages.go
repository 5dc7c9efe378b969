// Package messages holds every sentence that people read, by code, one flat
// JSON file per room and language. Go and templates hold codes alone, so that
// a second language is a second folder. It imports nothing of ours.
package messages

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

//go:embed en/*.json
var files embed.FS

// English is the catalogue that ships with the program, parsed once.
var English = sync.OnceValues(func() (*Catalogue, error) {
	folder, err := fs.Sub(files, "en")
	if err != nil {
		return nil, fmt.Errorf("open the English messages: %w", err)
	}
	return Parse(folder)
})

// Missing lists those of the codes that have no English sentence. Rooms test
// their refusal codes with it.
func Missing(codes ...string) ([]string, error) {
	catalogue, err := English()
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

// Catalogue is the sentences of one language by code.
type Catalogue struct {
	sentences map[string]string
}

// Parse merges every *.json of the folder. A key that stands twice, in one
// file or in two, is an error: one of both sentences would be lost.
func Parse(folder fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(folder, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list messages: %w", err)
	}
	catalogue := &Catalogue{sentences: map[string]string{}}
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

// Has reports whether the code has a sentence.
func (c *Catalogue) Has(code string) bool {
	_, ok := c.sentences[code]
	return ok
}

// Keys lists every code, sorted.
func (c *Catalogue) Keys() []string {
	keys := make([]string, 0, len(c.sentences))
	for key := range c.sentences {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Text is the sentence of the code with each {name} replaced by its argument.
// Where the argument "n" is "1" and the code has a sentence under code+".one",
// that one is used. A code without a sentence comes back as it is: an ugly
// page is better than none, and a test finds it first.
func (c *Catalogue) Text(code string, args map[string]string) string {
	sentence, ok := c.sentences[code]
	if one, has := c.sentences[code+".one"]; has && args["n"] == "1" {
		sentence, ok = one, true
	}
	if !ok {
		return code
	}
	if len(args) == 0 || !strings.Contains(sentence, "{") {
		return sentence
	}
	return fill(sentence, args)
}

// fill replaces in one pass, so that an argument that itself holds braces is
// never read as a parameter.
func fill(sentence string, args map[string]string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(sentence, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		value, known := args[name]
		if !closed || !known {
			out.WriteString("{")
			sentence = rest
			continue
		}
		out.WriteString(value)
		sentence = after
	}
}
