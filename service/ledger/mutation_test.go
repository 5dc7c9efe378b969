package ledger_test

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"quitclaim/service/ledger"
)

// TestEveryMutationIsFound is invariant I26: any change, deletion or
// reordering of what is stored makes the audit fail.
func TestEveryMutationIsFound(t *testing.T) {
	t.Parallel()
	mutations := map[string]func(*rapid.T, *memory){
		"a byte of an entry": func(t *rapid.T, m *memory) {
			flip(t, pick(t, m.entries).Bytes)
		},
		"an entry cut or extended": func(t *rapid.T, m *memory) {
			entry := pick(t, m.entries)
			keep := rapid.IntRange(0, len(entry.Bytes)-1).Draw(t, "keep")
			entry.Bytes = rapid.SampledFrom([][]byte{entry.Bytes[:keep], append(entry.Bytes, 0)}).Draw(t, "to")
		},
		"a byte of a leaf hash": func(t *rapid.T, m *memory) { flip(t, pick(t, m.entries).Hash[:]) },
		"an index": func(t *rapid.T, m *memory) {
			entry := pick(t, m.entries)
			entry.Index += rapid.Int64Range(1, 100).Draw(t, "by") * rapid.SampledFrom([]int64{1, -1}).Draw(t, "sign")
			slices.SortStableFunc(m.entries, func(a, b ledger.Entry) int { return int(a.Index - b.Index) })
		},
		"two entries exchanged": func(t *rapid.T, m *memory) {
			a, b := pickTwo(t, m.entries)
			a.Bytes, b.Bytes, a.Hash, b.Hash = b.Bytes, a.Bytes, b.Hash, a.Hash
		},
		"two rows out of order": func(t *rapid.T, m *memory) {
			a, b := pickTwo(t, m.entries)
			*a, *b = *b, *a
		},
		"an entry deleted": func(t *rapid.T, m *memory) {
			i := rapid.IntRange(0, len(m.entries)-1).Draw(t, "at")
			m.entries = slices.Delete(m.entries, i, i+1)
		},
		"an entry deleted, the rest moved up": func(t *rapid.T, m *memory) {
			i := rapid.IntRange(0, len(m.entries)-1).Draw(t, "at")
			m.entries = slices.Delete(m.entries, i, i+1)
			for j := i; j < len(m.entries); j++ {
				m.entries[j].Index--
			}
			m.size--
		},
		"a byte of a stored hash": func(t *rapid.T, m *memory) { flip(t, pick(t, m.hashes).Hash[:]) },
		"two stored hashes exchanged": func(t *rapid.T, m *memory) {
			a, b := pickTwo(t, m.hashes)
			a.Hash, b.Hash = b.Hash, a.Hash
		},
		"a stored hash deleted": func(t *rapid.T, m *memory) {
			i := rapid.IntRange(0, len(m.hashes)-1).Draw(t, "at")
			m.hashes = slices.Delete(m.hashes, i, i+1)
		},
		"a byte of a checkpoint": func(t *rapid.T, m *memory) { flip(t, pick(t, m.checkpoints).Text) },
		"a checkpoint's size":    func(t *rapid.T, m *memory) { pick(t, m.checkpoints).Size++ },
		"the head":               func(t *rapid.T, m *memory) { m.size += rapid.SampledFrom([]int64{1, -1, 50}).Draw(t, "by") },
	}
	for name, mutate := range mutations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := newMemory(t, 30)
			rapid.Check(t, func(rt *rapid.T) {
				m := log.clone()
				mutate(rt, m)
				if report := audit(t, m); report.OK() {
					rt.Fatal("the audit found nothing")
				}
			})
		})
	}
}

// clone is a copy that can be spoilt alone.
func (m *memory) clone() *memory {
	c := *m
	c.entries, c.hashes, c.checkpoints = slices.Clone(m.entries), slices.Clone(m.hashes), slices.Clone(m.checkpoints)
	for i := range c.entries {
		c.entries[i].Bytes = bytes.Clone(c.entries[i].Bytes)
	}
	for i := range c.checkpoints {
		c.checkpoints[i].Text = bytes.Clone(c.checkpoints[i].Text)
	}
	return &c
}

func pick[T any](t *rapid.T, rows []T) *T {
	return &rows[rapid.IntRange(0, len(rows)-1).Draw(t, "row")]
}

func pickTwo[T any](t *rapid.T, rows []T) (a, b *T) {
	i := rapid.IntRange(0, len(rows)-2).Draw(t, "first")
	j := rapid.IntRange(i+1, len(rows)-1).Draw(t, "second")
	return &rows[i], &rows[j]
}

func flip(t *rapid.T, data []byte) {
	data[rapid.IntRange(0, len(data)-1).Draw(t, "byte")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
}
