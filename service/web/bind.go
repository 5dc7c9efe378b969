package web

import (
	"fmt"
	"io"
	"mime"
	"net/url"
	"reflect"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
)

// Bind reads the body into a T, a struct: strict JSON by its json tags, or a
// form by its form tags; then checks it by its validate tags. Every mistake
// comes back at once, in a *lifecycle.Invalid, beside the T as far as it could
// be read, so that a page can show the form again.
func Bind[T any](c echo.Context) (T, error) {
	var into T
	var invalid lifecycle.Invalid
	media, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	switch {
	case err == nil && media == echo.MIMEApplicationJSON:
		body, err := io.ReadAll(c.Request().Body)
		if err != nil {
			return into, fmt.Errorf("read body: %w", err)
		}
		readJSON(body, reflect.ValueOf(&into).Elem(), &invalid)
	case isForm(c):
		form, err := c.FormParams()
		if err != nil {
			return into, fmt.Errorf("read form: %w", asInvalid(err, "body.form"))
		}
		readForm(form, reflect.ValueOf(&into).Elem(), &invalid)
	default:
		invalid.Add("Content-Type", "body.type")
		return into, invalid.Err()
	}
	validateInto(into, &invalid)
	return into, invalid.Err()
}

// BindQuery reads the query into a T by its form tags and checks it like Bind.
func BindQuery[T any](c echo.Context) (T, error) {
	var into T
	var invalid lifecycle.Invalid
	readForm(c.QueryParams(), reflect.ValueOf(&into).Elem(), &invalid)
	validateInto(into, &invalid)
	return into, invalid.Err()
}

// Mistakes is the mistakes in an input, nil where err is something else. Pages
// use it to show the form again.
func Mistakes(err error) *lifecycle.Invalid {
	if invalid, ok := asType[*lifecycle.Invalid](err); ok {
		return invalid
	}
	return nil
}

// Param is a path parameter as it was meant: a serial may hold an escaped
// slash.
func Param(c echo.Context, name string) string {
	value := c.Param(name)
	if c.Request().URL.RawPath == "" {
		return value // net/http has unescaped the path already
	}
	if unescaped, err := url.PathUnescape(value); err == nil {
		return unescaped
	}
	return value
}

// IsForm reports whether the body is a form.
func IsForm(c echo.Context) bool { return isForm(c) }

func isForm(c echo.Context) bool {
	media, _, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	return err == nil && (media == echo.MIMEApplicationForm || media == echo.MIMEMultipartForm)
}
