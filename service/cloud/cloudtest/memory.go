package cloudtest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"quitclaim/service/cloud"
	"quitclaim/service/lifecycle"
)

// Memory is an honest cloud: it does what it is asked, within its delay, and
// nothing else.
type Memory struct {
	now   func() time.Time
	delay time.Duration

	mu    sync.Mutex // guards units and what they hold
	units map[lifecycle.UnitID]*unit
}

type unit struct {
	links      []link
	sessions   []time.Time
	recordings []time.Time
	detached   time.Time // older recordings are out of reach through the unit
	credential time.Time
	notices    map[lifecycle.OrderID]string
}

type link struct {
	account string
	kind    lifecycle.BindingKind
	since   time.Time
	goneAt  time.Time
}

// NewMemory is an empty cloud that forgets links only after the delay.
func NewMemory(now func() time.Time, delay time.Duration) *Memory {
	return &Memory{now: now, delay: delay, units: map[lifecycle.UnitID]*unit{}}
}

// Bind binds an account to a unit.
func (m *Memory) Bind(id lifecycle.UnitID, account string, kind lifecycle.BindingKind, since time.Time) {
	m.change(id, func(u *unit) { u.links = append(u.links, link{account: account, kind: kind, since: since}) })
}

// Session starts a session.
func (m *Memory) Session(id lifecycle.UnitID, at time.Time) {
	m.change(id, func(u *unit) { u.sessions = append(u.sessions, at) })
}

// Record makes a recording.
func (m *Memory) Record(id lifecycle.UnitID, at time.Time) {
	m.change(id, func(u *unit) { u.recordings = append(u.recordings, at) })
}

// AccountHash is what inventories say instead of the account's name.
func (m *Memory) AccountHash(account string) string { return Hash(account) }

// Hash is the keyed hash of tests, under a key that is no secret.
func Hash(text string) string {
	mac := hmac.New(sha256.New, []byte("cloudtest"))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// Inventory reads the links that stand.
func (m *Memory) Inventory(ctx context.Context, r cloud.Request) (cloud.Inventory, error) {
	var links []cloud.Link
	err := m.do(ctx, r, func(u *unit) { links = m.standing(u) })
	return cloud.Inventory{Links: links}, err
}

// Preflight finds nothing in the way.
func (m *Memory) Preflight(ctx context.Context, r cloud.Request) (cloud.Preflight, error) {
	return cloud.Preflight{Eligibility: cloud.Eligible}, m.do(ctx, r, func(*unit) {})
}

// Revoke ends older partner links.
func (m *Memory) Revoke(ctx context.Context, r cloud.Request) error {
	return m.do(ctx, r, func(u *unit) {
		m.end(u, r.Before, func(l link) bool { return l.kind == lifecycle.BindingPartner })
	})
}

// Unbind ends older links.
func (m *Memory) Unbind(ctx context.Context, r cloud.Request) error {
	return m.do(ctx, r, func(u *unit) { m.end(u, r.Before, func(link) bool { return true }) })
}

// Detach puts older recordings out of reach.
func (m *Memory) Detach(ctx context.Context, r cloud.Request) error {
	return m.do(ctx, r, func(u *unit) {
		if u.detached.Before(r.Before) {
			u.detached = r.Before
		}
	})
}

// Rotate makes a new credential where the present one is older.
func (m *Memory) Rotate(ctx context.Context, r cloud.Request) error {
	return m.do(ctx, r, func(u *unit) {
		if u.credential.Before(r.Before) {
			u.credential = m.now()
		}
	})
}

// Cut ends older sessions.
func (m *Memory) Cut(ctx context.Context, r cloud.Request) error {
	return m.do(ctx, r, func(u *unit) { u.sessions = since(u.sessions, r.Before) })
}

// Notify takes on one message per order.
func (m *Memory) Notify(ctx context.Context, r cloud.Request) (cloud.Notice, error) {
	var notice cloud.Notice
	err := m.do(ctx, r, func(u *unit) {
		if u.notices == nil {
			u.notices = map[lifecycle.OrderID]string{}
		}
		if u.notices[r.Order] == "" {
			u.notices[r.Order] = "notice for " + string(r.Order)
		}
		notice.ID = u.notices[r.Order]
	})
	return notice, err
}

// Probe reads everything that is still let through.
func (m *Memory) Probe(ctx context.Context, r cloud.Request) (cloud.Probe, error) {
	var probe cloud.Probe
	err := m.do(ctx, r, func(u *unit) {
		probe = cloud.Probe{
			Links: m.standing(u), Sessions: span(u.sessions), CredentialAt: u.credential, Kept: cloud.KeptNone,
			Recordings: span(since(slices.Clone(u.recordings), u.detached)),
		}
		if slices.ContainsFunc(u.recordings, func(at time.Time) bool { return within(at, r) }) {
			probe.Kept = cloud.KeptSome
		}
	})
	return probe, err
}

// Delete deletes the recordings that were made within the request's bounds.
func (m *Memory) Delete(ctx context.Context, r cloud.Request) error {
	return m.do(ctx, r, func(u *unit) {
		u.recordings = slices.DeleteFunc(u.recordings, func(at time.Time) bool { return within(at, r) })
	})
}

func within(at time.Time, r cloud.Request) bool { return !at.Before(r.From) && at.Before(r.Before) }

func (m *Memory) do(ctx context.Context, r cloud.Request, change func(*unit)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.change(r.Unit, change)
	return nil
}

func (m *Memory) change(id lifecycle.UnitID, change func(*unit)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.units[id] == nil {
		m.units[id] = &unit{}
	}
	change(m.units[id])
}

func (m *Memory) end(u *unit, before time.Time, which func(link) bool) {
	for i, l := range u.links {
		if which(l) && l.since.Before(before) && l.goneAt.IsZero() {
			u.links[i].goneAt = m.now().Add(m.delay)
		}
	}
}

func (m *Memory) standing(u *unit) []cloud.Link {
	var links []cloud.Link
	for _, l := range u.links {
		if l.goneAt.IsZero() || m.now().Before(l.goneAt) {
			links = append(links, cloud.Link{AccountHash: Hash(l.account), Kind: l.kind, Since: l.since})
		}
	}
	return links
}

func since(instants []time.Time, before time.Time) []time.Time {
	return slices.DeleteFunc(instants, func(t time.Time) bool { return t.Before(before) })
}

func span(instants []time.Time) cloud.Span {
	if len(instants) == 0 {
		return cloud.Span{}
	}
	return cloud.Span{
		Any: true, Oldest: slices.MinFunc(instants, time.Time.Compare), Newest: slices.MaxFunc(instants, time.Time.Compare),
	}
}
