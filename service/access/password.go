package access

import (
	"context"
	"fmt"
	"strconv"

	"github.com/alexedwards/argon2id"

	"quitclaim/service/lifecycle"
)

// Length is the whole password policy: NIST SP 800-63B-4 section 3.1.1.2 asks
// for length and forbids rules of composition. The upper end keeps hashing
// bounded.
const (
	MinPasswordBytes = 12
	MaxPasswordBytes = 128
)

// CheckPassword is an *lifecycle.Invalid on the field "password" when the
// password is too short or too long.
func CheckPassword(password string) error {
	var invalid lifecycle.Invalid
	if len(password) < MinPasswordBytes {
		invalid.Reasons = append(invalid.Reasons, passwordReason("password.short", "min", MinPasswordBytes))
	}
	if len(password) > MaxPasswordBytes {
		invalid.Reasons = append(invalid.Reasons, passwordReason("password.long", "max", MaxPasswordBytes))
	}
	return invalid.Err()
}

func passwordReason(code, arg string, n int) lifecycle.Reason {
	return lifecycle.Reason{Code: code, Field: "password", Args: map[string]string{arg: strconv.Itoa(n)}}
}

// PasswordConfig sets what one hashing costs. Zero values are the defaults;
// tests choose smaller ones.
type PasswordConfig struct {
	MemoryKiB   uint32 // default 64 MiB
	Iterations  uint32 // default 3
	Parallelism uint8  // default 2
	AtOnce      int    // default 2: more would let sign-ins take the memory of the whole service
	Waiting     int    // default 64: who comes behind these is told to come again, and does not wait
}

// Passwords hashes and verifies passwords by argon2id (RFC 9106), never more
// than a few at once.
type Passwords struct {
	params argon2id.Params
	slots  chan struct{}
	queue  chan struct{} // who waits for a slot
}

// NewPasswords is a hasher with this configuration.
func NewPasswords(config PasswordConfig) *Passwords {
	params := argon2id.Params{
		Memory:      orDefault(config.MemoryKiB, 64*1024),
		Iterations:  orDefault(config.Iterations, 3),
		Parallelism: orDefault(config.Parallelism, 2),
		SaltLength:  16, // RFC 9106 section 4
		KeyLength:   32,
	}
	return &Passwords{
		params: params, slots: make(chan struct{}, orDefault(config.AtOnce, 2)), queue: make(chan struct{}, orDefault(config.Waiting, 64)),
	}
}

// Hash is the encoded hash of a password, with its own salt and parameters.
func (h *Passwords) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	hash, err := argon2id.CreateHash(password, &h.params)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// Verify reports whether the password belongs to the hash.
func (h *Passwords) Verify(ctx context.Context, password, hash string) (bool, error) {
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("verify password: %w", err)
	}
	return match, nil
}

// VerifyDecoy takes as long as Verify and matches nothing. Sign-in calls it
// for an address that nobody has, so that the time does not tell who is known.
func (h *Passwords) VerifyDecoy(ctx context.Context, password string) error {
	_, err := h.Hash(ctx, password)
	return err
}

// enter waits for a slot, behind a few others and no more: each hashing takes a
// tenth of a second or so, and a flood of sign-ins would have everybody wait
// until their request ran out.
func (h *Passwords) enter(ctx context.Context) error {
	select {
	case h.queue <- struct{}{}:
		defer func() { <-h.queue }()
	default:
		return fmt.Errorf("too many wait for a hashing slot: %w", lifecycle.ErrBusy)
	}
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for a hashing slot: %w: %w", lifecycle.ErrBusy, ctx.Err())
	}
}

func (h *Passwords) leave() { <-h.slots }

func orDefault[T uint8 | uint32 | int](value, fallback T) T {
	if value == 0 {
		return fallback
	}
	return value
}
