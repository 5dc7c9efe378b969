package store

import (
	"context"
	"fmt"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
)

// A mail that came back marks the address that it went to: as long as it is
// marked nobody has what was sent there.
const sqlNoticeReach = `
SELECT n.at, n.read_at, CASE WHEN m.bounced_at IS NULL THEN d.done_at END
FROM notice n
LEFT JOIN delivery d ON d.notice_id = n.notice_id AND d.channel = 'mail' AND d.target = '' AND d.outcome = 'sent'
LEFT JOIN mail_standing m ON m.person_id = n.person_id AND m.email_hash = d.sent_to
WHERE n.person_id = $1 AND n.once_hash = $2`

// NoticeReach is how far a person's notice has got, by the Once under which it
// was queued. One that is not there has got nowhere, which is no error.
func (s *Store) NoticeReach(ctx context.Context, to lifecycle.PersonID, once string) (notice.Reach, error) {
	return get(ctx, s, func(tx *engine.Tx) (notice.Reach, error) { return s.noticeReach(tx, to, once) })
}

// noticeReach is NoticeReach inside another transaction: what may happen only
// to somebody who was warned asks here whether they were.
func (s *Store) noticeReach(tx *engine.Tx, to lifecycle.PersonID, once string) (notice.Reach, error) {
	var r notice.Reach
	_, err := tx.Get(sqlNoticeReach, []any{string(to), s.onceHash("", once)},
		engine.Instant{To: &r.QueuedAt}, engine.Instant{To: &r.ReadAt}, engine.Instant{To: &r.MailedAt})
	if err != nil {
		return notice.Reach{}, fmt.Errorf("how far a notice got: %w", err)
	}
	return r, nil
}

// onceHash is by what a notice is told once. Of letters many have nobody in
// common, so whose they are is in it.
func (s *Store) onceHash(address, once string) string {
	return s.keys.LookupHash("notice", address+"\x00"+once)
}
