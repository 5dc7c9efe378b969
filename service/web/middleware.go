package web

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// maxBody is the longest body of a request unless Config.BodyLimits says
// otherwise (DESIGN section 7).
const maxBody = 64 << 10

// recoverPanic turns a panic into an error, logged with its stack.
func (s *Server) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			r := recover()
			if r == nil {
				return
			}
			if r == http.ErrAbortHandler { //nolint:errorlint // net/http compares it this way too
				panic(r)
			}
			err = &panicError{value: r, stack: string(debug.Stack())}
		}()
		return next(c)
	}
}

// panicError is a panic on its way to the error handler, which logs the stack.
type panicError struct {
	value any
	stack string
}

// Error is what was panicked with; the stack is for the log alone.
func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

const (
	// contentPolicy lets a page run what this server sent as a file, and
	// nothing else: no inline script or style, no other host, no frame.
	contentPolicy = "default-src 'none'; script-src 'self'%s; style-src 'self'; img-src 'self' blob:; " +
		"connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; " +
		"base-uri 'none'; frame-ancestors 'none'"
	// wasmPolicy is added to script-src where a page decodes pictures.
	wasmPolicy = " 'wasm-unsafe-eval'"
)

// secureHeaders sets what holds for every answer. Handlers that serve public,
// unchanging bytes override Cache-Control by Cacheable.
func (s *Server) secureHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	policy := fmt.Sprintf(contentPolicy, "")
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("Permissions-Policy", permissions("()"))
		header.Set("X-Content-Type-Options", "nosniff")
		// Not no-referrer: browsers would then send "Origin: null" with forms,
		// and over plain http nothing else tells our pages from others.
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		if s.https() {
			header.Set("Strict-Transport-Security", "max-age=63072000")
		}
		return next(c)
	}
}

// AllowWasm lets this one page compile WebAssembly: the scanner's decoder.
func AllowWasm(c echo.Context) {
	c.Response().Header().Set("Content-Security-Policy", fmt.Sprintf(contentPolicy, wasmPolicy))
}

func (s *Server) https() bool { return s.external.Scheme == "https" }

// crossOrigin refuses changes that another site's page sends in our user's
// name. Our own address is named, for a proxy may change the Host header.
func crossOrigin(external *url.URL) (*http.CrossOriginProtection, error) {
	protection := http.NewCrossOriginProtection()
	if err := protection.AddTrustedOrigin(external.Scheme + "://" + external.Host); err != nil {
		return nil, fmt.Errorf("trust our own origin: %w", err)
	}
	return protection, nil
}

func (s *Server) refuseCrossOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := s.origins.Check(c.Request()); err != nil {
			return errCrossOrigin
		}
		return next(c)
	}
}

var (
	errCrossOrigin = fmt.Errorf("request from another site: %w", lifecycle.ErrForbidden)
	errTooLarge    = errors.New("body too large")
)

// limitBody ends a body that is too long, before it is read where its length
// is announced.
func (s *Server) limitBody(action access.Action, rule access.Rule) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			request, limit := c.Request(), s.bodyLimit(c, action, rule)
			if request.ContentLength > limit {
				return errTooLarge
			}
			request.Body = http.MaxBytesReader(c.Response(), request.Body, limit)
			return next(c)
		}
	}
}

// authorise holds the principal against the access table.
func (s *Server) authorise(action access.Action) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := access.Check(Principal(c), action); err != nil {
				return err
			}
			return next(c)
		}
	}
}

// Principal is who calls.
func Principal(c echo.Context) access.Principal { return access.From(c.Request().Context()) }

type untimedKey struct{}

// limitTime gives the handler a deadline, which store and clouds obey, so that
// an overloaded server says so instead of queueing without end. Streams go
// back to the context without it.
func (s *Server) limitTime(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		untimed := c.Request().Context()
		ctx, cancel := context.WithTimeout(untimed, s.config.RequestTimeout)
		defer cancel()
		ctx = context.WithValue(ctx, untimedKey{}, untimed)
		c.SetRequest(c.Request().WithContext(ctx))
		return next(c)
	}
}

// logRequest writes the one line per request and has errors answered, so that
// the line tells the status that went out. It names the route's pattern, never
// the path: paths hold serials and codes.
func (s *Server) logRequest(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.config.Now()
		if err := next(c); err != nil {
			c.Error(err)
		}
		route := c.Path()
		if route == "" {
			route = "none"
		}
		ctx := c.Request().Context()
		s.config.Log.LogAttrs(ctx, slog.LevelInfo, "request",
			slog.String("request_id", requestID(c)),
			slog.String("method", c.Request().Method),
			slog.String("route", route),
			slog.Int("status", c.Response().Status),
			slog.Int64("bytes", c.Response().Size),
			slog.Duration("took", s.config.Now().Sub(start)),
			slog.String("principal", access.From(ctx).Key()),
		)
		return nil
	}
}

// quietLog takes what net/http itself has to say (handshakes, broken peers).
func quietLog(logger *slog.Logger) *log.Logger {
	return slog.NewLogLogger(logger.Handler(), slog.LevelDebug)
}
