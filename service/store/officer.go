package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
)

// FlagReaders are the security officers who are told of a flag: those of the
// organisation that works it, of whoever has the unit, and of its vendor.
func (s *Store) FlagReaders(ctx context.Context, flag lifecycle.Flag) ([]lifecycle.PersonID, error) {
	return get(ctx, s, func(tx *engine.Tx) ([]lifecycle.PersonID, error) {
		of, err := unitOf(tx, flag)
		if err != nil {
			return nil, err
		}
		return flagReaders(tx, of, flag)
	})
}

func flagReaders(tx *engine.Tx, of lifecycle.Unit, flag lifecycle.Flag) (all []lifecycle.PersonID, err error) {
	orgs := []lifecycle.OrgID{flag.Org, of.Custody, of.Vendor}
	slices.Sort(orgs)
	for _, org := range slices.Compact(orgs) {
		if org == "" {
			continue
		}
		officers, err := officersOf(tx, org)
		if err != nil {
			return nil, err
		}
		all = append(all, officers...)
	}
	return all, nil
}

const sqlRoles = `
SELECT person_id, roles FROM person
WHERE org_id = $1 AND person_id > $2 AND disabled_at IS NULL
ORDER BY person_id LIMIT $3`

// officersOf lists all of an organisation's, however many people it has.
func officersOf(tx *engine.Tx, org lifecycle.OrgID) (all []lifecycle.PersonID, err error) {
	last := lifecycle.PersonID("")
	for {
		seen := 0
		err := tx.Each(sqlRoles, []any{string(org), string(last), int64(maxLimit)}, func(scan engine.Scan) error {
			var text []byte
			var roles []lifecycle.Role
			if err := scan(engine.TextTo(&last), &text); err != nil {
				return err
			}
			seen++
			if err := json.Unmarshal(text, &roles); err != nil {
				return err
			}
			if slices.Contains(roles, lifecycle.RoleSecurityOfficer) {
				all = append(all, last)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("list officers of %s: %w", org, err)
		}
		if seen < maxLimit {
			return all, nil
		}
	}
}

// tellOfficers queues a flag for those who read it. One whose key does not open
// keeps nobody else from hearing of it: the flag is set aside, to be told to them
// when that is mended.
func (s *Store) tellOfficers(tx *engine.Tx, of lifecycle.Unit, flag lifecycle.Flag) error {
	officers, err := flagReaders(tx, of, flag)
	if err != nil {
		return err
	}
	now, missed := s.now(), false
	for _, officer := range officers {
		err := s.queueNotice(tx, notice.OfFlag(officer, flag, now))
		if errors.Is(err, notice.ErrSealed) {
			missed = true
			continue
		}
		if err != nil {
			return err
		}
	}
	if !missed {
		return nil
	}
	return setAside(tx, notice.Untold{
		Source: notice.SourceFlag(flag.ID), Error: "sealed", Tries: 1, FirstAt: now, NextAt: now.Add(setAsideFor),
	})
}

// setAsideFor is when what could not be told at once is tried again.
const setAsideFor = 2 * time.Second
