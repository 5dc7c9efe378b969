package facts

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlPresentBindings = `
SELECT binding_id, kind, state, account, account_hash, epoch, created_at, live_at, ended_at, ended_by, proof_hash,
  code_hash, offered_until, until
FROM binding
WHERE unit_id = $1 AND (state <> 'ended' OR ended_at > $2)
ORDER BY created_at, binding_id`

// presentBindings are those that stand and those whose end can still be
// contested.
func presentBindings(tx *engine.Tx, id lifecycle.UnitID, now time.Time) ([]lifecycle.Binding, error) {
	since := now.Add(-lifecycle.ContestFor)
	return engine.List(tx, sqlPresentBindings, []any{string(id), since.UnixMilli()}, scanBinding)
}

const sqlAllBindings = `
SELECT binding_id, kind, state, account, account_hash, epoch, created_at, live_at, ended_at, ended_by, proof_hash,
  code_hash, offered_until, until
FROM binding
WHERE unit_id = $1
ORDER BY created_at, binding_id`

// Bindings are all that the unit ever had, oldest first.
func Bindings(tx *engine.Tx, id lifecycle.UnitID) ([]lifecycle.Binding, error) {
	return engine.List(tx, sqlAllBindings, []any{string(id)}, scanBinding)
}

func scanBinding(scan engine.Scan) (lifecycle.Binding, error) {
	var b lifecycle.Binding
	err := scan(bindingColumns(&b)...)
	return b, err
}

func bindingColumns(b *lifecycle.Binding) []any {
	return []any{
		engine.TextTo(&b.ID), engine.TextTo(&b.Kind), engine.TextTo(&b.State), engine.TextTo(&b.Account),
		engine.TextTo(&b.AccountHash), &b.Epoch, engine.Instant{To: &b.CreatedAt}, engine.Instant{To: &b.LiveAt},
		engine.Instant{To: &b.EndedAt}, engine.TextTo(&b.EndedBy), engine.TextTo(&b.ProofHash),
		engine.TextTo(&b.CodeHash), engine.Instant{To: &b.OfferedUntil}, engine.Instant{To: &b.Until},
	}
}

const sqlPutBinding = `
INSERT INTO binding (unit_id, binding_id, epoch, kind, state, account, account_hash, created_at, live_at,
  ended_at, ended_by, proof_hash, code_hash, offered_until, until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (unit_id, binding_id) DO UPDATE SET epoch = excluded.epoch, kind = excluded.kind,
  state = excluded.state, account = excluded.account, account_hash = excluded.account_hash,
  created_at = excluded.created_at, live_at = excluded.live_at, ended_at = excluded.ended_at,
  ended_by = excluded.ended_by, proof_hash = excluded.proof_hash, code_hash = excluded.code_hash,
  offered_until = excluded.offered_until, until = excluded.until`

// putBindings writes those that end first: at most one owner is live at any
// moment, also between two statements.
func putBindings(tx *engine.Tx, id lifecycle.UnitID, bindings []lifecycle.Binding) error {
	bindings = slices.Clone(bindings)
	slices.SortStableFunc(bindings, func(a, b lifecycle.Binding) int {
		return cmp.Compare(boolRank(a.State != lifecycle.BindingEnded), boolRank(b.State != lifecycle.BindingEnded))
	})
	for _, b := range bindings {
		if err := claim(tx, KindBinding, string(b.ID), id); err != nil {
			return err
		}
		if b.CodeHash != "" {
			if err := claim(tx, KindBinding, b.CodeHash, id); err != nil {
				return err
			}
		}
		_, err := tx.Exec(sqlPutBinding, string(id), string(b.ID), int64(b.Epoch), string(b.Kind), string(b.State),
			string(b.Account), engine.Opt(b.AccountHash), b.CreatedAt.UnixMilli(), engine.At(b.LiveAt),
			engine.At(b.EndedAt), engine.Opt(b.EndedBy), engine.Opt(b.ProofHash), engine.Opt(b.CodeHash),
			engine.At(b.OfferedUntil), engine.At(b.Until))
		if err != nil {
			return fmt.Errorf("write binding %s: %w", b.ID, err)
		}
	}
	return nil
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

const sqlMineOf = `
SELECT u.unit_id, u.brand, u.serial, NULL, b.binding_id, b.kind, b.state, b.account, b.account_hash, b.epoch,
       b.created_at, b.live_at, b.ended_at, b.ended_by, b.proof_hash, b.code_hash, b.offered_until, b.until
FROM binding b JOIN unit u ON u.unit_id = b.unit_id
WHERE b.account = $1 AND b.state <> 'ended' AND (b.until IS NULL OR b.until > $2)
  AND (b.state = 'live' OR b.offered_until IS NULL OR b.offered_until > $2)
ORDER BY b.unit_id, b.binding_id`

// MineOf are a person's bindings that stand. A share whose time is over does
// not, though no sweep has put that down yet.
func MineOf(tx *engine.Tx, person lifecycle.PersonID, now time.Time) ([]lifecycle.PersonBinding, error) {
	return engine.List(tx, sqlMineOf, []any{string(person), now.UnixMilli()}, scanPersonBinding)
}

const sqlPastOf = `
SELECT u.unit_id, u.brand, u.serial, r.return_id, b.binding_id, b.kind, b.state, b.account, b.account_hash, b.epoch,
       b.created_at, b.live_at, b.ended_at, b.ended_by, b.proof_hash, b.code_hash, b.offered_until, b.until
FROM binding b JOIN unit u ON u.unit_id = b.unit_id
LEFT JOIN unit_return r ON r.unit_id = b.unit_id AND r.former_owner = b.account AND r.at = b.ended_at
  AND b.ended_by = 'return'
WHERE b.account = $1 AND (b.state = 'ended' OR b.until <= $2) AND b.live_at IS NOT NULL
ORDER BY b.unit_id, b.binding_id`

// PastOf are a person's bindings that were live and are over.
func PastOf(tx *engine.Tx, person lifecycle.PersonID, now time.Time) ([]lifecycle.PersonBinding, error) {
	past, err := engine.List(tx, sqlPastOf, []any{string(person), now.UnixMilli()}, scanPersonBinding)
	for i := range past {
		past[i].Binding = past[i].Binding.AsOf(now)
	}
	return past, err
}

func scanPersonBinding(scan engine.Scan) (lifecycle.PersonBinding, error) {
	var p lifecycle.PersonBinding
	unit := []any{engine.TextTo(&p.Unit), &p.Key.Brand, &p.Key.Serial, engine.TextTo(&p.Return)}
	err := scan(append(unit, bindingColumns(&p.Binding)...)...)
	return p, err
}
