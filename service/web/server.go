package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"quitclaim/service/web/assets"
	"quitclaim/service/web/messages"
)

// How long a connection may take for each part. Event streams lift the read
// and the write limit for themselves.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 40 * time.Second // more than a handler may take, so that its 503 still gets out
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
)

// Server is the shell: make one, let the rooms mount their routes, serve.
type Server struct {
	config   Config
	external *url.URL
	echo     *echo.Echo
	routes   *Routes
	sessions *scs.SessionManager
	origins  *http.CrossOriginProtection
	chooser  *messages.Chooser // finds the reader's language
	assets   *assets.Set
	pages    *Pages // the shell's own: the error page
	notFound notFoundBodies
	flights  flights
	pictures turns
	draining chan struct{} // closed when the server begins to end
}

// New is a server with the shell's own routes: /, /healthz, the assets.
func New(config Config) (*Server, error) {
	external, err := config.check()
	if err != nil {
		return nil, err
	}
	s := &Server{config: config, external: external, pictures: newTurns(), draining: make(chan struct{})}
	s.chooser = messages.NewChooser(config.Language)
	if s.assets, err = assets.Embedded(); err != nil {
		return nil, err
	}
	if s.pages, err = ParsePages(shellPages()); err != nil {
		return nil, err
	}
	if s.notFound, err = s.renderNotFound(); err != nil {
		return nil, err
	}
	if s.origins, err = crossOrigin(external); err != nil {
		return nil, err
	}
	s.sessions = s.newSessions()
	s.echo = echo.New()
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.HTTPErrorHandler = s.answerError
	// The order is fixed: each may rely on those above it. What depends on the
	// route's action follows in Routes.add.
	s.echo.Use(s.attach, s.logRequest, s.recoverPanic, s.secureHeaders, s.refuseCrossOrigin)
	s.routes = &Routes{server: s, actions: map[string]Route{}}
	s.mountShell()
	return s, nil
}

// Routes is where rooms register theirs.
func (s *Server) Routes() *Routes { return s.routes }

// Handler is the whole server as a handler.
func (s *Server) Handler() http.Handler { return s.echo }

// Serve answers on the listener until ctx ends; then it takes no new requests,
// ends event streams, waits for open requests for the drain time and returns
// nil.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.echo,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          quietLog(s.config.Log),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	close(s.draining)
	// ctx is over; open requests get a time of their own.
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.DrainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		if !errors.Is(err, context.DeadlineExceeded) {
			return fmt.Errorf("drain: %w", err)
		}
		if err := server.Close(); err != nil {
			return fmt.Errorf("close after draining: %w", err)
		}
	}
	return nil
}

type serverKey struct{}

// attach lets the package's functions find the server of a request.
func (s *Server) attach(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := s.config.NewID()
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		ctx := context.WithValue(c.Request().Context(), serverKey{}, s)
		c.SetRequest(c.Request().WithContext(ctx))
		return next(c)
	}
}

func serverOf(c echo.Context) *Server {
	s, ok := c.Request().Context().Value(serverKey{}).(*Server)
	if !ok {
		panic("web: the request did not come through web.Server")
	}
	return s
}

// requestID is the id given by attach.
func requestID(c echo.Context) string {
	return c.Response().Header().Get(echo.HeaderXRequestID)
}
