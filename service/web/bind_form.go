package web

import (
	"encoding"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"quitclaim/service/lifecycle"
)

// readForm fills the struct from a form or a query. Fields that the struct
// does not know are left alone, for browsers send the names of buttons; a
// field that comes twice where one is meant is a mistake.
func readForm(form url.Values, into reflect.Value, invalid *lifecycle.Invalid) {
	fields := fieldsByTag(into.Type(), "form")
	if len(fields) == 0 {
		invalid.Add("Content-Type", "body.type")
		return
	}
	for name, index := range fields {
		values := form[name]
		if len(values) == 0 {
			continue
		}
		field := into.Field(index)
		if field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.String {
			setStrings(field, values)
			continue
		}
		if len(values) > 1 {
			invalid.Add(name, "field.twice")
			continue
		}
		if !setText(field, values[0]) {
			invalid.Add(name, "field.type")
		}
	}
}

func setStrings(field reflect.Value, values []string) {
	list := reflect.MakeSlice(field.Type(), len(values), len(values))
	for i, value := range values {
		list.Index(i).SetString(strings.ToValidUTF8(value, "\uFFFD"))
	}
	field.Set(list)
}

// setText is false where the text does not fit the field's type. An empty text
// is the zero value: that is how browsers send a field left out.
func setText(field reflect.Value, text string) bool {
	if text == "" {
		return true
	}
	if !utf8.ValidString(text) {
		return false
	}
	if reader, ok := field.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return reader.UnmarshalText([]byte(text)) == nil
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
		return true
	case reflect.Bool:
		return setBool(field, text)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, field.Type().Bits())
		field.SetInt(n)
		return err == nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, field.Type().Bits())
		field.SetUint(n)
		return err == nil
	}
	panic("web: forms cannot fill a " + field.Type().String())
}

func setBool(field reflect.Value, text string) bool {
	switch text {
	case "on", "true", "1", "yes":
		field.SetBool(true)
	case "off", "false", "0", "no":
		field.SetBool(false)
	default:
		return false
	}
	return true
}
