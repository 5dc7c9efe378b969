package web

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"quitclaim/service/lifecycle"
)

const (
	defaultLimit = 50
	maxLimit     = 200 // DESIGN section 7
	maxCursor    = 1024
)

// Page is which part of a list is asked for.
type Page struct {
	Limit int    // 1 to 200
	After string // a cursor, for DecodeCursor; empty: from the start
}

// PageOf reads "limit" and "after" from the query.
func PageOf(c echo.Context) (Page, error) {
	page := Page{Limit: defaultLimit, After: c.QueryParam("after")}
	text := c.QueryParam("limit")
	if text == "" {
		return page, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > maxLimit {
		return Page{}, &lifecycle.Invalid{Reasons: []lifecycle.Reason{{
			Code: "page.limit", Field: "limit", Args: map[string]string{"max": strconv.Itoa(maxLimit)},
		}}}
	}
	page.Limit = limit
	return page, nil
}

// List is the body of every list. Next is the cursor of the following page,
// left out on the last one.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// NewList is a list whose items are never null in JSON.
func NewList[T any](items []T, next string) List[T] {
	if items == nil {
		items = []T{}
	}
	return List[T]{Items: items, Next: next}
}

// EncodeCursor makes an opaque cursor of the last row's key, part by part. It
// is no secret and no permission: whoever forges one gets rows that they may
// see anyway.
func EncodeCursor(parts ...string) string {
	text, err := json.Marshal(parts)
	if err != nil {
		panic("web: strings do not marshal: " + err.Error()) // cannot happen
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// DecodeCursor is the n parts that EncodeCursor was given. Anything else is
// invalid input on the field "after".
func DecodeCursor(cursor string, n int) ([]string, error) {
	var invalid lifecycle.Invalid
	invalid.Add("after", "page.cursor")
	if len(cursor) > maxCursor {
		return nil, invalid.Err()
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || !utf8.Valid(text) {
		return nil, invalid.Err()
	}
	var parts []string
	if err := json.Unmarshal(text, &parts); err != nil || len(parts) != n {
		return nil, invalid.Err()
	}
	return parts, nil
}

// PositionOf is the part of a list that is asked for, of a list whose position
// is one text.
func PositionOf(c echo.Context) (lifecycle.Page, error) {
	asked, err := PageOf(c)
	if err != nil || asked.After == "" {
		return lifecycle.Page{Limit: asked.Limit}, err
	}
	parts, err := DecodeCursor(asked.After, 1)
	if err != nil {
		return lifecycle.Page{}, err
	}
	return lifecycle.Page{Limit: asked.Limit, After: parts[0]}, nil
}

// NextCursor is the cursor of such a position, empty where there is no more.
func NextCursor(next string) string {
	if next == "" {
		return ""
	}
	return EncodeCursor(next)
}
