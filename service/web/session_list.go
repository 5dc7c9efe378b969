package web

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// OpenSession is a session as its own person sees it.
type OpenSession struct {
	ID              string
	Means           access.Means // how they last proved who they are; empty for sessions from before that was noted
	Browser, System string       // proper names, as the browser gave them; empty where it did not
	Since, Seen     time.Time
	Here            bool // the one that asks
}

// OpenSessions lists the sessions of whoever calls: this one first, then by
// when they were last used.
func OpenSessions(c echo.Context) ([]OpenSession, error) {
	s := serverOf(c)
	here, err := s.presentSession(c)
	if err != nil {
		return nil, err
	}
	rows, err := s.config.Sessions.SessionsOf(c.Request().Context(), Principal(c).Person)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	now, list := s.config.Now(), []OpenSession(nil)
	for _, row := range rows {
		deadline, held, err := s.sessions.Codec.Decode(row.Data)
		if err != nil {
			return nil, fmt.Errorf("read session %s: %w", row.ID, err)
		}
		one := openSession(row.ID, held)
		one.Here = one.ID == here
		if now.Before(deadline) && now.Sub(one.Seen) < SessionIdle {
			list = append(list, one)
		}
	}
	slices.SortFunc(list, func(a, b OpenSession) int {
		switch {
		case a.Here:
			return -1
		case b.Here:
			return 1
		}
		return cmp.Or(b.Seen.Compare(a.Seen), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

func openSession(id string, held map[string]any) OpenSession {
	text := func(key string) string {
		value, _ := held[key].(string)
		return value
	}
	instant := func(key string) time.Time {
		value, has := held[key].(int64)
		if !has {
			return time.Time{}
		}
		return time.UnixMilli(value).UTC()
	}
	return OpenSession{
		ID: id, Means: access.Means(text(sessionMeans)), Browser: text(sessionBrowser), System: text(sessionSystem),
		Since: instant(sessionSince), Seen: instant(sessionSeen),
	}
}

// EndSessionOf ends one session of whoever calls, by its id. Another's is
// lifecycle.ErrNotFound.
func EndSessionOf(c echo.Context, id string) error {
	err := serverOf(c).config.Sessions.EndSessionOf(c.Request().Context(), Principal(c).Person, id)
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// EndOtherSessions ends every session of whoever calls but this one.
func EndOtherSessions(c echo.Context) error {
	s := serverOf(c)
	here, err := s.presentSession(c)
	if err != nil {
		return err
	}
	if err := s.config.Sessions.EndOtherSessions(c.Request().Context(), Principal(c).Person, here); err != nil {
		return fmt.Errorf("end other sessions: %w", err)
	}
	return nil
}

// DemandSession refuses a token. What makes another way in (a passkey, a
// provider, an address to which links go) is done in a browser: whoever has
// copied a token must not be able to outlive it.
func DemandSession(c echo.Context) error {
	if isBearer(c) {
		return fmt.Errorf("a way in by token: %w", lifecycle.ErrForbidden)
	}
	return nil
}

// PresentSession is the id of the session that calls, empty for a token: what
// ends a person's other sessions leaves this one.
func PresentSession(c echo.Context) (string, error) { return serverOf(c).presentSession(c) }

// presentSession is the id of the session that calls, empty for a token.
func (s *Server) presentSession(c echo.Context) (string, error) {
	if isBearer(c) {
		return "", nil
	}
	ctx, err := s.loadSession(c)
	if err != nil {
		return "", err
	}
	return s.sessions.GetString(ctx, sessionID), nil
}
