package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

// JSON answers with v as JSON.
func JSON(c echo.Context, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return c.Blob(status, echo.MIMEApplicationJSON, body)
}

// SeeOther sends the browser to a page after a form (303), so that reloading
// does not send the form again.
func SeeOther(c echo.Context, path string) error { return c.Redirect(http.StatusSeeOther, path) }

// Cacheable lets anybody keep the answer: for public bytes alone. Zero age
// means keep and ask again.
func Cacheable(c echo.Context, age time.Duration, immutable bool) {
	value := "public, max-age=" + strconv.Itoa(int(age/time.Second))
	if immutable {
		value += ", immutable"
	}
	c.Response().Header().Set("Cache-Control", value)
}

// Time is an instant in JSON: RFC 3339, UTC, milliseconds; null when zero.
type Time time.Time

// timeFormat is fixed width, so that instants sort as text.
const timeFormat = "2006-01-02T15:04:05.000Z"

// MarshalJSON writes the instant.
func (t Time) MarshalJSON() ([]byte, error) {
	if time.Time(t).IsZero() {
		return []byte("null"), nil
	}
	return []byte(`"` + time.Time(t).UTC().Format(timeFormat) + `"`), nil
}

// UnmarshalJSON reads any RFC 3339 instant.
func (t *Time) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*t = Time{}
		return nil
	}
	var read time.Time
	if err := json.Unmarshal(text, &read); err != nil {
		return err
	}
	*t = Time(read.UTC().Truncate(time.Millisecond))
	return nil
}

// UnmarshalText reads an RFC 3339 instant out of a form or a query.
func (t *Time) UnmarshalText(text []byte) error {
	read, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return err
	}
	*t = Time(read.UTC().Truncate(time.Millisecond))
	return nil
}
