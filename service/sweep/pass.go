package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/ledger"
)

// pass is where one reading of the whole log has come to.
type pass struct {
	Slot time.Time   `json:"slot"` // when it was due
	Edge ledger.Edge `json:"edge"` // the tree of all that it has read
	// Signed: a checkpoint of that very tree was stored.
	Signed   bool             `json:"signed"`
	Done     bool             `json:"done"`
	Restarts []ledger.Restart `json:"restarts,omitempty"` // new origins that it came by
	Found    int64            `json:"found,omitempty"`
	First    []string         `json:"first,omitempty"` // the first findings
}

// sealed is a pass as it is stored.
type sealed struct {
	Pass json.RawMessage `json:"pass"`
	Seal string          `json:"seal"`
}

// PositionAltered: the position of the audit is not one that the audit wrote,
// or the log no longer has the tree of which it was. Both can only be to hide
// what lies before it.
const PositionAltered ledger.Code = "position-altered"

var errAltered = errors.New("the position is not what was written")

// load reads the position and checks it: that we wrote it (its seal), and that
// the log still holds a signed checkpoint of the tree that was read up to it.
// Whatever is wrong with it is a finding, and the pass begins anew. A position
// that is gone, or an older one of ours, only makes the audit read more.
func (a *audit) load(ctx context.Context) error {
	stored, version, err := a.sweep.config.Audit.Positions.Position(ctx, LedgerAudit)
	if err != nil {
		return err
	}
	a.version = version
	if version == 0 {
		return nil
	}
	read, err := a.open(stored)
	if err == nil && read.Signed {
		var anchored bool
		if anchored, err = ledger.Anchored(ctx, a.source, a.renamed(read), read.Edge); err != nil {
			return err
		}
		if !anchored {
			err = errAltered
		}
	}
	if err != nil {
		a.pass = pass{Slot: latest(a.sweep.fullPass, a.sweep.now())}
		return a.flag(ctx, []ledger.Finding{{Index: read.Edge.Size(), Code: PositionAltered, Detail: err.Error()}}, 0)
	}
	a.pass = read
	return nil
}

// renamed are the keys under every name that the log had by then.
func (a *audit) renamed(read pass) note.Verifiers {
	keys := a.keys
	for _, restart := range read.Restarts {
		if renamer, ok := keys.(ledger.Renamer); ok {
			if renamed, err := renamer.Renamed(restart.Gap.Origin, restart.Origin); err == nil {
				keys = renamed
			}
		}
	}
	return keys
}

func (a *audit) open(stored string) (read pass, err error) {
	var s sealed
	if err := json.Unmarshal([]byte(stored), &s); err != nil {
		return read, fmt.Errorf("%w: %w", errAltered, err)
	}
	if s.Seal != a.sweep.config.Audit.Seal(string(s.Pass)) {
		return read, errAltered
	}
	if err := json.Unmarshal(s.Pass, &read); err != nil {
		return pass{}, fmt.Errorf("%w: %w", errAltered, err)
	}
	return read, nil
}

// save writes the position. It reports false where another process has moved
// it since.
func (a *audit) save(ctx context.Context) (bool, error) {
	text, err := json.Marshal(a.pass)
	if err != nil {
		return false, fmt.Errorf("encode position: %w", err)
	}
	stored, err := json.Marshal(sealed{Pass: text, Seal: a.sweep.config.Audit.Seal(string(text))})
	if err != nil {
		return false, fmt.Errorf("encode position: %w", err)
	}
	moved, err := a.sweep.config.Audit.Positions.MovePosition(ctx, LedgerAudit, a.version, string(stored))
	if moved {
		a.version++
	}
	return moved, err
}
