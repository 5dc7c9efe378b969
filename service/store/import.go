package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlImport = `
SELECT import_id, org_id, reference, kind, format, state, actor, name, digest, bytes, layout, at_byte, counts,
  failure, attempt, created_at, changed_at, ended_at
FROM import_job WHERE import_id = $1`

const sqlImportByReference = `
SELECT import_id, org_id, reference, kind, format, state, actor, name, digest, bytes, layout, at_byte, counts,
  failure, attempt, created_at, changed_at, ended_at
FROM import_job WHERE org_id = $1 AND reference = $2`

const sqlImports = `
SELECT import_id, org_id, reference, kind, format, state, actor, name, digest, bytes, layout, at_byte, counts,
  failure, attempt, created_at, changed_at, ended_at
FROM import_job
WHERE org_id = $1 AND (created_at, import_id) < ($2, $3)
ORDER BY created_at DESC, import_id DESC LIMIT $4`

// Import reads an import by its id.
func (s *Store) Import(ctx context.Context, id lifecycle.ImportID) (lifecycle.Import, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Import, error) { return importOf(tx, sqlImport, string(id)) })
}

// ImportByReference reads an organisation's import by its own name for it.
func (s *Store) ImportByReference(ctx context.Context, org lifecycle.OrgID, reference string) (lifecycle.Import, error) {
	return get(ctx, s, func(tx *engine.Tx) (lifecycle.Import, error) {
		return importOf(tx, sqlImportByReference, string(org), reference)
	})
}

// Imports lists an organisation's imports, newest first.
func (s *Store) Imports(ctx context.Context, org lifecycle.OrgID, page lifecycle.Page) ([]lifecycle.Import, string, error) {
	before, id := int64(lastInstant), ""
	if page.After != "" {
		var err error
		if before, id, err = parsePair(page.After); err != nil {
			return nil, "", err
		}
	}
	limit := limitOf(page)
	list, err := get(ctx, s, func(tx *engine.Tx) ([]lifecycle.Import, error) {
		return engine.List(tx, sqlImports, []any{string(org), before, id, int64(limit)}, scanImport)
	})
	if err != nil {
		return nil, "", fmt.Errorf("list imports: %w", err)
	}
	return list, after(list, limit, func(i lifecycle.Import) string { return pair(i.CreatedAt.UnixMilli(), string(i.ID)) }), nil
}

// lastInstant is after every instant that we store: the year 9999.
const lastInstant = 253_402_300_799_999

func importOf(tx *engine.Tx, query string, args ...any) (lifecycle.Import, error) {
	list, err := engine.List(tx, query, args, scanImport)
	if err != nil {
		return lifecycle.Import{}, fmt.Errorf("read import: %w", err)
	}
	if len(list) == 0 {
		return lifecycle.Import{}, fmt.Errorf("import: %w", lifecycle.ErrNotFound)
	}
	return list[0], nil
}

func scanImport(scan engine.Scan) (lifecycle.Import, error) {
	var i lifecycle.Import
	var actor, layout, counts string
	err := scan(engine.TextTo(&i.ID), engine.TextTo(&i.Org), &i.Reference, engine.TextTo(&i.Kind), engine.TextTo(&i.Format),
		engine.TextTo(&i.State), &actor, &i.Name, engine.TextTo(&i.Digest), &i.Bytes, &layout, &i.Offset, &counts,
		engine.TextTo(&i.Failure), &i.Attempt, engine.Instant{To: &i.CreatedAt}, engine.Instant{To: &i.ChangedAt},
		engine.Instant{To: &i.EndedAt})
	for text, into := range map[*string]any{&actor: &i.Actor, &layout: &i.Layout, &counts: &i.Counts} {
		if err == nil {
			err = json.Unmarshal([]byte(*text), into)
		}
	}
	return i, err
}

const sqlAddImport = `
INSERT INTO import_job (import_id, org_id, reference, kind, format, state, actor, name, bytes, layout, at_byte, counts,
  attempt, created_at, changed_at, lease_until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, 0, $10, 1, $11, $11, 0)`

// OpenImport makes an import that takes its bytes, or takes over one of the same
// reference whose upload broke off: then what came of it is gone, and whoever
// still sends to it finds it taken. An import that has all its bytes comes back
// as it is.
func (s *Store) OpenImport(ctx context.Context, in lifecycle.Import) (lifecycle.Import, error) {
	in.State, in.CreatedAt, in.Attempt = lifecycle.ImportUploading, s.instant(), 1
	in.ChangedAt = in.CreatedAt
	opened, err := writeAlone(ctx, s, func(tx *engine.Tx) (lifecycle.Import, error) {
		was, err := importOf(tx, sqlImportByReference, string(in.Org), in.Reference)
		if err == nil && was.State != lifecycle.ImportUploading {
			return was, nil
		}
		if err == nil {
			return s.reopenImport(tx, was, in)
		}
		if !isNotFound(err) {
			return was, err
		}
		if _, err := s.ownKey(tx, importSubject(in.ID)); err != nil {
			return in, err
		}
		actor, layout, counts, err := importTexts(in)
		if err != nil {
			return in, err
		}
		_, err = tx.Exec(sqlAddImport, string(in.ID), string(in.Org), in.Reference, string(in.Kind), string(in.Format),
			string(in.State), actor, in.Name, layout, counts, in.CreatedAt.UnixMilli())
		return in, err
	})
	if err != nil {
		return lifecycle.Import{}, fmt.Errorf("open import: %w", err)
	}
	return opened, nil
}

