package story

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// deed is one request that changes something. It keeps its idempotency key for
// ever: whoever does not know what became of it sends it again.
type deed struct {
	by     client
	key    string
	path   string
	body   any
	status int    // of the answer that says that it is done
	event  string // what the ledger says of the unit then
}

// told is a deed that was answered, and what the answer said.
type told struct {
	deed
	names []string
}

// record is what was acknowledged, kept where no crash of the server reaches
// it: each answer is written down after its last byte was read, and not before.
type record struct {
	mu    sync.Mutex // guards the rest
	file  *os.File
	count int
	of    map[string]int // by serial
}

func newRecord(t *testing.T) *record {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(t.TempDir(), "acknowledged.jsonl"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return &record{file: file, of: map[string]int{}}
}

// keep writes an answer down.
func (r *record) keep(u unit, d deed, body []byte) (told, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	r.of[u.Serial]++
	line, err := json.Marshal(map[string]any{"serial": u.Serial, "key": d.key, "event": d.event, "status": d.status, "answer": string(body)})
	if err != nil {
		return told{}, err
	}
	_, err = r.file.Write(append(line, '\n'))
	return told{d, names(body)}, err
}

// so many answers were kept so far.
func (r *record) so() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count
}

// names are what an answer calls things by, and when it says they were done:
// the same in every repetition, however far the unit has come since.
func names(body []byte) []string {
	var answer any
	if json.Unmarshal(body, &answer) != nil {
		return []string{"no JSON: " + string(body)}
	}
	var found []string
	var walk func(key string, value any)
	walk = func(key string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for key, inner := range value {
				if !slices.Contains([]string{"order", "tasks", "checks", "missing", "reasons"}, key) { // these move on with the unit
					walk(key, inner)
				}
			}
		case []any:
			for _, inner := range value {
				walk(key, inner)
			}
		case string:
			if slices.Contains([]string{"id", "code", "at", "released_at", "returned_at", "sold_at", "issued_at", "serial"}, key) {
				found = append(found, key+" "+value)
			}
		}
	}
	walk("", answer)
	slices.Sort(found)
	return slices.Compact(found)
}

// sameAs says how another answer to the same deed differs, or nothing.
func (w told) sameAs(status int, body []byte) string {
	again := names(body)
	if status == w.status && slices.Equal(again, w.names) {
		return ""
	}
	return strings.Join(w.names, ", ") + "\nand now " + strings.Join(again, ", ") + "\n" + string(body)
}
