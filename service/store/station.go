package store

import (
	"context"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
)

// Station reads one station by its id, also an ended one.
func (s *Store) Station(ctx context.Context, id string) (access.Station, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Station, error) { return catalog.Station(tx, id) })
}

// StationByToken reads the station whose cookie has this hash, also an ended
// one.
func (s *Store) StationByToken(ctx context.Context, hash string) (access.Station, error) {
	return get(ctx, s, func(tx *engine.Tx) (access.Station, error) { return catalog.StationByToken(tx, hash) })
}

// Stations lists an organisation's stations, ended ones among them.
func (s *Store) Stations(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]access.Station, string, error) {
	limit := limitOf(page)
	list, err := get(ctx, s, func(tx *engine.Tx) ([]access.Station, error) {
		return catalog.Stations(tx, org, page.After, limit)
	})
	return list, after(list, limit, func(one access.Station) string { return one.ID }), err
}

// SaveStation adds a station that waits for its one-time code. On a replay it
// returns the first one's record, whose code nobody has any more.
func (s *Store) SaveStation(ctx context.Context, station access.Station) (access.Station, error) {
	scope := "station " + string(station.Org) + " " + station.Name
	saved, _, err := once(ctx, s, scope, func(tx *engine.Tx) (access.Station, error) {
		if err := catalog.AddStation(tx, station); err != nil {
			return station, err
		}
		return station, s.enterStation(tx, station, "add")
	})
	return saved, err
}

// EnrolStation makes the browser with this cookie the station of a one-time
// code, which is used up. A code that is used, too old or nobody's is
// lifecycle.ErrNotFound.
func (s *Store) EnrolStation(ctx context.Context, codeHash, tokenHash string) (access.Station, error) {
	return write(ctx, s, func(tx *engine.Tx) (access.Station, error) {
		station, err := catalog.EnrolStation(tx, codeHash, tokenHash, s.now())
		if err != nil {
			return station, err
		}
		return station, s.enterStation(tx, station, "enrol")
	})
}

// EndStation ends a station for good, and with it every session that began
// there; the second time it is lifecycle.ErrNotFound.
func (s *Store) EndStation(ctx context.Context, id string) error {
	_, _, err := onceGuarded(ctx, s, "end station "+id, func(tx *engine.Tx) (struct{}, error) {
		station, err := catalog.EndStation(tx, id, s.now())
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.enterStation(tx, station, "end")
	})
	return err
}

func (s *Store) enterStation(tx *engine.Tx, station access.Station, event string) error {
	return s.enterAdmin(tx, book.Record{Kind: "station", Subject: station.ID, Event: event}, struct {
		Org lifecycle.OrgID    `json:"org"`
		By  lifecycle.PersonID `json:"by"`
	}{station.Org, station.By})
}
