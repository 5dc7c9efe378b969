// Package web is the shell around every room: one list of routes, each with
// its access.Action; one order of middleware; one table from error kind to
// status; sessions, idempotency keys, problem documents, cursors, pages and
// event streams.
//
// Place in the flow: a request comes in here, becomes a principal, is held
// against the access table, and reaches a room's handler as a bound and
// checked input. The handler calls one method of its room and renders; an
// error that it returns is turned into an answer here and nowhere else.
//
// Rooms import it in handler.go alone. It knows no room and no store: whom a
// cookie or a token stands for, it asks the Authenticator.
//
// It trusts the listener in front of it for TLS, and nothing that a request
// says of itself.
package web
