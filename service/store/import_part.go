package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"quitclaim/service/keyring"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

// importSubject is under whose key an import's file and the values in its errors
// are sealed.
func importSubject(id lifecycle.ImportID) string { return "import/" + string(id) }

// Who was sent away by a newer upload writes nothing more.
const sqlTouchUpload = `
UPDATE import_job SET changed_at = $3 WHERE import_id = $1 AND state = 'uploading' AND attempt = $2`

const sqlAddPart = `INSERT INTO import_part (import_id, part, sealed) VALUES ($1, $2, $3)`

// PutImportPart keeps the next part of the file of an import. An upload that
// another has taken over is lifecycle.ErrStale.
func (s *Store) PutImportPart(ctx context.Context, job lifecycle.Import, part int64, content []byte) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (struct{}, error) {
		key, err := s.subjectKey(tx, importSubject(job.ID))
		if err != nil {
			return struct{}{}, err
		}
		sealed, err := key.Seal(partField(part), content)
		if err != nil {
			return struct{}{}, fmt.Errorf("seal part %d: %w", part, err)
		}
		rows, err := tx.Exec(sqlTouchUpload, string(job.ID), job.Attempt, s.instant().UnixMilli())
		if err == nil && rows == 0 {
			err = lifecycle.ErrStale
		}
		if err == nil {
			_, err = tx.Exec(sqlAddPart, string(job.ID), part, sealed)
		}
		return struct{}{}, err
	})
	if err != nil {
		return fmt.Errorf("keep part %d of import %s: %w", part, job.ID, err)
	}
	return nil
}

func partField(part int64) string { return "import_part.sealed\x00" + strconv.FormatInt(part, 10) }

const sqlPart = `SELECT sealed FROM import_part WHERE import_id = $1 AND part = $2`

// ImportPart reads a part of an import's file, lifecycle.ErrNotFound behind the
// last.
func (s *Store) ImportPart(ctx context.Context, id lifecycle.ImportID, part int64) ([]byte, error) {
	content, err := get(ctx, s, func(tx *engine.Tx) ([]byte, error) {
		var sealed []byte
		found, err := tx.Get(sqlPart, []any{string(id), part}, &sealed)
		if err != nil || !found {
			return nil, orNotFound(found, err)
		}
		key, err := s.subjectKey(tx, importSubject(id))
		if err != nil {
			return nil, err
		}
		return key.Open(partField(part), sealed)
	})
	if err != nil {
		return nil, fmt.Errorf("part %d of import %s: %w", part, id, err)
	}
	return content, nil
}

func orNotFound(found bool, err error) error {
	if err == nil && !found {
		return lifecycle.ErrNotFound
	}
	return err
}

const sqlDropParts = `DELETE FROM import_part WHERE import_id = $1 AND part >= $2 AND part < $3`

// DropImportParts removes some parts of a file. It is done in pieces, for the
// database overwrites what it deletes, and nobody else writes meanwhile.
func (s *Store) DropImportParts(ctx context.Context, id lifecycle.ImportID, from, to int64) error {
	_, err := write(ctx, s, func(tx *engine.Tx) (int64, error) { return tx.Exec(sqlDropParts, string(id), from, to) })
	if err != nil {
		return fmt.Errorf("drop parts of import %s: %w", id, err)
	}
	return nil
}

// CloseImport says that all parts are there, and what is to be done with them.
func (s *Store) CloseImport(ctx context.Context, job lifecycle.Import) (lifecycle.Import, error) {
	return write(ctx, s, func(tx *engine.Tx) (lifecycle.Import, error) {
		return s.moveImport(tx, job, lifecycle.ImportUploading, 0)
	})
}

const sqlAddImportError = `
INSERT INTO import_error (import_id, row_no, place, col, code, args, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)`

