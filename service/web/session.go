package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// How long a session lives: OWASP ASVS 5.0 section 7.3 asks for an end after
// rest and for one in any case. A shift has eight hours.
const (
	SessionIdle     = 8 * time.Hour
	SessionAbsolute = 24 * time.Hour
	// sessionTouch is how often a session in use writes down that it is: not
	// on each request, for every one would be a durable write.
	sessionTouch = 5 * time.Minute
)

// What a session holds. Instants are unix milliseconds.
const (
	sessionPerson     = "person"
	sessionGeneration = "generation"
	sessionID         = "id"
	sessionSince      = "since"
	sessionSeen       = "seen"
	sessionMeans      = "means"
	sessionVerified   = "verified" // absent: nothing was verified
	sessionBrowser    = "browser"
	sessionSystem     = "system"
)

func (s *Server) newSessions() *scs.SessionManager {
	manager := scs.New()
	manager.Store = sessionStore{s.config.Sessions}
	manager.Lifetime = SessionAbsolute
	manager.HashTokenInStore = true // who reads the database must not be able to sign in
	manager.Cookie.Name = "quitclaim"
	manager.Cookie.Path = "/"
	manager.Cookie.HttpOnly = true
	manager.Cookie.SameSite = http.SameSiteLaxMode
	manager.Cookie.Persist = false // ends with the browser: desks are shared
	manager.Cookie.Secure = s.https()
	if s.https() {
		manager.Cookie.Name = "__Host-quitclaim" // RFC 6265bis section 4.1.3.2
	}
	return manager
}

// StartSession signs a person in who has proved by this means who they are: a
// new session token, always, so that one planted before sign-in is worth
// nothing. generation is the person's present one.
func StartSession(c echo.Context, person lifecycle.PersonID, generation int64, means access.Means) error {
	s := serverOf(c)
	return s.startSession(c, person, generation, means, s.config.Now())
}

// StartSessionProvedAt is StartSession for somebody whose proof is older than
// this request: a provider let them through because they had signed in there
// before. Zero: nobody knows when, and so nothing is freshly proved.
func StartSessionProvedAt(c echo.Context, person lifecycle.PersonID, generation int64, means access.Means, at time.Time) error {
	return serverOf(c).startSession(c, person, generation, means, at)
}

func (s *Server) startSession(c echo.Context, person lifecycle.PersonID, generation int64, means access.Means, provedAt time.Time) error {
	ctx, err := s.loadSession(c)
	if err != nil {
		return err
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	if err := s.putStation(ctx, c, means == access.MeansPIN); err != nil {
		return err
	}
	secret := s.secretOfBrowser(c, means)
	now := s.config.Now()
	browser, system := describeAgent(c.Request().UserAgent())
	s.sessions.SetDeadline(ctx, now.Add(SessionAbsolute))
	s.sessions.Put(ctx, sessionPerson, string(person))
	s.sessions.Put(ctx, sessionGeneration, generation)
	s.sessions.Put(ctx, sessionID, "ses_"+s.config.NewID())
	s.sessions.Put(ctx, sessionSince, now.UnixMilli())
	s.sessions.Put(ctx, sessionSeen, now.UnixMilli())
	s.sessions.Put(ctx, sessionBrowser, browser)
	s.sessions.Put(ctx, sessionSystem, system)
	s.putProof(ctx, means, provedAt)
	token, expiry, err := s.sessions.Commit(s.named(ctx, secret))
	if err != nil {
		return fmt.Errorf("commit session: %w", err)
	}
	s.writeSessionCookie(ctx, c, token, expiry)
	if secret != "" {
		KeepForReturn(c, browserCookie, secret, access.BrowserFor)
	}
	return nil
}

// browserCookie is the name of the secret that a browser keeps across sessions,
// so that people hear of a sign-in elsewhere. It opens nothing. It comes back
// from a provider, too.
const browserCookie = "browser"

// secretOfBrowser is what this browser has, or a new one; empty for a PIN, which
// is good at a station alone.
func (s *Server) secretOfBrowser(c echo.Context, means access.Means) string {
	if means == access.MeansPIN {
		return ""
	}
	secret := KeptInBrowser(c, browserCookie)
	if len(secret) != len(access.NewToken()) {
		return access.NewToken()
	}
	return secret
}

// putProof notes how the person proved who they are, and when, if that is a
// proof that changes may ask for.
func (s *Server) putProof(ctx context.Context, means access.Means, at time.Time) {
	s.sessions.Put(ctx, sessionMeans, string(means))
	s.sessions.Remove(ctx, sessionVerified)
	if means.Verifies(false) && !at.IsZero() {
		s.sessions.Put(ctx, sessionVerified, at.UnixMilli())
	}
}

// EndSession signs this browser out. Ending every session of a person is
// advancing their generation, in the store.
func EndSession(c echo.Context) error {
	s := serverOf(c)
	ctx, err := s.loadSession(c)
	if err != nil {
		return err
	}
	if err := s.sessions.Destroy(ctx); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	s.writeSessionCookie(ctx, c, "", time.Time{})
	return nil
}

func (s *Server) loadSession(c echo.Context) (context.Context, error) {
	token := ""
	if cookie, err := c.Cookie(s.sessions.Cookie.Name); err == nil {
		token = cookie.Value
	}
	ctx, err := s.sessions.Load(c.Request().Context(), token)
	if err != nil {
		return nil, fmt.Errorf("load session: %w", err)
	}
	return ctx, nil
}

func (s *Server) writeSessionCookie(ctx context.Context, c echo.Context, token string, expiry time.Time) {
	s.sessions.WriteSessionCookie(ctx, c.Response(), token, expiry)
	c.Response().Header().Set("Cache-Control", "no-store") // scs adds a weaker one
}

// authenticate finds out who calls: by bearer token, else by session, else
// nobody. A wrong token is refused even where anyone may come, for its sender
// believes to be somebody; a session that ended only makes an anonymous.
func (s *Server) authenticate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		principal, err := s.principalOf(c)
		if err != nil {
			return err
		}
		c.SetRequest(c.Request().WithContext(access.With(c.Request().Context(), principal)))
		return next(c)
	}
}

