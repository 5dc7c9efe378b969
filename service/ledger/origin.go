package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/lifecycle"
)

// What a log says about itself.
const (
	// KindLog is the kind of an entry whose subject is the log, by its origin.
	KindLog = "log"
	// EventBegin is the first entry of a log.
	EventBegin = "begin"
	// EventRestore is the first entry under a new origin: its body is a Gap.
	EventRestore = "restore"
)

// Gap is what the first entry of a new origin states: which origin ended, with
// which checkpoint, and what of it is not here. A log that came back from an
// older copy must not go on under a name for which newer entries were signed:
// the outside would have two histories of one log.
type Gap struct {
	Origin string // the one that ended
	From   int64  // index of the first entry that is not here, which is this entry's own
	To     int64  // size of Last: the entries [From, To) are lost; not above From when none is known to be
	Last   []byte // the newest checkpoint that was published under Origin, as it was signed
}

// gapBody is a Gap as canonical JSON: names in order, no blanks.
type gapBody struct {
	Checkpoint string `json:"checkpoint"`
	From       int64  `json:"from"`
	Origin     string `json:"origin"`
	To         int64  `json:"to"`
}

// Body is the gap as the body of its entry.
func (g Gap) Body() ([]byte, error) {
	body, err := json.Marshal(gapBody{Checkpoint: string(g.Last), From: g.From, Origin: g.Origin, To: g.To})
	if err != nil {
		return nil, fmt.Errorf("gap of %s: %w", g.Origin, err)
	}
	return body, nil
}

// ParseGap undoes Body and takes no other spelling. That Last is a checkpoint
// of that origin and size is checked, its signature is not.
func ParseGap(body []byte) (Gap, error) {
	var b gapBody
	if err := json.Unmarshal(body, &b); err != nil {
		return Gap{}, fmt.Errorf("malformed gap: %w: %w", lifecycle.ErrInvalid, err)
	}
	g := Gap{Origin: b.Origin, From: b.From, To: b.To, Last: []byte(b.Checkpoint)}
	again, err := g.Body()
	if err != nil || !bytes.Equal(again, body) {
		return Gap{}, fmt.Errorf("gap in another spelling: %w", lifecycle.ErrInvalid)
	}
	last, err := parseCheckpoint(g.Last)
	if err != nil {
		return Gap{}, fmt.Errorf("gap of %s: %w", g.Origin, err)
	}
	if last.Origin != g.Origin || last.Size != g.To || g.From < 0 {
		return Gap{}, fmt.Errorf("gap of %s to %d with a checkpoint of %s at %d: %w", g.Origin, g.To, last.Origin, last.Size, lifecycle.ErrInvalid)
	}
	return g, nil
}

// Accounts reports whether the gap explains why a checkpoint of the origin
// that ended is not continued here.
func (g Gap) Accounts(c Checkpoint) bool {
	return c.Origin == g.Origin && c.Size > g.From && c.Size <= g.To
}

// Renamer is a set of keys that knows the key of one origin under the name of
// the next: the key of a log stays when its name changes.
type Renamer interface {
	note.Verifiers
	// Renamed adds the keys named from, named to.
	Renamed(from, to string) (note.Verifiers, error)
}

// Restart is a new origin that an audit came by.
type Restart struct {
	Index  int64  // of its first entry
	Origin string // the new one
	Gap    Gap
}

// about follows what the log says about itself, entry by entry.
func (a *auditor) about(index int64, leaf leafView) {
	if string(leaf.texts[1]) != KindLog {
		return
	}
	origin := string(leaf.texts[2])
	switch string(leaf.texts[3]) {
	case EventBegin:
		if index == 0 {
			a.origin = origin
		}
	case EventRestore:
		a.restart(index, origin, leaf.body)
	}
}

// restart checks the first entry of a new origin. Whatever is wrong with it,
// what follows is under the new name.
func (a *auditor) restart(index int64, origin string, body []byte) {
	gap, err := ParseGap(body)
	if err == nil {
		_, err = OpenCheckpoint(gap.Last, a.keys)
	}
	switch {
	case err != nil:
		a.report.find(index, OriginBroken, "%v", err)
	case gap.From != index:
		a.report.find(index, OriginBroken, "it states a gap from %d", gap.From)
	case a.origin != "" && gap.Origin != a.origin:
		a.report.find(index, OriginBroken, "it ends %s, and the log was called %s", gap.Origin, a.origin)
	}
	a.renamed(Restart{Index: index, Origin: origin, Gap: gap})
}

// renamed notes that the log has another name from here on.
func (a *auditor) renamed(restart Restart) {
	a.report.Restarts = append(a.report.Restarts, restart)
	a.origin = restart.Origin
	if keys, ok := a.keys.(Renamer); ok {
		if renamed, err := keys.Renamed(restart.Gap.Origin, restart.Origin); err == nil { // else its checkpoints are by no known key
			a.keys = renamed
		}
	}
}

// lost reports whether a checkpoint is one of an origin that ended, and stands
// in the gap that the log owns up to.
func (a *auditor) lost(c Checkpoint) bool {
	for _, restart := range a.report.Restarts {
		if restart.Gap.Accounts(c) {
			return true
		}
	}
	return false
}