// addImportErrors keeps errors, up to ImportErrorsKept of one import; before is
// how many it had.
func (s *Store) addImportErrors(tx *engine.Tx, id lifecycle.ImportID, before int64, list []lifecycle.ImportError) error {
	if room := lifecycle.ImportErrorsKept - before; int64(len(list)) > room {
		list = list[:max(room, 0)]
	}
	if len(list) == 0 {
		return nil
	}
	key, err := s.subjectKey(tx, importSubject(id))
	if err != nil {
		return err
	}
	rows := make([][]any, len(list))
	for i, e := range list {
		if rows[i], err = importErrorRow(key, id, before+int64(i), e); err != nil {
			return err
		}
	}
	if _, err := tx.ExecEach(sqlAddImportError, rows); err != nil {
		return fmt.Errorf("keep errors of import %s: %w", id, err)
	}
	return nil
}

func importErrorRow(key keyring.SubjectKey, id lifecycle.ImportID, place int64, e lifecycle.ImportError) ([]any, error) {
	var args, sealed any
	if len(e.Args) > 0 {
		text, err := json.Marshal(e.Args)
		if err != nil {
			return nil, fmt.Errorf("write error of row %d: %w", e.Row, err)
		}
		args = string(text)
	}
	if e.Value != "" {
		var err error
		if sealed, err = key.Seal(errorField(e.Row, place), []byte(e.Value)); err != nil {
			return nil, fmt.Errorf("seal error of row %d: %w", e.Row, err)
		}
	}
	return []any{string(id), e.Row, place, e.Column, e.Code, args, sealed}, nil
}

func errorField(row, place int64) string {
	return "import_error.sealed\x00" + strconv.FormatInt(row, 10) + "." + strconv.FormatInt(place, 10)
}

const sqlImportErrors = `
SELECT row_no, place, col, code, args, sealed FROM import_error
WHERE import_id = $1 AND (row_no > $2 OR row_no = $2 AND place > $3)
ORDER BY row_no, place LIMIT $4`

// ImportErrors lists what is wrong with an import's rows, in their order.
func (s *Store) ImportErrors(ctx context.Context, id lifecycle.ImportID, page lifecycle.Page) ([]lifecycle.ImportError, string, error) {
	row, place := int64(0), int64(-1)
	if page.After != "" {
		number, text, err := parsePair(page.After)
		if err == nil {
			place, err = strconv.ParseInt(text, 10, 64)
		}
		if err != nil {
			return nil, "", fmt.Errorf("position in errors: %w", lifecycle.ErrInvalid)
		}
		row = number
	}
	type placed struct {
		lifecycle.ImportError
		place int64
	}
	limit := limitOf(page)
	list, err := get(ctx, s, func(tx *engine.Tx) ([]placed, error) {
		key, err := s.subjectKey(tx, importSubject(id))
		if err != nil {
			return nil, err
		}
		return engine.List(tx, sqlImportErrors, []any{string(id), row, place, int64(limit)}, func(scan engine.Scan) (placed, error) {
			var p placed
			p.place, err = scanImportError(scan, key, &p.ImportError)
			return p, err
		})
	})
	if err != nil {
		return nil, "", fmt.Errorf("errors of import %s: %w", id, err)
	}
	errs := make([]lifecycle.ImportError, len(list))
	for i, p := range list {
		errs[i] = p.ImportError
	}
	return errs, after(list, limit, func(p placed) string { return pair(p.Row, strconv.FormatInt(p.place, 10)) }), nil
}

func scanImportError(scan engine.Scan, key keyring.SubjectKey, e *lifecycle.ImportError) (place int64, err error) {
	var args string
	var sealed []byte
	if err := scan(&e.Row, &place, &e.Column, &e.Code, engine.TextTo(&args), &sealed); err != nil {
		return 0, err
	}
	if args != "" {
		if err := json.Unmarshal([]byte(args), &e.Args); err != nil {
			return 0, fmt.Errorf("parameters of an error: %w", err)
		}
	}
	if len(sealed) > 0 {
		value, err := key.Open(errorField(e.Row, place), sealed)
		if err != nil {
			return 0, err
		}
		e.Value = string(value)
	}
	return place, nil
}

const sqlDropErrors = `DELETE FROM import_error WHERE import_id = $1`
