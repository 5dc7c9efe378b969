package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"quitclaim/service/keyring"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
)

// subjectLetters seals letters to addresses that have no account.
const subjectLetters = "service/letters"

// How long a channel goes on trying. Mail: RFC 5321 section 4.5.4.1 wants four
// or five days at least; what is about security waits for an address that
// bounces to take mail again. A push says that something has just happened.
const (
	mailFor     = 5 * 24 * time.Hour
	securityFor = 30 * 24 * time.Hour
	pushFor     = 24 * time.Hour
)

// QueueNotice keeps a notice for its reader's inbox, and what is to be sent of
// it. The same Once for one person is queued once. A person who was forgotten
// is told nothing.
func (s *Store) QueueNotice(ctx context.Context, n notice.Notice) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) { return struct{}{}, s.queueNotice(tx, n) })
	return err
}

// Tell queues all that a reader of the feed has to tell of an entry, and moves it
// behind that entry, in one transaction. It reports false, and queues nothing,
// where somebody else moved the reader: then they tell.
func (s *Store) Tell(ctx context.Context, list []notice.Notice, job string, version int64, position string) (bool, error) {
	return write(ctx, s, func(tx *engine.Tx) (bool, error) {
		moved, err := movePosition(tx, job, version, position)
		if err != nil || !moved {
			return false, err
		}
		for _, one := range list {
			if err := s.queueNotice(tx, one); err != nil {
				return false, err
			}
		}
		return true, nil
	})
}

const sqlAddNotice = `
INSERT INTO notice (notice_id, person_id, kind, once_hash, inbox, sealed, at, read_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)
ON CONFLICT (person_id, once_hash) DO NOTHING`

// queueNotice is QueueNotice inside another transaction: the notice commits with
// what it tells of.
func (s *Store) queueNotice(tx *engine.Tx, n notice.Notice) error {
	if !n.Kind.Known() || n.Once == "" || (n.To == "") == (n.Address == "") {
		return fmt.Errorf("notice of kind %q: %w", n.Kind, lifecycle.ErrInvalid)
	}
	key, err := s.subjectKey(tx, string(n.To))
	if n.To == "" {
		key, err = s.ownKey(tx, subjectLetters)
	}
	if errors.Is(err, errForgotten) {
		return nil
	}
	if err != nil {
		return notOpening(err)
	}
	// In lower case, as it comes back in addresses, whatever a mail server does.
	n.ID = strings.ToLower(s.newID("ntc"))
	plain, err := json.Marshal(contentOf(n))
	if err != nil {
		return fmt.Errorf("encode notice: %w", err)
	}
	sealed, err := key.Seal(noticeField(n.ID), plain)
	if err != nil {
		return fmt.Errorf("seal notice: %w", err)
	}
	once := s.onceHash(n.Address, n.Once)
	inbox := n.To != "" && !n.Kind.MailOnly()
	added, err := tx.Exec(sqlAddNotice, n.ID, string(n.To), string(n.Kind), once, inbox, sealed, n.At.UnixMilli())
	if err != nil {
		return fmt.Errorf("queue notice: %w", err)
	}
	if added == 0 {
		return nil
	}
	return s.openDeliveries(tx, n)
}

// noticeContent is what is sealed of a notice.
type noticeContent struct {
	Params   map[string]string `json:"params,omitempty"`
	Link     string            `json:"link,omitempty"`
	Address  string            `json:"address,omitempty"`
	Language string            `json:"language,omitempty"`
}

func contentOf(n notice.Notice) noticeContent {
	return noticeContent{n.Params, n.Link, n.Address, n.Language}
}

// noticeField binds what is sealed to its row.
func noticeField(id string) string { return "notice.sealed\x00" + id }

const sqlAddDelivery = `
INSERT INTO delivery (notice_id, channel, target, attempt, first_at, next_at, until_at, lease_until, done_at, outcome, code, sent_to)
VALUES ($1, $2, $3, 0, $4, $4, $5, NULL, NULL, NULL, NULL, NULL)`

// openDeliveries opens a row for each way that the notice goes.
func (s *Store) openDeliveries(tx *engine.Tx, n notice.Notice) error {
	choices, err := choicesOf(tx, n.To)
	if err != nil {
		return err
	}
	wanted := func(channel notice.Channel) bool {
		return n.To == "" || n.Kind.Security() || slices.Contains(choices, notice.Choice{Kind: n.Kind, Channel: channel})
	}
	now := s.now()
	open := func(channel notice.Channel, target string, patience time.Duration) error {
		until := now.Add(patience)
		if !n.Until.IsZero() && n.Until.Before(until) {
			until = n.Until
		}
		_, err := tx.Exec(sqlAddDelivery, n.ID, string(channel), target, now.UnixMilli(), until.UnixMilli())
		if err != nil {
			return fmt.Errorf("open delivery: %w", err)
		}
		return nil
	}
	patience := mailFor
	if n.Kind.Security() {
		patience = securityFor
	}
	if wanted(notice.Mail) {
		if err := open(notice.Mail, "", patience); err != nil {
			return err
		}
	}
	if n.To == "" || n.Kind.MailOnly() || !wanted(notice.Push) {
		return nil
	}
	subscriptions, err := engine.List(tx, sqlSubscriptionsOf, []any{string(n.To)}, scanSubscription)
	if err != nil {
		return fmt.Errorf("list subscriptions: %w", err)
	}
	for _, one := range subscriptions {
		if err := open(notice.Push, one.ID, pushFor); err != nil {
			return err
		}
	}
	return nil
}

