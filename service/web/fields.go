package web

import (
	"fmt"
	"slices"
	"strings"

	"quitclaim/service/lifecycle"
)

// textFunc is the template function t.
type textFunc func(code string, args ...any) (string, error)

// fieldAttrs are the attributes that a template may set on an input.
var fieldAttrs = []string{"autocomplete", "autocapitalize", "inputmode", "maxlength", "min", "max", "pattern", "enterkeyhint", "list"}

// newField makes the view of the part "field":
//
//	{{template "field" (field "serial" "desk.serial" .Form.Serial .Mistakes "required" "help=desk.serial-help")}}
//
// Behind the mistakes (a *lifecycle.Invalid, or nil) stand "required",
// "autofocus", "type=…", "help=<code>" and the attributes of fieldAttrs.
func newField(text textFunc) func(name, label, value string, mistakes *lifecycle.Invalid, options ...string) (fieldView, error) {
	return func(name, label, value string, mistakes *lifecycle.Invalid, options ...string) (fieldView, error) {
		view, err := baseField(text, name, label, mistakes)
		if err != nil {
			return view, err
		}
		view.Value, view.Type = value, "text"
		return view, view.apply(text, options)
	}
}

// newChoice makes the view of the part "choice", one of a few:
//
//	{{template "choice" (choice "condition" "desk.condition" .Form.Condition .Mistakes .Conditions)}}
func newChoice(text textFunc) func(name, label, value string, mistakes *lifecycle.Invalid, of []Option, options ...string) (fieldView, error) {
	return func(name, label, value string, mistakes *lifecycle.Invalid, of []Option, options ...string) (fieldView, error) {
		view, err := baseField(text, name, label, mistakes)
		if err != nil {
			return view, err
		}
		view.Value, view.Options = value, of
		return view, view.apply(text, options)
	}
}

// newCheck makes the view of the part "check", yes or no:
//
//	{{template "check" (check "customer_present" "desk.customer-present" .Form.Present .Mistakes)}}
func newCheck(text textFunc) func(name, label string, checked bool, mistakes *lifecycle.Invalid, options ...string) (fieldView, error) {
	return func(name, label string, checked bool, mistakes *lifecycle.Invalid, options ...string) (fieldView, error) {
		view, err := baseField(text, name, label, mistakes)
		if err != nil {
			return view, err
		}
		view.Checked = checked
		return view, view.apply(text, options)
	}
}

func baseField(text textFunc, name, label string, mistakes *lifecycle.Invalid) (fieldView, error) {
	sentence, err := text(label)
	view := fieldView{Name: name, Label: sentence}
	if mistakes != nil {
		for _, reason := range mistakes.Reasons {
			if reason.Field == name {
				view.Mistakes = append(view.Mistakes, reason)
			}
		}
	}
	return view, err
}

// apply refuses an option that it does not know: a misspelt one would be lost
// without a sign.
func (v *fieldView) apply(text textFunc, options []string) error {
	for _, option := range options {
		name, value, _ := strings.Cut(option, "=")
		switch {
		case name == "required":
			v.Required = true
		case name == "type":
			v.Type = value
		case name == "help":
			sentence, err := text(value)
			if err != nil {
				return err
			}
			v.Help = sentence
		case name == "autofocus" || slices.Contains(fieldAttrs, name):
			v.Attrs = append(v.Attrs, attr{name, value})
		default:
			return fmt.Errorf("field %s: unknown option %q", v.Name, option)
		}
	}
	return nil
}

// Attr is the value of an attribute, empty where it was not set.
func (v fieldView) Attr(name string) string {
	for _, a := range v.Attrs {
		if a.Name == name {
			return a.Value
		}
	}
	return ""
}

// Has reports whether an attribute was set.
func (v fieldView) Has(name string) bool {
	return slices.ContainsFunc(v.Attrs, func(a attr) bool { return a.Name == name })
}

// Describe is the ids of the elements that explain the field, for
// aria-describedby.
func (v fieldView) Describe() string {
	var ids []string
	if v.Help != "" {
		ids = append(ids, v.Name+"-help")
	}
	if len(v.Mistakes) > 0 {
		ids = append(ids, v.Name+"-mistake")
	}
	return strings.Join(ids, " ")
}
