package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// StationKeeper knows which browsers are stations.
type StationKeeper interface {
	// StationByToken finds the station whose cookie has this hash, also an
	// ended one; what is nobody's is lifecycle.ErrNotFound.
	StationByToken(ctx context.Context, hash string) (access.Station, error)
}

const (
	sessionStation = "station"
	sessionPIN     = "pin"
	sessionCovered = "covered"

	stationCookie = "quitclaim-station"
	// stationCookieAge is as long as browsers keep a cookie at most: RFC
	// 6265bis section 5.6.2.
	stationCookieAge = 400 * 24 * time.Hour
	// In the echo context: the station of the session, and that it is covered.
	stationKey = "web.station"
	coveredKey = "web.covered"
)

// errCovered is a session at a station where nobody was for a while.
var errCovered = fmt.Errorf("the session is covered: %w", lifecycle.ErrUnauthenticated)

// EnrolBrowser makes this browser a station: whoever has the token of the
// cookie is there. The store keeps its access.TokenHash.
func EnrolBrowser(c echo.Context, token string) {
	s := serverOf(c)
	c.SetCookie(&http.Cookie{
		Name: s.stationCookieName(), Value: token, Path: "/", MaxAge: int(stationCookieAge / time.Second),
		HttpOnly: true, Secure: s.https(), SameSite: http.SameSiteStrictMode,
	})
}

func (s *Server) stationCookieName() string {
	if s.https() {
		return "__Host-" + stationCookie
	}
	return stationCookie
}

// Station is the station that this browser is; one that has ended is none.
func Station(c echo.Context) (station access.Station, ok bool, err error) {
	s := serverOf(c)
	cookie, err := c.Cookie(s.stationCookieName())
	if err != nil || s.config.Stations == nil {
		return access.Station{}, false, nil
	}
	station, err = s.config.Stations.StationByToken(c.Request().Context(), access.TokenHash(cookie.Value))
	if errors.Is(err, lifecycle.ErrNotFound) {
		return access.Station{}, false, nil
	}
	if err != nil {
		return access.Station{}, false, fmt.Errorf("station: %w", err)
	}
	return station, station.Stands(), nil
}

// StartPINSession signs a person in by badge and PIN, at the station that this
// browser is. Whoever was signed in there is not any more. next is the page to
// go on with: the one that is asked for, if this person may see such a page,
// else their first one.
func StartPINSession(c echo.Context, person lifecycle.PersonID, generation int64, next string) (onward string, err error) {
	s := serverOf(c)
	if err := s.startSession(c, person, generation, access.MeansPIN, s.config.Now()); err != nil {
		return "", err
	}
	principal, err := s.config.Authenticator.PrincipalOfPerson(c.Request().Context(), person, generation)
	if err != nil {
		return "", fmt.Errorf("switch: %w", err)
	}
	return s.onward(principal.At("", true), LocalPath(next)), nil
}

// onward is the page, or "/" for whom the access table keeps from it.
func (s *Server) onward(principal access.Principal, path string) string {
	request, err := http.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		return "/"
	}
	found := s.echo.NewContext(request, nil)
	s.echo.Router().Find(http.MethodGet, request.URL.Path, found)
	route, ok := s.routes.actions[http.MethodGet+" "+found.Path()]
	if !ok || !access.Allowed(principal, route.Action) {
		return "/"
	}
	return path
}

// putStation marks a session with the station at which it begins.
func (s *Server) putStation(ctx context.Context, c echo.Context, byPIN bool) error {
	station, ok, err := Station(c)
	if err != nil {
		return err
	}
	if byPIN && !ok {
		return fmt.Errorf("a PIN where there is no station: %w", lifecycle.ErrForbidden)
	}
	s.sessions.Remove(ctx, sessionStation)
	if ok {
		s.sessions.Put(ctx, sessionStation, station.ID)
	}
	s.sessions.Put(ctx, sessionPIN, byPIN)
	s.sessions.Remove(ctx, sessionCovered)
	return nil
}

// atStation is the principal of a session that began at a station, and how
// often the session writes down that it is in use. It is nobody's session once
// the station has ended, in another browser, or when it is covered.
func (s *Server) atStation(ctx context.Context, c echo.Context, p access.Principal, rested time.Duration) (access.Principal, time.Duration, error) {
	id := s.sessions.GetString(ctx, sessionStation)
	if id == "" {
		return p, sessionTouch, nil
	}
	station, ok, err := Station(c)
	if err != nil {
		return p, 0, err
	}
	if !ok || station.ID != id {
		return p, 0, fmt.Errorf("station ended: %w", lifecycle.ErrUnauthenticated)
	}
	// Use is written down four times in the idle time, so it may have been as
	// much longer ago as it looks.
	touch := station.Idle / 4
	if s.sessions.GetBool(ctx, sessionCovered) || rested >= station.Idle+touch {
		return p, 0, errCovered
	}
	c.Set(stationKey, station)
	return p.At(id, s.sessions.GetBool(ctx, sessionPIN)), min(touch, sessionTouch), nil
}

// HeldBy is who is signed in at this station, covered or not.
func HeldBy(c echo.Context) (person lifecycle.PersonID, generation int64, ok bool, err error) {
	s := serverOf(c)
	station, stands, err := Station(c)
	if err != nil || !stands {
		return "", 0, false, err
	}
	ctx, err := s.loadSession(c)
	if err != nil {
		return "", 0, false, err
	}
	person = lifecycle.PersonID(s.sessions.GetString(ctx, sessionPerson))
	seen := s.instant(ctx, sessionSeen)
	now := s.config.Now()
	over := !now.Before(s.sessions.Deadline(ctx)) || now.Sub(seen) >= SessionIdle
	if person == "" || over || s.sessions.GetString(ctx, sessionStation) != station.ID {
		return "", 0, false, nil
	}
	return person, s.sessions.GetInt64(ctx, sessionGeneration), true, nil
}

// Cover hides what is on this station until its person says their PIN.
func Cover(c echo.Context) error {
	return changeCover(c, func(s *Server, ctx context.Context) { s.sessions.Put(ctx, sessionCovered, true) })
}

// Uncover goes on with the session whose person has said their PIN. It is one
// by PIN from then on, whatever it was.
func Uncover(c echo.Context) error {
	return changeCover(c, func(s *Server, ctx context.Context) {
		s.sessions.Remove(ctx, sessionCovered)
		s.sessions.Put(ctx, sessionPIN, true)
		s.putProof(ctx, access.MeansPIN, s.config.Now())
		s.sessions.Put(ctx, sessionSeen, s.config.Now().UnixMilli())
	})
}

func changeCover(c echo.Context, change func(*Server, context.Context)) error {
	s := serverOf(c)
	_, _, held, err := HeldBy(c)
	if err != nil {
		return err
	}
	if !held {
		return fmt.Errorf("nobody is signed in here: %w", lifecycle.ErrUnauthenticated)
	}
	ctx, err := s.loadSession(c)
	if err != nil {
		return err
	}
	change(s, ctx)
	// As a touch: a session that was ended meanwhile stays ended.
	if _, _, err := s.sessions.Commit(context.WithValue(ctx, touching{}, true)); err != nil {
		return fmt.Errorf("cover: %w", err)
	}
	return nil
}
