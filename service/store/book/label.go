package book

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/engine"
)

const sqlLabels = `
SELECT idx, entry_id, kind, subject, event, at, state, epoch, entry FROM log_entry
WHERE idx >= $1 AND idx < $2
ORDER BY idx`

// label is what the columns beside an entry say about it. The feed and the
// history go by them; no hash covers them.
type label struct {
	index int64
	leaf  ledger.Leaf
	state lifecycle.State
	epoch lifecycle.Epoch
	entry []byte
}

// Mislabelled lists the entries with an index in [from, to) whose columns do
// not say what the entry says: somebody altered what the feed shows, and left
// what is proven alone. An audit that finds the hashes right asks this too.
func (r Reader) Mislabelled(ctx context.Context, from, to int64) ([]int64, error) {
	labels, err := read(ctx, r, sqlLabels, from, to, scanLabel)
	if err != nil {
		return nil, err
	}
	var wrong []int64
	for _, l := range labels {
		if !l.true() {
			wrong = append(wrong, l.index)
		}
	}
	return wrong, nil
}

func scanLabel(scan engine.Scan) (label, error) {
	var l label
	var epoch *int64
	err := scan(&l.index, &l.leaf.ID, &l.leaf.Kind, &l.leaf.Subject, &l.leaf.Event, engine.Instant{To: &l.leaf.At},
		engine.TextTo(&l.state), &epoch, &l.entry)
	if err != nil {
		return label{index: l.index}, nil // what cannot be read says nothing that is true
	}
	if epoch != nil {
		l.epoch = lifecycle.Epoch(*epoch)
	}
	return l, nil
}

func (l label) true() bool {
	said, err := ledger.DecodeLeaf(l.entry)
	if err != nil {
		return false
	}
	var change struct {
		At   time.Time      `json:"at"`
		Unit lifecycle.Unit `json:"unit"`
	}
	if said.Kind == KindUnit {
		if err := json.Unmarshal(said.Body, &change); err != nil {
			return false
		}
	}
	l.leaf.Salt, l.leaf.Body = said.Salt, said.Body
	encoded, err := l.leaf.Encode()
	return err == nil && bytes.Equal(encoded, l.entry) && l.state == change.Unit.State && l.epoch == change.Unit.Epoch
}
