package store

import (
	"fmt"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
)

const sqlSeeBrowser = `
UPDATE known_browser SET seen_at = $3 WHERE person_id = $1 AND browser_hash = $2`

const sqlAnyBrowserOf = `SELECT browser_hash FROM known_browser WHERE person_id = $1 LIMIT 1`

const sqlMeetBrowser = `INSERT INTO known_browser (person_id, browser_hash, seen_at) VALUES ($1, $2, $3)`

// meetBrowser tells an owner whose session begins in a browser in which they were
// never signed in; the first one of all is theirs. It commits with the session,
// so nobody is in untold. Staff sign in at desks that others use, too, and whose
// browsers forget: they would be told each morning, and read it no more.
func (s *Store) meetBrowser(tx *engine.Tx, session access.Session) error {
	person, err := s.readPerson(tx, sqlPerson, string(session.Person))
	if err != nil || person.Org != "" {
		return err
	}
	// Two who come in at once must not both be the first.
	if err := tx.Serialize("browsers of " + string(person.ID)); err != nil {
		return err
	}
	hash, now := s.keys.LookupHash("browser", string(person.ID)+" "+session.Browser), s.now().UnixMilli()
	seen, err := tx.Exec(sqlSeeBrowser, string(person.ID), hash, now)
	if err != nil || seen > 0 {
		return wrapBrowser(err)
	}
	var other string
	known, err := tx.Get(sqlAnyBrowserOf, []any{string(person.ID)}, &other)
	if err != nil {
		return wrapBrowser(err)
	}
	if _, err := tx.Exec(sqlMeetBrowser, string(person.ID), hash, now); err != nil || !known {
		return wrapBrowser(err)
	}
	return s.queueNotice(tx, notice.Notice{
		To: person.ID, Kind: notice.KindSignedIn, Link: "/account", Once: "signed in " + session.ID, At: s.instant(),
	})
}

const sqlForgetBrowsers = `DELETE FROM known_browser WHERE person_id = $1`

// distrustBrowsers makes every browser of a person a strange one: somebody else
// may have signed in there. The next is told of, whoever comes first.
func (s *Store) distrustBrowsers(tx *engine.Tx, person lifecycle.PersonID) error {
	if _, err := tx.Exec(sqlForgetBrowsers, string(person)); err != nil {
		return wrapBrowser(err)
	}
	_, err := tx.Exec(sqlMeetBrowser, string(person), "", s.now().UnixMilli())
	return wrapBrowser(err)
}

func wrapBrowser(err error) error {
	if err != nil {
		return fmt.Errorf("known browsers: %w", err)
	}
	return nil
}

// The one seen last stays: without any, the next would be the first again.
const sqlPurgeBrowsers = `
DELETE FROM known_browser WHERE (person_id, browser_hash) IN (
  SELECT old.person_id, old.browser_hash FROM known_browser old
  WHERE old.seen_at <= $1 AND EXISTS (
    SELECT 1 FROM known_browser newer WHERE newer.person_id = old.person_id AND newer.seen_at > old.seen_at)
  ORDER BY old.seen_at LIMIT $2)
AND seen_at <= $1`
