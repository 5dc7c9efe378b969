package web

import (
	"context"
	"fmt"
	"net/url"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// PasskeyHolders knows who has a passkey that is good: their password alone
// proves too little.
type PasskeyHolders interface {
	HasPasskey(ctx context.Context, person lifecycle.PersonID) (bool, error)
}

// demandProof lets a change by session through only if its person has proved
// themselves just now. Who comes with a bearer token is let through: the
// program that has the token asks its user.
func (s *Server) demandProof(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if isBearer(c) {
			return next(c)
		}
		fresh, err := s.freshlyVerified(c)
		if err != nil {
			return err
		}
		if !fresh {
			return access.ErrUnverified
		}
		return next(c)
	}
}

func (s *Server) freshlyVerified(c echo.Context) (bool, error) {
	p := Principal(c)
	if !p.FreshlyVerified(false, s.config.Now()) {
		return false, nil // nobody asks the database about what is too old anyway
	}
	has, err := s.hasPasskey(c.Request().Context(), p.Person)
	return p.FreshlyVerified(has, s.config.Now()), err
}

func (s *Server) hasPasskey(ctx context.Context, person lifecycle.PersonID) (bool, error) {
	if s.config.Passkeys == nil {
		return false, nil
	}
	has, err := s.config.Passkeys.HasPasskey(ctx, person)
	if err != nil {
		return false, fmt.Errorf("look for a passkey: %w", err)
	}
	return has, nil
}

// FreshlyVerified reports whether this session's person has proved themselves
// just now, so that a change that asks for it goes through.
func FreshlyVerified(c echo.Context) (bool, error) { return serverOf(c).freshlyVerified(c) }

// Verify notes that this session's person has just proved themselves again, by
// this means. The session gets another token (OWASP ASVS 5.0, 7.2.4): one that
// somebody copied before is worth nothing after.
func Verify(c echo.Context, means access.Means) error {
	s := serverOf(c)
	ctx, err := s.loadSession(c)
	if err != nil {
		return err
	}
	if lifecycle.PersonID(s.sessions.GetString(ctx, sessionPerson)) != Principal(c).Person || Principal(c).ByPIN {
		return fmt.Errorf("verify without a session of one's own: %w", lifecycle.ErrForbidden)
	}
	ctx = context.WithValue(s.named(ctx, ""), renewing{}, new(string))
	deadline := s.sessions.Deadline(ctx)
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	s.sessions.SetDeadline(ctx, deadline) // a proof does not make the day longer
	s.putProof(ctx, means, s.config.Now())
	token, expiry, err := s.sessions.Commit(ctx)
	if err != nil {
		return fmt.Errorf("commit session: %w", err)
	}
	s.writeSessionCookie(ctx, c, token, expiry)
	return nil
}

// verifyPath is where somebody proves themselves and then comes back to the
// page whose form they sent.
func verifyPath(c echo.Context) string {
	next := "/"
	if from, err := url.Parse(c.Request().Referer()); err == nil {
		next = LocalPath(from.RequestURI())
	}
	return "/verify?next=" + url.QueryEscape(next)
}
