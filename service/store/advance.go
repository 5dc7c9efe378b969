package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/book"
	"quitclaim/service/store/catalog"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/facts"
)

// Advance is the one write door to a unit. It loads the snapshot, lets decide
// say what is to be written, and writes that, the ledger entry and the saved
// answer in one transaction; it returns when they are on disk. decide must be
// pure: it may run again, and it may run though the caller has gone. Its error
// comes back as it is, and nothing is written.
//
// With an idempotency key in ctx, the same principal's same request on the same
// unit is answered from what was saved. A unit that is not on record is
// lifecycle.ErrNotFound.
func (s *Store) Advance(ctx context.Context, unit lifecycle.UnitID, decide lifecycle.Decide) (lifecycle.Outcome, error) {
	return s.advance(ctx, unit, nil, decide)
}

// AdvanceWithReceipt is Advance, and keeps the receipt number, sealed, in the
// same transaction. ReceiptHash is the hash under which rules know it.
func (s *Store) AdvanceWithReceipt(ctx context.Context, unit lifecycle.UnitID, org lifecycle.OrgID, receipt string,
	decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	return s.advance(ctx, unit, func(tx *engine.Tx, u lifecycle.Unit) error {
		return s.putReceipt(tx, u, org, receipt)
	}, decide)
}

func (s *Store) advance(ctx context.Context, id lifecycle.UnitID, also func(*engine.Tx, lifecycle.Unit) error,
	decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	actor := access.From(ctx).Actor()
	outcome, replayed, err := onceGuarded(ctx, s, string(id), func(tx *engine.Tx) (lifecycle.Outcome, error) {
		record, change, err := s.decide(tx, id, actor, decide)
		if err != nil {
			return lifecycle.Outcome{}, err
		}
		change.Unit.Version = record.Unit.Version + 1
		if err := s.settle(tx, &change); err != nil {
			return lifecycle.Outcome{}, err
		}
		if err := record.Write(tx, change); err != nil {
			return lifecycle.Outcome{}, err
		}
		if also != nil {
			if err := also(tx, change.Unit); err != nil {
				return lifecycle.Outcome{}, err
			}
		}
		return s.enter(tx, change)
	})
	outcome.Replayed = replayed
	return outcome, err
}

// decide loads a unit's record and lets decide say what is to be written. In a
// shared database others may write while we read: what is written is guarded by
// the unit's version, and so is a refusal.
func (s *Store) decide(tx *engine.Tx, id lifecycle.UnitID, actor lifecycle.Actor, decide lifecycle.Decide,
) (facts.Record, lifecycle.Change, error) {
	if tx.Contended() {
		if err := tx.Serialize("unit " + string(id)); err != nil {
			return facts.Record{}, lifecycle.Change{}, fmt.Errorf("wait for unit %s: %w", id, err)
		}
	}
	record, err := facts.Load(tx, id, s.now())
	if err != nil {
		return record, lifecycle.Change{}, s.even(tx, record, err)
	}
	if err := s.complete(tx, &record.Snapshot, actor); err != nil {
		return record, lifecycle.Change{}, err
	}
	change, err := decide(record.Snapshot)
	if err != nil {
		if moved := record.Stands(tx); moved != nil {
			return record, change, moved
		}
		return record, change, s.even(tx, record, err)
	}
	if err := s.keepCap(tx, record.Snapshot, change, actor); err != nil {
		return record, change, err
	}
	return record, change, keepAccreditation(tx, record.Snapshot, change)
}

// keepAccreditation lets nobody certify once an accreditation has ended: in a
// shared database it may end between the look at it and the commit.
func keepAccreditation(tx *engine.Tx, seen lifecycle.Snapshot, change lifecycle.Change) error {
	if !tx.Shared() || change.Event != lifecycle.EventCertify {
		return nil
	}
	if err := tx.Serialize(accreditationLock(seen.Unit.Model)); err != nil {
		return fmt.Errorf("wait for accreditations of %s: %w", seen.Unit.Model, err)
	}
	now, err := catalog.AccreditationsOf(tx, seen.Unit.Model)
	if err == nil && !slices.Equal(now, seen.Accreditations) {
		err = fmt.Errorf("accreditations of %s: %w", seen.Unit.Model, engine.ErrConflict)
	}
	return err
}

// accreditationLock is what who certifies and who ends an accreditation wait
// for each other by.
func accreditationLock(model lifecycle.ModelID) string { return "accreditations of " + string(model) }

// keepCap lets the returns without authority of one organisation pass one at a
// time: each counts those before it (rule 1), and no row of theirs is one that
// all of them write.
func (s *Store) keepCap(tx *engine.Tx, seen lifecycle.Snapshot, change lifecycle.Change, actor lifecycle.Actor) error {
	r := change.Return
	if !tx.Shared() || r == nil || r.Authority != lifecycle.AuthorityNone || r.From != lifecycle.StateBound || actor.Org == "" {
		return nil
	}
	if err := tx.Serialize("unproven returns of " + string(actor.Org)); err != nil {
		return fmt.Errorf("wait for returns of %s: %w", actor.Org, err)
	}
	now, err := facts.Unproven(tx, actor.Org, actor.Person, s.now())
	if err == nil && now != seen.Unproven {
		err = fmt.Errorf("returns of %s: %w", actor.Org, engine.ErrConflict)
	}
	return err
}