const sqlInbox = `
SELECT notice_id, person_id, kind, sealed, at, read_at FROM notice
WHERE person_id = $1 AND inbox AND (at, notice_id) < ($2, $3)
ORDER BY at DESC, notice_id DESC LIMIT $4`

// Notices is a person's inbox, newest first.
func (s *Store) Notices(ctx context.Context, person lifecycle.PersonID, page lifecycle.Page) ([]notice.Notice, string, error) {
	at, id, err := parsePair(page.After)
	if err != nil {
		return nil, "", err
	}
	if page.After == "" {
		at = math.MaxInt64
	}
	limit := limitOf(page)
	list, err := get(ctx, s, func(tx *engine.Tx) ([]notice.Notice, error) {
		rows, err := engine.List(tx, sqlInbox, []any{string(person), at, id, int64(limit)}, scanNotice)
		if err != nil {
			return nil, fmt.Errorf("list notices: %w", err)
		}
		return s.openInbox(tx, rows)
	})
	return list, after(list, limit, func(n notice.Notice) string { return pair(n.At.UnixMilli(), n.ID) }), err
}

// noticeRow is a notice as stored.
type noticeRow struct {
	notice.Notice
	sealed []byte
}

func scanNotice(scan engine.Scan) (noticeRow, error) {
	var n noticeRow
	err := scan(&n.ID, engine.TextTo(&n.To), engine.TextTo(&n.Kind), &n.sealed, engine.Instant{To: &n.At}, engine.Instant{To: &n.ReadAt})
	return n, err
}

// openInbox is openNotices where one that does not open hides no other.
func (s *Store) openInbox(tx *engine.Tx, rows []noticeRow) ([]notice.Notice, error) {
	var list []notice.Notice
	for _, row := range rows {
		opened, err := s.openNotices(tx, []noticeRow{row})
		if errors.Is(err, notice.ErrSealed) {
			row.Unreadable = true
			opened, err = []notice.Notice{row.Notice}, nil
		}
		if err != nil {
			return nil, err
		}
		list = append(list, opened...)
	}
	return list, nil
}

// openNotices unseals those whose reader has not been forgotten; the others are
// nobody's any more.
func (s *Store) openNotices(tx *engine.Tx, rows []noticeRow) ([]notice.Notice, error) {
	var list []notice.Notice
	for _, row := range rows {
		subject := string(row.To)
		if subject == "" {
			subject = subjectLetters
		}
		key, err := s.subjectKey(tx, subject)
		if errors.Is(err, errForgotten) {
			continue
		}
		if err != nil {
			return nil, notOpening(err)
		}
		one, err := openNotice(key, row)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

func openNotice(key keyring.SubjectKey, row noticeRow) (notice.Notice, error) {
	n := row.Notice
	if !n.Kind.Known() { // of a later release that ran here before: there are no words for it
		return n, fmt.Errorf("notice of kind %q: %w", n.Kind, notice.ErrSealed)
	}
	plain, err := key.Open(noticeField(row.ID), row.sealed)
	if err != nil {
		return n, fmt.Errorf("open notice: %w", notOpening(err))
	}
	var content noticeContent
	if err := json.Unmarshal(plain, &content); err != nil {
		return n, fmt.Errorf("read notice: %w: %w", notice.ErrSealed, err)
	}
	n.Params, n.Link, n.Address, n.Language = content.Params, content.Link, content.Address, content.Language
	return n, nil
}

// notOpening says of an error in the words of notices that a key or a text does not
// open.
func notOpening(err error) error {
	if errors.Is(err, keyring.ErrSealed) {
		return fmt.Errorf("%w: %w", notice.ErrSealed, err)
	}
	return err
}

const sqlReadNotices = `UPDATE notice SET read_at = $2 WHERE person_id = $1 AND inbox AND read_at IS NULL AND at <= $3`

// ReadNotices notes that a person has read all that came until then.
func (s *Store) ReadNotices(ctx context.Context, person lifecycle.PersonID, until time.Time) error {
	_, _, err := onceGuarded(ctx, s, "notices "+string(person), func(tx *engine.Tx) (struct{}, error) {
		if _, err := tx.Exec(sqlReadNotices, string(person), s.now().UnixMilli(), until.UnixMilli()); err != nil {
			return struct{}{}, fmt.Errorf("read notices: %w", err)
		}
		return struct{}{}, nil
	})
	return err
}

const sqlForgetDeliveries = `
DELETE FROM delivery WHERE notice_id IN (SELECT notice_id FROM notice WHERE person_id = $1)`

const sqlForgetNotices = `DELETE FROM notice WHERE person_id = $1`

const sqlForgetSubscriptions = `DELETE FROM push_subscription WHERE person_id = $1`

const sqlForgetStanding = `DELETE FROM mail_standing WHERE person_id = $1`

// forgetNotices deletes what a person was told, and how they could be reached.
func forgetNotices(tx *engine.Tx, person lifecycle.PersonID) error {
	for _, query := range []string{sqlForgetDeliveries, sqlForgetNotices, sqlDropChoices, sqlForgetSubscriptions, sqlForgetStanding} {
		if _, err := tx.Exec(query, string(person)); err != nil {
			return fmt.Errorf("forget notices: %w", err)
		}
	}
	return nil
}
