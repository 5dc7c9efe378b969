package sale

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"quitclaim/service/keyring"
	"quitclaim/service/lifecycle"
)

// GoodFor is how long a signed answer may be acted upon (DESIGN section 7).
const GoodFor = 60 * time.Second

// domain separates these signatures from every other that a key of ours could
// be asked for. Another format is another version.
const domain = "quitclaim/sale-check/v1"

// instant is how instants are written into the signed text: RFC 3339, UTC,
// milliseconds, fixed width.
const instant = "2006-01-02T15:04:05.000Z"

// Check is the answer to "may this unit be sold by this organisation?".
type Check struct {
	Org       lifecycle.OrgID // who asked: the answer is good for their till alone
	Key       lifecycle.UnitKey
	Verdict   lifecycle.Verdict
	Reasons   []lifecycle.Reason
	AsOf      time.Time // how fresh the word of the clouds is; zero: none was asked
	CheckedAt time.Time
	// Until is when the answer stops being good.
	Until     time.Time
	KeyID     string // of the sale-check key that signed
	Signature []byte // Ed25519 (RFC 8032) over SignedText
	// Model is the name of the unit's model, for people. It is not signed, and
	// empty where the unit is not the asker's to know.
	Model string
}

// SignedText is the text that is signed. Nothing in it can hold a line break,
// so no two answers have the same text: service/docs/sales-check.md.
func (c Check) SignedText() []byte {
	codes := make([]string, len(c.Reasons))
	for i, reason := range c.Reasons {
		codes[i] = reason.Code
	}
	asOf := "-"
	if !c.AsOf.IsZero() {
		asOf = c.AsOf.UTC().Format(instant)
	}
	lines := []string{
		domain, string(c.Org), c.Key.String(), string(c.Verdict), strings.Join(codes, ","), asOf,
		c.CheckedAt.UTC().Format(instant), c.Until.UTC().Format(instant),
	}
	return []byte(strings.Join(lines, "\n") + "\n")
}

// Sign signs the answer with a sale-check key.
func (c *Check) Sign(key ed25519.PrivateKey) {
	id := keyring.KeyID(key.Public().(ed25519.PublicKey))
	c.KeyID = hex.EncodeToString(id[:])
	c.Signature = ed25519.Sign(key, c.SignedText())
}

// SignatureText is the signature as the API writes it: the key's id and the
// signature, base64url without padding, joined by a dot.
func (c Check) SignatureText() string {
	return c.KeyID + "." + base64.RawURLEncoding.EncodeToString(c.Signature)
}

var (
	errSignature = errors.New("the signature is not of this key over this answer")
	errOver      = errors.New("the answer is not good at this time")
)

// Verify is what a till does offline: the signature is of the pinned key, and
// the answer is good now. That the answer is about the right unit and the
// right organisation, the till compares itself.
func (c Check) Verify(public ed25519.PublicKey, now time.Time) error {
	if len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, c.SignedText(), c.Signature) {
		return errSignature
	}
	if now.Before(c.CheckedAt) || !now.Before(c.Until) {
		return errOver
	}
	return nil
}

// Check asks the record whether the unit may be sold, and signs the answer.
func (s *Sale) Check(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey) (Check, error) {
	if actor.Org == "" {
		return Check{}, fmt.Errorf("check by no till: %w", lifecycle.ErrForbidden)
	}
	now := s.now()
	check := Check{Org: actor.Org, Key: key, CheckedAt: now, Until: now.Add(GoodFor)}
	answer, model, err := s.answer(ctx, actor, key, now)
	if err != nil {
		return Check{}, err
	}
	check.Verdict, check.Reasons, check.AsOf, check.Model = answer.Verdict, answer.Reasons, answer.AsOf, model
	check.Sign(s.config.Key)
	return check, nil
}

// answer is what the guard of a sale would say now, and unknown for a unit
// that is not on record.
func (s *Sale) answer(ctx context.Context, actor lifecycle.Actor, key lifecycle.UnitKey, now time.Time) (answer lifecycle.Answer, model string, err error) {
	snapshot, err := s.config.Store.SnapshotByKey(ctx, key)
	if errors.Is(err, lifecycle.ErrNotFound) {
		return lifecycle.Answer{Verdict: lifecycle.VerdictUnknown, Reasons: []lifecycle.Reason{{Code: "scan.unknown"}}}, "", nil
	}
	if err != nil {
		return lifecycle.Answer{}, "", fmt.Errorf("find unit to check: %w", err)
	}
	answer = lifecycle.SaleAnswer(snapshot, actor, now)
	if !lifecycle.Sees(snapshot, actor) {
		return answer, "", s.flagOtherStock(ctx, actor, snapshot.Unit, now)
	}
	return answer, snapshot.Model.Name, nil
}
