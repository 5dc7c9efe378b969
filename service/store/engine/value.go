package engine

import (
	"fmt"
	"time"

	"quitclaim/service/lifecycle"
)

// At is an instant as a parameter: BIGINT milliseconds, NULL for the zero time.
func At(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

// Opt is a text as a parameter: NULL for the empty one.
func Opt[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// Instant reads a BIGINT of milliseconds into a time, NULL into the zero time.
type Instant struct{ To *time.Time }

// Scan implements sql.Scanner.
func (i Instant) Scan(value any) error {
	switch ms := value.(type) {
	case nil:
		*i.To = time.Time{}
	case int64:
		*i.To = time.UnixMilli(ms).UTC()
	default:
		return fmt.Errorf("instant of type %T", value)
	}
	return nil
}

// Text reads a TEXT into any kind of string, NULL into the empty one.
type Text[T ~string] struct{ To *T }

// TextTo makes a Text without naming its type.
func TextTo[T ~string](to *T) Text[T] { return Text[T]{to} }

// String implements fmt.Stringer: what was read.
func (t Text[T]) String() string { return string(*t.To) }

// Scan implements sql.Scanner.
func (t Text[T]) Scan(value any) error {
	switch text := value.(type) {
	case nil:
		*t.To = ""
	case string:
		*t.To = T(text)
	case []byte:
		*t.To = T(text)
	default:
		return fmt.Errorf("text of type %T", value)
	}
	return nil
}

// Texts are the texts that were read into columns of TEXT: of a row that cannot
// be read whole they are its name. What was not come to is empty.
func Texts(columns []any) []string {
	list := make([]string, len(columns))
	for i, column := range columns {
		switch text := column.(type) {
		case *string:
			list[i] = *text
		case fmt.Stringer:
			list[i] = text.String()
		}
	}
	return list
}

// Taken is the mistake of a field whose value must be unique and is another's
// already, unless looking for that failed with err.
func Taken(field, code string, err error) error {
	if err != nil {
		return err
	}
	var mistakes lifecycle.Invalid
	mistakes.Add(field, code)
	return mistakes.Err()
}
