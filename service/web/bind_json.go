package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"quitclaim/service/lifecycle"
)

// readJSON fills the struct field by field, so that one wrong type does not
// hide the next. A body that is no JSON object is one mistake without a field.
func readJSON(body []byte, into reflect.Value, invalid *lifecycle.Invalid) {
	fields := fieldsByTag(into.Type(), "json")
	if len(fields) == 0 {
		invalid.Add("Content-Type", "body.type")
		return
	}
	members, ok := splitObject(body)
	if !ok {
		invalid.Add("", "body.json")
		return
	}
	members = addTwice(members, invalid)
	for _, m := range members {
		index, known := fields[m.name]
		if !known {
			invalid.Add(m.name, "field.unknown")
			continue
		}
		if err := m.decode(into.Field(index).Addr().Interface()); err != nil {
			addJSONError(m.name, err, invalid)
		}
	}
}

type member struct {
	name  string
	value json.RawMessage
}

// decode reads the value strictly. Most are short texts, for which a decoder
// and its buffer would be the larger part of the work.
func (m member) decode(into any) error {
	if !m.nested() {
		return json.Unmarshal(m.value, into)
	}
	decoder := json.NewDecoder(bytes.NewReader(m.value))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// nested reports whether the value is an object or a list.
func (m member) nested() bool { return m.value[0] == '{' || m.value[0] == '[' }

// splitObject is the members of an object in their order. ok is false where
// the body is not exactly one object.
func splitObject(body []byte) (members []member, ok bool) {
	if !utf8.Valid(body) {
		return nil, false // encoding/json would put U+FFFD into serials
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, false
	}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		m := member{name: token.(string)}
		if err := decoder.Decode(&m.value); err != nil {
			return nil, false
		}
		members = append(members, m)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, false
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, false
	}
	return members, true
}

// addTwice finds names that stand twice in one object, at any depth: two
// readers of the same bytes could take either value. It leaves the first of
// each.
func addTwice(members []member, invalid *lifecycle.Invalid) []member {
	seen := map[string]bool{}
	first := members[:0]
	for _, m := range members {
		if !seen[m.name] {
			first = append(first, m)
		} else if !hasMistake(invalid, m.name) {
			invalid.Add(m.name, "field.twice")
		}
		seen[m.name] = true
		if m.nested() {
			walkValue(json.NewDecoder(bytes.NewReader(m.value)), m.name, 1, invalid)
		}
	}
	return first
}

// maxNesting is deeper than any input of ours. What is nested deeper is not
// searched, for its path would grow with it.
const maxNesting = 16

func walkObject(decoder *json.Decoder, path string, depth int, invalid *lifecycle.Invalid) {
	seen := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return
		}
		name := path + token.(string)
		if seen[name] && !hasMistake(invalid, name) {
			invalid.Add(name, "field.twice")
		}
		seen[name] = true
		walkValue(decoder, name, depth, invalid)
	}
	_, _ = decoder.Token() // the closing brace
}

func walkValue(decoder *json.Decoder, path string, depth int, invalid *lifecycle.Invalid) {
	if depth >= maxNesting {
		var whole json.RawMessage
		_ = decoder.Decode(&whole) // known to be JSON
		return
	}
	token, err := decoder.Token()
	if err != nil {
		return
	}
	switch token {
	case json.Delim('{'):
		walkObject(decoder, path+".", depth+1, invalid)
	case json.Delim('['):
		for i := 0; decoder.More(); i++ {
			walkValue(decoder, fmt.Sprintf("%s[%d]", path, i), depth+1, invalid)
		}
		_, _ = decoder.Token() // the closing bracket
	}
}

// addJSONError names the field as exactly as encoding/json knows it.
func addJSONError(field string, err error, invalid *lifecycle.Invalid) {
	if unknown, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		// encoding/json has no type for this one error, only its text.
		invalid.Add(field+"."+strings.Trim(unknown, `"`), "field.unknown")
		return
	}
	if typed, ok := asType[*json.UnmarshalTypeError](err); ok && typed.Field != "" {
		field += "." + typed.Field
	}
	invalid.Add(field, "field.type")
}

// fieldsByTag is the index of each field of a struct by its name in the tag:
// none where the input is not meant to come that way.
func fieldsByTag(t reflect.Type, tag string) map[string]int {
	fields := map[string]int{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get(tag), ",")
		if name != "" && name != "-" {
			fields[name] = i
		}
	}
	return fields
}

// asInvalid keeps errors that say more (a body too large) and makes the rest
// one mistake.
func asInvalid(err error, code string) error {
	if _, ok := asType[*http.MaxBytesError](err); ok {
		return err
	}
	return &lifecycle.Invalid{Reasons: []lifecycle.Reason{{Code: code}}}
}

func asType[E error](err error) (E, bool) {
	var target E
	ok := errors.As(err, &target)
	return target, ok
}

// hasMistake reports whether the field was found wrong before, so that a
// wrong type is not called missing as well.
func hasMistake(invalid *lifecycle.Invalid, field string) bool {
	return slices.ContainsFunc(invalid.Reasons, func(r lifecycle.Reason) bool {
		return r.Field == field || strings.HasPrefix(r.Field, field+".")
	})
}
