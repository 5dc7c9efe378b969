package station

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// stations is the stations on record.
type stations interface {
	Station(ctx context.Context, id string) (access.Station, error)
	Stations(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]access.Station, string, error)
	SaveStation(ctx context.Context, s access.Station) (access.Station, error)
	EnrolStation(ctx context.Context, codeHash, tokenHash string) (access.Station, error)
	EndStation(ctx context.Context, id string) error
}

// store is everything that is kept about stations and who comes in there.
type store interface {
	stations
	badges
	pins
	access.ThrottleStore
}

// Config is what the room stands on. All of it must be given.
type Config struct {
	Store     store
	Passwords *access.Passwords
	// Verify is whom an address and a password belong to: signin.Entrance.
	Verify func(ctx context.Context, email, password string) (access.Principal, error)
	// KeyedHash makes of a PIN what only this service can make of it. Without
	// it, who has the database tries a million PINs in a night.
	KeyedHash func(purpose, text string) string
	Now       func() time.Time
	// NewID draws 26 random base32 characters.
	NewID func() string
	// URL is how browsers reach us; the link to enrol a station begins with it.
	URL string
	Log *slog.Logger
}

// Room is stations, badges and PINs.
type Room struct {
	config Config

	people  *access.SharedThrottle // per person, or badge of nobody
	benches *access.SharedThrottle // per station: one guess at each of many badges
	codes   *access.SharedThrottle // one-time codes, per network
}

// New is the room.
func New(config Config) *Room {
	config.URL = strings.TrimRight(config.URL, "/")
	return &Room{
		config: config,
		people: access.NewSharedThrottle(access.ThrottleConfig{Now: config.Now}, config.Store, "badge"),
		// A bench has many people who mistype; right ones are forgiven.
		benches: access.NewSharedThrottle(access.ThrottleConfig{Now: config.Now, Free: 30, Max: time.Minute}, config.Store, "station"),
		codes:   access.NewSharedThrottle(access.ThrottleConfig{Now: config.Now, Free: 10}, config.Store, "station-code"),
	}
}

// Enrolled is a station with its one-time code, which is shown this once.
type Enrolled struct {
	access.Station
	Code string
	Link string
}

// Enrol puts a station of the admin's organisation on record. Whoever enters
// its code within a quarter of an hour is that station.
func (r *Room) Enrol(ctx context.Context, p access.Principal, name string, idle time.Duration) (Enrolled, error) {
	if idle < access.StationIdleLeast || idle > access.StationIdleMost {
		return Enrolled{}, lifecycle.Mistake("idle", "station.idle")
	}
	code, now := access.NewStationCode(), r.config.Now()
	wanted := access.Station{
		ID: "stn_" + r.config.NewID(), Org: p.Org, Name: name, Idle: idle, By: p.Person, CreatedAt: now,
		CodeHash: access.CodeHash(code), CodeUntil: now.Add(access.StationCodeFor),
	}
	saved, err := r.config.Store.SaveStation(ctx, wanted)
	if err != nil {
		return Enrolled{}, fmt.Errorf("enrol station: %w", err)
	}
	if saved.CodeHash != wanted.CodeHash {
		return Enrolled{}, access.ShownOnce("station.shown-once")
	}
	return Enrolled{saved, code, r.config.URL + "/switch/enrol/" + code}, nil
}

// Become uses up a one-time code: the browser with the token of the answer is
// the station. What is no code looks like one that is used up.
func (r *Room) Become(ctx context.Context, code, network string) (access.Station, string, error) {
	if err := r.codes.Attempt(ctx, network); err != nil {
		return access.Station{}, "", err
	}
	token := access.NewToken()
	station, err := r.config.Store.EnrolStation(ctx, access.CodeHash(code), access.TokenHash(token))
	if isNotFound(err) {
		return access.Station{}, "", lifecycle.Mistake("code", "station.code-wrong")
	}
	if err != nil {
		return access.Station{}, "", fmt.Errorf("become a station: %w", err)
	}
	if err := r.codes.Forgive(ctx, network); err != nil {
		return access.Station{}, "", fmt.Errorf("become a station: %w", err)
	}
	return station, token, nil
}

// Stations lists the stations of the principal's organisation, ended ones among
// them.
func (r *Room) Stations(ctx context.Context, p access.Principal, page lifecycle.Page) ([]access.Station, string, error) {
	list, next, err := r.config.Store.Stations(ctx, p.Org, page)
	if err != nil {
		return nil, "", fmt.Errorf("list stations: %w", err)
	}
	return list, next, nil
}

// End ends a station of the principal's organisation, and every session that
// began there, from the next request.
func (r *Room) End(ctx context.Context, p access.Principal, id string) error {
	station, err := r.config.Store.Station(ctx, id)
	if err != nil {
		return fmt.Errorf("end station: %w", err)
	}
	if p.Org == "" || station.Org != p.Org {
		return fmt.Errorf("end station of another organisation: %w", lifecycle.ErrNotFound)
	}
	if !station.EndedAt.IsZero() {
		return nil
	}
	if err := r.config.Store.EndStation(ctx, id); err != nil && !isNotFound(err) {
		return fmt.Errorf("end station: %w", err)
	}
	return nil
}