// Register is the door for a unit that is not on record yet. The snapshot has
// the model and nothing else; the change carries the new unit with its id. A
// key that is on record already is a refusal, "register.exists".
func (s *Store) Register(ctx context.Context, key lifecycle.UnitKey, model lifecycle.ModelID, decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	return s.registerAlso(ctx, key, model, nil, decide)
}

// RegisterWithReceipt is Register, and keeps the receipt number, sealed, in the
// same transaction.
func (s *Store) RegisterWithReceipt(ctx context.Context, key lifecycle.UnitKey, model lifecycle.ModelID,
	org lifecycle.OrgID, receipt string, decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	return s.registerAlso(ctx, key, model, func(tx *engine.Tx, u lifecycle.Unit) error {
		return s.putReceipt(tx, u, org, receipt)
	}, decide)
}

func (s *Store) registerAlso(ctx context.Context, key lifecycle.UnitKey, model lifecycle.ModelID,
	also func(*engine.Tx, lifecycle.Unit) error, decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	outcome, replayed, err := onceGuarded(ctx, s, key.String(), func(tx *engine.Tx) (lifecycle.Outcome, error) {
		outcome, err := s.register(tx, key, model, decide)
		if err == nil && also != nil {
			err = also(tx, outcome.Change.Unit)
		}
		return outcome, err
	})
	outcome.Replayed = replayed
	return outcome, err
}

func (s *Store) register(tx *engine.Tx, key lifecycle.UnitKey, model lifecycle.ModelID, decide lifecycle.Decide,
) (lifecycle.Outcome, error) {
	snapshot := lifecycle.Snapshot{Unit: lifecycle.Unit{Model: model}}
	if err := s.complete(tx, &snapshot, lifecycle.Actor{}); err != nil {
		return lifecycle.Outcome{}, err
	}
	snapshot.Unit = lifecycle.Unit{}
	change, err := decide(snapshot)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	if !change.Unit.Key.Equal(key) || change.Unit.ID == "" {
		return lifecycle.Outcome{}, fmt.Errorf("registered another unit than %s: %w", key, lifecycle.ErrInvalid)
	}
	change.Unit.Version = 1
	if err := s.settle(tx, &change); err != nil {
		return lifecycle.Outcome{}, err
	}
	added, err := facts.Add(tx, change)
	if err != nil {
		return lifecycle.Outcome{}, err
	}
	if !added {
		return lifecycle.Outcome{}, &lifecycle.Refusal{
			Event: lifecycle.EventRegister, Reasons: []lifecycle.Reason{{Code: "register.exists"}},
		}
	}
	if _, err := s.label(tx, change.Unit.ID); err != nil {
		return lifecycle.Outcome{}, err
	}
	return s.enter(tx, change)
}

// complete adds to a snapshot what is not kept with the unit.
func (s *Store) complete(tx *engine.Tx, snapshot *lifecycle.Snapshot, actor lifecycle.Actor) (err error) {
	if snapshot.Unit.Model != "" {
		if snapshot.Model, err = catalog.Model(tx, snapshot.Unit.Model); err != nil {
			return err
		}
		if snapshot.Accreditations, err = catalog.AccreditationsOf(tx, snapshot.Unit.Model); err != nil {
			return err
		}
	}
	if facts.ReadsKit(snapshot.Unit.State) {
		if snapshot.Kit, err = facts.KitOf(tx, snapshot.Unit.ID); err != nil {
			return err
		}
	}
	if actor.Org != "" && snapshot.Unit.State == lifecycle.StateBound {
		snapshot.Unproven, err = facts.Unproven(tx, actor.Org, actor.Person, s.now())
	}
	return err
}

// settle makes the change final: instants as they are stored, flags merged with
// those that are there.
func (s *Store) settle(tx *engine.Tx, change *lifecycle.Change) (err error) {
	truncateTimes(change)
	change.Flags, err = facts.MergeAll(tx, change.Unit.ID, change.Flags, s.newFlagID)
	return err
}

func (s *Store) newFlagID() lifecycle.FlagID { return lifecycle.FlagID(s.newID("flg")) }

// enter writes the ledger entry: the whole change.
func (s *Store) enter(tx *engine.Tx, change lifecycle.Change) (lifecycle.Outcome, error) {
	body, err := json.Marshal(change)
	if err != nil {
		return lifecycle.Outcome{}, fmt.Errorf("encode change of %s: %w", change.Unit.ID, err)
	}
	index, err := s.log.Append(tx, book.Record{
		At: change.At, Kind: book.KindUnit, Subject: string(change.Unit.ID), Event: string(change.Event), Body: body,
		State: change.Unit.State, Epoch: change.Unit.Epoch,
	})
	return lifecycle.Outcome{Change: change, Index: index}, err
}
