package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// maxOfficers bounds how many of one organisation are told of one flag.
const maxOfficers = 50

// TellOfficers queues a flag for the security officers of the organisation that
// works it and of the vendor. Of many flags of one kind within an hour they are
// told once: a sweep may raise thousands, and the page has them all.
func (s *Store) TellOfficers(ctx context.Context, unit lifecycle.UnitID, flag lifecycle.Flag) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		of, err := facts.Unit(tx, unit)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.tellOfficers(tx, of, flag)
	})
	return err
}

func (s *Store) tellOfficers(tx *engine.Tx, of lifecycle.Unit, flag lifecycle.Flag) error {
	orgs := []lifecycle.OrgID{flag.Org, of.Custody, of.Vendor}
	slices.Sort(orgs)
	for _, org := range slices.Compact(orgs) {
		if org == "" {
			continue
		}
		staff, err := engine.List(tx, sqlPeople, []any{string(org), "", int64(maxLimit)}, scanPerson)
		if err != nil {
			return fmt.Errorf("list officers of %s: %w", org, err)
		}
		told := 0
		for _, person := range staff {
			if told == maxOfficers {
				break
			}
			if !person.DisabledAt.IsZero() || !slices.Contains(person.Roles, lifecycle.RoleSecurityOfficer) {
				continue
			}
			told++
			if err := s.queueNotice(tx, flagNotice(person.ID, flag, s.now())); err != nil {
				return err
			}
		}
	}
	return nil
}

func flagNotice(to lifecycle.PersonID, flag lifecycle.Flag, now time.Time) notice.Notice {
	return notice.Notice{
		To: to, Kind: notice.KindFlag, Params: map[string]string{"what": flag.Kind}, Link: "/flags", At: now,
		Once: fmt.Sprintf("flag %s %s %d", flag.Kind, flag.Severity, now.Unix()/int64(time.Hour/time.Second)),
	}
}
