package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"quitclaim/service/lifecycle"
)

// readJSON fills the struct field by field, so that one wrong type does not
// hide the next. A body that is no JSON object is one mistake without a field.
func readJSON(body []byte, into reflect.Value, invalid *lifecycle.Invalid) {
	members, ok := splitObject(body, invalid)
	if !ok {
		invalid.Add("", "body.json")
		return
	}
	fields := fieldsByTag(into.Type(), "json")
	for _, m := range members {
		index, known := fields[m.name]
		if !known {
			invalid.Add(m.name, "field.unknown")
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(m.value))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(into.Field(index).Addr().Interface()); err != nil {
			addJSONError(m.name, err, invalid)
		}
	}
}

type member struct {
	name  string
	value json.RawMessage
}

// splitObject is the members of an object in their order. A name that stands
// twice is a mistake: two readers of the same bytes could take either. ok is
// false where the body is not exactly one object.
func splitObject(body []byte, invalid *lifecycle.Invalid) (members []member, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, false
	}
	seen := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		m := member{name: token.(string)}
		if err := decoder.Decode(&m.value); err != nil {
			return nil, false
		}
		if seen[m.name] {
			invalid.Add(m.name, "field.twice")
			continue
		}
		seen[m.name] = true
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

// fieldsByTag is the index of each field of a struct by its name in the tag.
// A T without tags would silently take nothing, so it is a panic.
func fieldsByTag(t reflect.Type, tag string) map[string]int {
	fields := map[string]int{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get(tag), ",")
		if name != "" && name != "-" {
			fields[name] = i
		}
	}
	if len(fields) == 0 {
		panic("web: " + t.String() + " has no field with a " + tag + " tag")
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
