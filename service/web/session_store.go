package web

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// SessionStore keeps the sealed data of sessions under the hash of their
// token.
type SessionStore interface {
	FindSession(ctx context.Context, tokenHash string) (data []byte, found bool, err error)
	CommitSession(ctx context.Context, session access.Session) error
	// TouchSession writes the data of a session that is there; one that has
	// ended meanwhile stays ended.
	TouchSession(ctx context.Context, tokenHash string, data []byte, expiry time.Time) error
	// RenewSession gives a session that is there another token; one that has
	// ended meanwhile stays ended, and renewed is false.
	RenewSession(ctx context.Context, oldHash string, session access.Session) (renewed bool, err error)
	DeleteSession(ctx context.Context, tokenHash string) error

	SessionsOf(ctx context.Context, person lifecycle.PersonID) ([]access.Session, error)
	// EndSessionOf ends one session of the person; what is not theirs is
	// lifecycle.ErrNotFound.
	EndSessionOf(ctx context.Context, person lifecycle.PersonID, id string) error
	EndOtherSessions(ctx context.Context, person lifecycle.PersonID, but string) error
}

// sessionStore shows our small store to scs, which asks for the methods
// without a context too and never calls them.
type sessionStore struct {
	store SessionStore
}

var errNoContext = errors.New("web: session store called without a context")

// Delete implements scs.Store, for calls without a context: there are none.
func (sessionStore) Delete(string) error { return errNoContext }

// Find implements scs.Store, as Delete does.
func (sessionStore) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit implements scs.Store, as Delete does.
func (sessionStore) Commit(string, []byte, time.Time) error { return errNoContext }

// What a commit is, on the context of scs's call.
type (
	// touching marks the commit of a session that was found: it must not bring
	// one back that was ended since.
	touching struct{}
	// renewing carries a place for the hash of the token that the session had:
	// as touching, under another token.
	renewing struct{}
	// naming carries whose session it is, and its name.
	naming struct{}
)

func (a sessionStore) DeleteCtx(ctx context.Context, token string) error {
	if old, ok := ctx.Value(renewing{}).(*string); ok {
		*old = token
		return nil // the commit does both at once
	}
	return a.store.DeleteSession(ctx, token)
}

func (a sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	return a.store.FindSession(ctx, token)
}

func (a sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	if ctx.Value(touching{}) != nil {
		return a.store.TouchSession(ctx, token, data, expiry)
	}
	session, _ := ctx.Value(naming{}).(access.Session)
	session.TokenHash, session.Data, session.ExpiresAt = token, data, expiry
	if old, ok := ctx.Value(renewing{}).(*string); ok {
		renewed, err := a.store.RenewSession(ctx, *old, session)
		if err == nil && !renewed {
			err = fmt.Errorf("session ended: %w", lifecycle.ErrUnauthenticated)
		}
		return err
	}
	return a.store.CommitSession(ctx, session)
}

// named is the context for committing the session as its person's. secret is the
// browser's, where the session begins.
func (s *Server) named(ctx context.Context, secret string) context.Context {
	session := access.Session{
		ID: s.sessions.GetString(ctx, sessionID), Person: lifecycle.PersonID(s.sessions.GetString(ctx, sessionPerson)),
	}
	if secret != "" {
		session.Browser = access.TokenHash(secret)
	}
	return context.WithValue(ctx, naming{}, session)
}
