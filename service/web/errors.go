package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// kind is what one sort of error becomes: its status and the code under which
// the messages hold title and sentence.
type kind struct {
	match  error
	status int
	code   string
	retry  time.Duration // sent as Retry-After where the error names no time itself
}

// kinds is the one table from error to status, first match wins. An error
// that matches none is ours: 500, without a word about what it was.
var kinds = []kind{
	{match: errCrossOrigin, status: http.StatusForbidden, code: "cross-site"},
	{match: errTooLarge, status: http.StatusRequestEntityTooLarge, code: "too-large"},
	{match: lifecycle.ErrUnauthenticated, status: http.StatusUnauthorized, code: "unauthenticated"},
	{match: access.ErrByPIN, status: http.StatusForbidden, code: "by-pin"},
	{match: access.ErrUnverified, status: http.StatusForbidden, code: codeUnverified},
	{match: lifecycle.ErrForbidden, status: http.StatusForbidden, code: "forbidden"},
	{match: lifecycle.ErrNotFound, status: http.StatusNotFound, code: codeNotFound},
	{match: lifecycle.ErrInvalid, status: http.StatusUnprocessableEntity, code: "invalid"},
	{match: lifecycle.ErrKeyReused, status: http.StatusUnprocessableEntity, code: "key-reused"},
	{match: lifecycle.ErrRefused, status: http.StatusConflict, code: "refused"},
	{match: lifecycle.ErrInFlight, status: http.StatusConflict, code: "in-flight", retry: time.Second},
	{match: lifecycle.ErrStale, status: http.StatusPreconditionFailed, code: "stale"},
	{match: lifecycle.ErrThrottled, status: http.StatusTooManyRequests, code: "throttled", retry: time.Minute},
	{match: lifecycle.ErrBusy, status: http.StatusServiceUnavailable, code: "busy", retry: 2 * time.Second},
	{match: context.DeadlineExceeded, status: http.StatusServiceUnavailable, code: "busy", retry: 5 * time.Second},
	{match: context.Canceled, status: http.StatusServiceUnavailable, code: "busy", retry: time.Second},
}

const (
	codeNotFound   = "not-found"
	codeUnverified = "verify.needed"
)

// internal is what everything else becomes.
var internal = kind{status: http.StatusInternalServerError, code: "internal"}

// kindOf finds an error's row. Echo's own errors (no such route, no such
// method) and net/http's body limit are translated first.
func kindOf(err error) kind {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		err = errTooLarge
	}
	var routing *echo.HTTPError
	if errors.As(err, &routing) {
		switch routing.Code {
		case http.StatusNotFound:
			err = lifecycle.ErrNotFound
		case http.StatusMethodNotAllowed:
			return kind{status: routing.Code, code: "method"}
		case http.StatusBadRequest, http.StatusUnsupportedMediaType:
			err = lifecycle.ErrInvalid
		}
	}
	for _, k := range kinds {
		if errors.Is(err, k.match) {
			return k
		}
	}
	return internal
}

// retryAfter is how long the caller should wait, zero where it need not.
func (k kind) retryAfter(err error) time.Duration {
	var patient interface{ RetryAfter() time.Duration }
	if errors.As(err, &patient) {
		return patient.RetryAfter()
	}
	return k.retry
}

// answerError is echo's error handler: the only place where an error becomes
// an answer.
func (s *Server) answerError(err error, c echo.Context) {
	k := kindOf(err)
	switch {
	case k.status == http.StatusInternalServerError || c.Response().Committed:
		s.logError(c, slog.LevelError, err)
	case k.status == http.StatusServiceUnavailable:
		s.logError(c, slog.LevelWarn, err) // a full disk or a slow store shows here first
	}
	if c.Response().Committed {
		return // a stream, or a body half written: nothing can be said any more
	}
	header := c.Response().Header()
	if wait := k.retryAfter(err); wait > 0 {
		header.Set(echo.HeaderRetryAfter, strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	}
	header.Set("Cache-Control", "no-store")
	if failed := s.writeError(c, k, err); failed != nil {
		s.logError(c, slog.LevelError, failed)
		if !c.Response().Committed {
			c.Response().WriteHeader(http.StatusInternalServerError)
		}
	}
}

func (s *Server) writeError(c echo.Context, k kind, err error) error {
	switch {
	case c.Request().Method == http.MethodHead:
		return c.NoContent(k.status)
	case k.code == codeNotFound:
		return s.notFound.write(c)
	case isAPI(c):
		if k.status == http.StatusUnauthorized {
			c.Response().Header().Set(echo.HeaderWWWAuthenticate, "Bearer")
		}
		return writeProblem(c, problemIn(wordsOf(c), k, err))
	case k.status == http.StatusUnauthorized && !isBearer(c):
		if answered, err := s.keep(c); answered {
			return err
		}
		return SeeOther(c, signInPath(c))
	case k.code == codeUnverified:
		return SeeOther(c, verifyPath(c))
	}
	return s.pages.Render(c, k.status, "error.html", problemIn(wordsOf(c), k, err))
}

func isBearer(c echo.Context) bool { return c.Request().Header.Get(echo.HeaderAuthorization) != "" }

// signInPath brings the reader back to where they were, if that was a page
// and not a change.
func signInPath(c echo.Context) string {
	door := "/sign-in"
	if _, stands, err := Station(c); err == nil && stands {
		door = "/switch"
	}
	if c.Request().Method != http.MethodGet {
		return door
	}
	return door + "?next=" + url.QueryEscape(LocalPath(c.Request().URL.RequestURI()))
}

func (s *Server) logError(c echo.Context, level slog.Level, err error) {
	attrs := []slog.Attr{
		slog.String("request_id", requestID(c)),
		slog.String("route", c.Path()),
		slog.String("error", err.Error()),
	}
	var panicked *panicError
	if errors.As(err, &panicked) {
		attrs = append(attrs, slog.String("stack", panicked.stack))
	}
	s.config.Log.LogAttrs(c.Request().Context(), level, "request failed", attrs...)
}