func (s *Server) principalOf(c echo.Context) (access.Principal, error) {
	if header := c.Request().Header.Get(echo.HeaderAuthorization); header != "" {
		return s.principalOfBearer(c, header)
	}
	if _, err := c.Cookie(s.sessions.Cookie.Name); err != nil {
		return access.Anonymous(), nil
	}
	principal, err := s.principalOfSession(c)
	if errors.Is(err, errCovered) {
		c.Set(coveredKey, true)
	}
	if errors.Is(err, lifecycle.ErrUnauthenticated) {
		return access.Anonymous(), nil
	}
	return principal, err
}

func (s *Server) principalOfBearer(c echo.Context, header string) (access.Principal, error) {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return access.Principal{}, fmt.Errorf("authorization is no bearer token: %w", lifecycle.ErrUnauthenticated)
	}
	onBehalfOf := lifecycle.PersonID(c.Request().Header.Get("On-Behalf-Of"))
	principal, err := s.config.Authenticator.PrincipalOfToken(c.Request().Context(), access.TokenHash(token), onBehalfOf)
	if err != nil {
		return access.Principal{}, fmt.Errorf("token: %w", err)
	}
	return principal, nil
}

// principalOfSession finds whose session it is, and writes down that it is in
// use.
func (s *Server) principalOfSession(c echo.Context) (access.Principal, error) {
	ctx, err := s.loadSession(c)
	if err != nil {
		return access.Principal{}, err
	}
	principal, touch, err := s.heldSession(ctx, c)
	if err != nil {
		return access.Principal{}, err
	}
	now := s.config.Now()
	if now.Sub(s.instant(ctx, sessionSeen)) >= touch {
		s.sessions.Put(ctx, sessionSeen, now.UnixMilli())
		// With no room to write it down the session just ages on: that ends it
		// sooner, and reading goes on meanwhile.
		if _, _, err := s.sessions.Commit(context.WithValue(ctx, touching{}, true)); err != nil && !errors.Is(err, lifecycle.ErrBusy) {
			return access.Principal{}, fmt.Errorf("touch session: %w", err)
		}
	}
	return principal, nil
}

// heldSession is whose session it is, and how often it writes down that it is
// in use.
func (s *Server) heldSession(ctx context.Context, c echo.Context) (access.Principal, time.Duration, error) {
	person := lifecycle.PersonID(s.sessions.GetString(ctx, sessionPerson))
	now, seen := s.config.Now(), s.instant(ctx, sessionSeen)
	if person == "" || !now.Before(s.sessions.Deadline(ctx)) || now.Sub(seen) >= SessionIdle {
		return access.Principal{}, 0, fmt.Errorf("session over: %w", lifecycle.ErrUnauthenticated)
	}
	principal, err := s.config.Authenticator.PrincipalOfPerson(ctx, person, s.sessions.GetInt64(ctx, sessionGeneration))
	if err != nil {
		return access.Principal{}, 0, fmt.Errorf("session: %w", err)
	}
	principal.Means = access.Means(s.sessions.GetString(ctx, sessionMeans))
	principal.VerifiedAt = s.instant(ctx, sessionVerified)
	return s.atStation(ctx, c, principal, now.Sub(seen))
}

// instant is an instant that the session holds, zero where it holds none.
func (s *Server) instant(ctx context.Context, key string) time.Time {
	if !s.sessions.Exists(ctx, key) {
		return time.Time{}
	}
	return time.UnixMilli(s.sessions.GetInt64(ctx, key)).UTC()
}

// LocalPath is next where it is a path of this server, else "/": a sign-in
// page must not send people to another site.
func LocalPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return "/"
	}
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}
