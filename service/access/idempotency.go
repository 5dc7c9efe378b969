package access

import "context"

// Idempotency identifies one attempt to change something. The store writes it
// with the result in the same transaction as the change; when the same
// principal comes with the same route and key again, it answers with that
// result and decides nothing anew. The same key with another digest is
// lifecycle.ErrKeyReused. Rows stay 7 days (DESIGN section 7).
type Idempotency struct {
	Principal  string // Principal.Key
	Route      string // method and pattern, "POST /v1/returns"
	Key        string // as the client sent it
	BodyDigest string // SHA-256, hex, over path, query and body
}

type idempotencyKey struct{}

// WithIdempotency puts the attempt into the context.
func WithIdempotency(ctx context.Context, attempt Idempotency) context.Context {
	return context.WithValue(ctx, idempotencyKey{}, attempt)
}

// IdempotencyFrom is the attempt of the context. Commands without one (sweeps,
// devices, the reset worker) are decided every time.
func IdempotencyFrom(ctx context.Context) (Idempotency, bool) {
	attempt, ok := ctx.Value(idempotencyKey{}).(Idempotency)
	return attempt, ok
}