func (s *Store) reopenImport(tx *engine.Tx, was, in lifecycle.Import) (lifecycle.Import, error) {
	if _, err := tx.Exec(sqlDropParts, string(was.ID), int64(0), int64(math.MaxInt64)); err != nil {
		return was, err
	}
	in.ID, in.CreatedAt, in.Attempt = was.ID, was.CreatedAt, was.Attempt
	return s.moveImport(tx, in, lifecycle.ImportUploading, 0)
}

const sqlMoveImport = `
UPDATE import_job SET kind = $4, format = $5, state = $6, actor = $7, name = $8, digest = $9, bytes = $10, layout = $11,
  at_byte = $12, counts = $13, failure = $14, attempt = attempt + $15, changed_at = $16, ended_at = $17, lease_until = $18
WHERE import_id = $1 AND state = $2 AND attempt = $3`

// moveImport writes an import that was read in a state, under its attempt. Where
// somebody else moved it since, it is lifecycle.ErrStale. A lease of 0 leaves the
// import to whoever comes first, and fences off who had it.
func (s *Store) moveImport(tx *engine.Tx, in lifecycle.Import, from lifecycle.ImportState, lease time.Duration) (lifecycle.Import, error) {
	actor, layout, counts, err := importTexts(in)
	if err != nil {
		return in, err
	}
	in.ChangedAt = s.instant()
	until, fence := int64(0), int64(1)
	if lease > 0 {
		until, fence = in.ChangedAt.Add(lease).UnixMilli(), 0
	}
	if in.State.Final() && in.EndedAt.IsZero() {
		in.EndedAt = in.ChangedAt
	}
	rows, err := tx.Exec(sqlMoveImport, string(in.ID), string(from), in.Attempt, string(in.Kind), string(in.Format),
		string(in.State), actor, in.Name, engine.Opt(in.Digest), in.Bytes, layout, in.Offset, counts, engine.Opt(in.Failure),
		fence, in.ChangedAt.UnixMilli(), engine.At(in.EndedAt), until)
	if err == nil && rows == 0 {
		err = lifecycle.ErrStale
	}
	if err != nil {
		return in, fmt.Errorf("move import %s: %w", in.ID, err)
	}
	in.Attempt += fence
	return in, nil
}

func importTexts(in lifecycle.Import) (actor, layout, counts string, err error) {
	texts := make([]string, 3)
	for n, value := range []any{in.Actor, in.Layout, in.Counts} {
		text, err := json.Marshal(value)
		if err != nil {
			return "", "", "", fmt.Errorf("write import: %w", err)
		}
		texts[n] = string(text)
	}
	return texts[0], texts[1], texts[2], nil
}

// ChangeImport has change say what becomes of an import, as it is now. Whoever
// works on it finds it taken.
func (s *Store) ChangeImport(ctx context.Context, id lifecycle.ImportID,
	change func(lifecycle.Import) (lifecycle.Import, error),
) (lifecycle.Import, error) {
	changed, _, err := once(ctx, s, string(id), func(tx *engine.Tx) (lifecycle.Import, error) {
		was, err := importOf(tx, sqlImport, string(id))
		if err != nil {
			return was, err
		}
		next, err := change(was)
		if err != nil {
			return was, err
		}
		next.Attempt = was.Attempt
		if next.State == lifecycle.ImportChecking || next.State == lifecycle.ImportRunning {
			if _, err := tx.Exec(sqlDropErrors, string(id)); err != nil {
				return was, fmt.Errorf("drop errors of import %s: %w", id, err)
			}
		}
		return s.moveImport(tx, next, was.State, 0)
	})
	return changed, err
}

const sqlImportToWork = `
SELECT import_id FROM import_job
WHERE state IN ('checking', 'running') AND lease_until <= $1
ORDER BY lease_until, import_id LIMIT 1 /* only rows that nobody has */`

const sqlClaimImport = `
UPDATE import_job SET attempt = attempt + 1, lease_until = $2
WHERE import_id = $1 AND state IN ('checking', 'running') AND lease_until <= $3`

// ClaimImport gives a worker an import to go on with, for the time of the lease:
// each step that it writes renews it. It reports false where nothing waits.
func (s *Store) ClaimImport(ctx context.Context, lease time.Duration) (lifecycle.Import, bool, error) {
	type claimed struct {
		job   lifecycle.Import
		found bool
	}
	c, err := write(ctx, s, func(tx *engine.Tx) (c claimed, err error) {
		now := s.instant()
		var id string
		if found, err := tx.Get(sqlImportToWork, []any{now.UnixMilli()}, &id); err != nil || !found {
			return c, err
		}
		rows, err := tx.Exec(sqlClaimImport, id, now.Add(lease).UnixMilli(), now.UnixMilli())
		if err != nil || rows == 0 {
			return c, err
		}
		c.found = true
		c.job, err = importOf(tx, sqlImport, id)
		return c, err
	})
	if err != nil {
		return lifecycle.Import{}, false, fmt.Errorf("claim import: %w", err)
	}
	return c.job, c.found, nil
}

const sqlFreeImports = `UPDATE import_job SET lease_until = 0 WHERE state IN ('checking', 'running') AND lease_until > 0`

// freeImports is freeWork for imports.
func (s *Store) freeImports(ctx context.Context) error {
	return s.db.Write(ctx, func(tx *engine.Tx) error {
		if _, err := tx.Exec(sqlFreeImports); err != nil {
			return fmt.Errorf("end leases of imports: %w", err)
		}
		return nil
	})
}

func isNotFound(err error) bool { return errors.Is(err, lifecycle.ErrNotFound) }
