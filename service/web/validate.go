package web

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/go-playground/validator/v10"

	"quitclaim/service/lifecycle"
)

// validate checks shapes, made once: it caches what it learns of each type.
// Beside validator's own tags it knows:
//
//	printable   no control characters, valid UTF-8
//	gtin        8, 12, 13 or 14 digits with a right check digit
//	brand       a brand as DESIGN section 2 writes it
//	serial      a serial as DESIGN section 2 writes it
//	id=unt      an id of ours with this prefix
var validate = sync.OnceValue(func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(fieldName)
	for tag, check := range map[string]validator.Func{
		"printable": func(f validator.FieldLevel) bool { return isPrintable(f.Field().String()) },
		"gtin":      func(f validator.FieldLevel) bool { return isGTIN(f.Field().String()) },
		"brand":     func(f validator.FieldLevel) bool { return keyFits(f.Field().String(), "0") },
		"serial":    func(f validator.FieldLevel) bool { return keyFits("x", f.Field().String()) },
		"id":        func(f validator.FieldLevel) bool { return isID(f.Field().String(), f.Param()) },
	} {
		if err := v.RegisterValidation(tag, check); err != nil {
			panic("web: validator " + tag + ": " + err.Error())
		}
	}
	return v
})

// validateInto adds every mistake that the tags find, except in fields that
// could not even be read, sorted by field.
func validateInto(input any, invalid *lifecycle.Invalid) {
	if lifecycle.HasReason(invalid.Reasons, "body.json") || lifecycle.HasReason(invalid.Reasons, "body.type") {
		return // nothing was read: "required" for each field would be noise
	}
	var failures validator.ValidationErrors
	if err := validate().Struct(input); err != nil && !errors.As(err, &failures) {
		panic("web: " + err.Error()) // not a struct: a programmer's mistake
	}
	for _, failure := range failures {
		_, field, _ := strings.Cut(failure.Namespace(), ".")
		if hasMistake(invalid, field) {
			continue
		}
		reason := lifecycle.Reason{Code: "field." + failure.Tag(), Field: field}
		if param := failure.Param(); param != "" {
			reason.Args = map[string]string{failure.Tag(): strings.ReplaceAll(param, " ", ", ")}
		}
		invalid.Reasons = append(invalid.Reasons, reason)
	}
	slices.SortStableFunc(invalid.Reasons, func(a, b lifecycle.Reason) int { return cmp.Compare(a.Field, b.Field) })
}

// fieldName calls a field what the client calls it.
func fieldName(field reflect.StructField) string {
	for _, tag := range []string{"json", "form"} {
		if name, _, _ := strings.Cut(field.Tag.Get(tag), ","); name != "" && name != "-" {
			return name
		}
	}
	return field.Name
}

func isPrintable(s string) bool {
	if strings.ToValidUTF8(s, "") != s {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 })
}

// isGTIN checks the length and the check digit (GS1 General Specifications
// section 7.9).
func isGTIN(s string) bool {
	if !slices.Contains([]int{8, 12, 13, 14}, len(s)) {
		return false
	}
	sum := 0
	for i := range len(s) {
		digit := int(s[i]) - '0'
		if digit < 0 || digit > 9 {
			return false
		}
		if (len(s)-i)%2 == 0 { // counted from the right, every second digit weighs three
			digit *= 3
		}
		sum += digit
	}
	return sum%10 == 0
}

func keyFits(brand, serial string) bool {
	_, err := lifecycle.ParseUnitKey(brand, serial)
	return err == nil
}

// idLength is the random part of an id: 26 base32 characters.
const idLength = 26

func isID(s, prefix string) bool {
	random, ok := strings.CutPrefix(s, prefix+"_")
	if !ok || len(random) != idLength {
		return false
	}
	return !strings.ContainsFunc(random, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '2' || r > '7') })
}
