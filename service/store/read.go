package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
)

const (
	maxLimit     = 200 // DESIGN section 7
	defaultLimit = 50
)

// get runs one read.
func get[T any](ctx context.Context, s *Store, run func(*engine.Tx) (T, error)) (T, error) {
	var answer T
	err := s.db.Read(ctx, func(tx *engine.Tx) (err error) {
		answer, err = run(tx)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return answer, nil
}

// limitOf is how many rows a page has.
func limitOf(page lifecycle.Page) int {
	if page.Limit <= 0 {
		return defaultLimit
	}
	return min(page.Limit, maxLimit)
}

// after is the position behind a page's last row, empty when there is no more.
func after[T any](list []T, limit int, position func(T) string) string {
	if len(list) < limit {
		return ""
	}
	return position(list[len(list)-1])
}

// parsePair undoes pair: the position in a list that is ordered by a number
// and an id.
func parsePair(position string) (number int64, id string, err error) {
	if position == "" {
		return 0, "", nil
	}
	text, id, found := strings.Cut(position, ".")
	number, err = strconv.ParseInt(text, 10, 64)
	if !found || err != nil {
		return 0, "", fmt.Errorf("position in list: %w", lifecycle.ErrInvalid)
	}
	return number, id, nil
}

func pair(number int64, id string) string { return strconv.FormatInt(number, 10) + "." + id }

// enterAdmin writes the ledger entry of something that is about no unit. what
// must have no personal data in it.
func (s *Store) enterAdmin(tx *engine.Tx, r book.Record, what any) error {
	body, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("encode ledger entry of %s: %w", r.Subject, err)
	}
	r.At, r.Body = s.instant(), body
	_, err = s.log.Append(tx, r)
	return err
}

// write runs one write that is bookkeeping: it keeps no answer, changes nothing
// of the domain, and guards what it checks by itself. As in once, the answer has
// a place of its own, for the caller may be gone while the writer is still at
// it.
func write[T any](ctx context.Context, s *Store, run func(*engine.Tx) (T, error)) (T, error) {
	return writeBy(ctx, s.db.Write, run)
}

// writeAlone is write for what checks first and writes then.
func writeAlone[T any](ctx context.Context, s *Store, run func(*engine.Tx) (T, error)) (T, error) {
	return writeBy(ctx, s.db.WriteAlone, run)
}

func writeBy[T any](ctx context.Context, door func(context.Context, func(*engine.Tx) error) error,
	run func(*engine.Tx) (T, error),
) (T, error) {
	answer := new(T)
	err := door(ctx, func(tx *engine.Tx) (err error) {
		*answer, err = run(tx)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return *answer, nil
}

// stored is an instant as it is stored.
func stored(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
