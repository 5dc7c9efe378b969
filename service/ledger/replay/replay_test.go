package replay_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"quitclaim/service/ledger"
	"quitclaim/service/ledger/replay"
	"quitclaim/service/lifecycle"
)

// base is a database in memory: a log, some of whose entries have no place, and
// rows.
type base struct {
	t       *testing.T
	entries [][]byte
	waiting []ledger.Waiting
	rows    map[lifecycle.UnitID]lifecycle.Rows
	bytes   map[string][]byte // pictures by digest
	more    int               // so many moments there is more than anybody reads
	looked  func()            // runs after each look at the rows
	paused  func()            // runs in each pause
}

func newBase(t *testing.T) *base {
	return &base{t: t, rows: map[lifecycle.UnitID]lifecycle.Rows{}, bytes: map[string][]byte{}}
}

func start() time.Time { return time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC) }

// leaf is the bytes of an entry.
func (b *base) leaf(kind, subject, event string, body any) (id string, entry []byte) {
	b.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	id = fmt.Sprintf("ent_%d", len(b.entries)+len(b.waiting))
	entry, err = ledger.Leaf{ID: id, At: start(), Kind: kind, Subject: subject, Event: event, Body: text}.Encode()
	if err != nil {
		b.t.Fatal(err)
	}
	return id, entry
}

func (b *base) log(change lifecycle.Change) {
	_, entry := b.leaf("unit", string(change.Unit.ID), string(change.Event), change)
	b.entries = append(b.entries, entry)
}

func (b *base) wait(change lifecycle.Change) {
	id, entry := b.leaf("unit", string(change.Unit.ID), string(change.Event), change)
	b.waiting = append(b.waiting, ledger.Waiting{ID: id, At: start(), Bytes: entry, Hash: ledger.LeafHash(entry)})
}

func (b *base) write(change lifecycle.Change) {
	b.rows[change.Unit.ID] = b.rows[change.Unit.ID].Apply(change)
}

// place gives the entries that wait their places.
func (b *base) place() {
	for _, w := range b.waiting {
		b.entries = append(b.entries, w.Bytes)
	}
	b.waiting = nil
}

// moved is the next change of a unit: its firmware.
func (b *base) moved(unit lifecycle.UnitID, firmware string) lifecycle.Change {
	before := b.rows[unit].Unit
	u := before
	u.ID, u.State, u.Firmware, u.Version = unit, lifecycle.StateStock, firmware, before.Version+1
	return lifecycle.Change{Event: lifecycle.EventContactSeen, At: start(), From: before.State, Unit: u}
}

// does logs and writes the next change of a unit.
func (b *base) does(unit lifecycle.UnitID, firmware string) {
	change := b.moved(unit, firmware)
	b.log(change)
	b.write(change)
}

func (b *base) Head(context.Context) (ledger.Head, error) {
	return ledger.Head{Size: int64(len(b.entries))}, nil
}

func (b *base) Entries(_ context.Context, from, to int64) (list []ledger.Entry, err error) {
	for i := from; i < min(to, int64(len(b.entries))); i++ {
		list = append(list, ledger.Entry{Index: i, Bytes: b.entries[i], Hash: ledger.LeafHash(b.entries[i])})
	}
	return list, nil
}

func (b *base) Hashes(context.Context, int64, int64) ([]ledger.StoredHash, error) { return nil, nil }

func (b *base) Checkpoints(context.Context, int64, int64) ([]ledger.StoredCheckpoint, error) {
	return nil, nil
}

func (b *base) RowsAfter(_ context.Context, after lifecycle.UnitID, limit int) (list []lifecycle.Rows, at ledger.Moment, err error) {
	for _, rows := range b.rows {
		if rows.Unit.ID > after {
			list = append(list, rows)
		}
	}
	slices.SortFunc(list, func(x, y lifecycle.Rows) int { return strings.Compare(string(x.Unit.ID), string(y.Unit.ID)) })
	at = ledger.Moment{Size: int64(len(b.entries)), Waiting: slices.Clone(b.waiting), More: b.more > 0}
	b.more--
	list = list[:min(limit, len(list))]
	if b.looked != nil {
		b.looked()
	}
	return list, at, nil
}

func (b *base) PlaceOf(_ context.Context, id string) (int64, bool, error) {
	for i, entry := range b.entries {
		if leaf, err := ledger.DecodeLeaf(entry); err == nil && leaf.ID == id {
			return int64(i), true, nil
		}
	}
	return -1, slices.ContainsFunc(b.waiting, func(w ledger.Waiting) bool { return w.ID == id }), nil
}

func (b *base) Photograph(_ context.Context, _ lifecycle.UnitID, _ lifecycle.OrderID, digest string) ([]byte, error) {
	picture, found := b.bytes[digest]
	if !found {
		return nil, lifecycle.ErrNotFound
	}
	return picture, nil
}

// run replays at an instant.
func (b *base) run(now time.Time, atOnce int) (replay.Result, string) {
	b.t.Helper()
	var out bytes.Buffer
	result, err := replay.Run(b.t.Context(), replay.Config{
		Source: b, Tables: b, Out: &out, Now: func() time.Time { return now }, AtOnce: atOnce,
		Pause: func(context.Context, time.Duration) error {
			if b.paused != nil {
				b.paused()
			}
			return nil
		},
	})
	if err != nil {
		b.t.Errorf("replay: %v", err)
	}
	return result, out.String()
}

func unitID(n int) lifecycle.UnitID { return lifecycle.UnitID(fmt.Sprintf("unt_%05d", n)) }

// Whatever comes between two looks at the tables, each page is compared with
// what made it.
func TestSomebodyWritesMeanwhile(t *testing.T) {
	t.Parallel()
	for _, atOnce := range []int{0, 37, 250} {
		b := newBase(t)
		for n := range 500 {
			b.does(unitID(n*10), "1.0")
		}
		turn := 0
		b.looked = func() { // units move, new ones come before and behind, and entries wait for their places
			turn++
			if turn > 200 {
				return
			}
			b.place()
			for n := range 20 {
				unit := unitID(n*250 + turn%7*10)
				change := b.moved(unit, fmt.Sprint("2.", turn))
				b.write(change)
				b.wait(change)
			}
			b.does(unitID(turn*23%5000*2+1), "1.0")
		}
		b.paused = b.place
		result, out := b.run(start(), atOnce)
		if result.Found != 0 || result.Unsettled != 0 || result.Units < 500 {
			t.Errorf("%d at once: %+v\n%s", atOnce, result, out)
		}
	}
}

func TestWhatIsWrongIsFoundOnce(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(b *base)
		want string
	}{
		"a row altered": {func(b *base) {
			rows := b.rows[unitID(30)]
			rows.Unit.Firmware = "9"
			b.rows[unitID(30)] = rows
		}, `unit unt_00030: unit.firmware: the ledger says "1.0", the table says "9"`},
		"a unit gone":    {func(b *base) { delete(b.rows, unitID(30)) }, "unit unt_00030: is on the ledger and not in the tables"},
		"a unit made up": {func(b *base) { b.write(b.moved(unitID(35), "1.0")) }, "unit unt_00035: is in the tables and not on the ledger"},
		"the last unit":  {func(b *base) { delete(b.rows, unitID(990)) }, "unit unt_00990: is on the ledger and not in the tables"},
		"one behind all": {func(b *base) { b.write(b.moved(unitID(9999), "1.0")) }, "unit unt_09999: is in the tables and not on the ledger"},
		"a list hidden":  {func(b *base) { r := b.rows[unitID(30)]; r.Unseen = []string{"holds"}; b.rows[unitID(30)] = r }, "unit unt_00030: holds: the tables have some"},
		"a credential that no unit told": {func(b *base) {
			r := b.rows[unitID(30)]
			r.Credentials = []lifecycle.Credential{{Hash: "h", Epoch: 1}}
			b.rows[unitID(30)] = r
		}, "unit unt_00030: credentials.h: the ledger says nothing"},
		"a change undone": {func(b *base) { b.log(b.moved(unitID(30), "2.0")) }, `unit.firmware: the ledger says "2.0"`},
	} {
		for _, atOnce := range []int{0, 9} {
			b := newBase(t)
			for n := range 100 {
				b.does(unitID(n*10), "1.0")
			}
			c.do(b)
			result, out := b.run(start(), atOnce)
			if strings.Count(out, c.want) != 1 || !strings.Contains(out, "unt_") || result.Unsettled != 0 {
				t.Errorf("%s, %d at once: %+v, want %q once:\n%s", name, atOnce, result, c.want, out)
			}
			if name != "a change undone" && result.Found != 1 {
				t.Errorf("%s, %d at once: %d findings, want one:\n%s", name, atOnce, result.Found, out)
			}
		}
	}
}

// Rows may agree with an entry that has no place yet. It must get it, as it is,
// and soon.
func TestEntriesWithoutAPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do        func(b *base)
		now       time.Duration
		found     int64
		unsettled int
		want      string
	}{
		"gets its place":   {func(b *base) { b.paused = b.place }, time.Hour, 0, 0, ""},
		"young":            {func(*base) {}, 10 * time.Second, 0, 1, "1 units and others have changes that are not on the ledger yet"},
		"old":              {func(*base) {}, 61 * time.Second, 1, 0, "has no place on the ledger since 2026-11-01T12:00:00Z"},
		"from the future":  {func(*base) {}, -2 * time.Minute, 1, 0, "has no place on the ledger"},
		"taken back":       {func(b *base) { b.paused = func() { b.waiting = nil } }, 0, 1, 0, "it is gone"},
		"replaced":         {func(b *base) { b.paused = func() { b.swap("ent_1") } }, 0, 1, 0, "said something else"},
		"not what it says": {func(b *base) { b.waiting[0].Hash[0]++; b.paused = b.place }, 0, 2, 0, "is not what it says it is"},
		"rows it explains ": {func(b *base) {
			b.paused = b.place
			b.rows[unitID(1)] = lifecycle.Rows{Unit: lifecycle.Unit{ID: unitID(1)}}
		}, 0, 4, 0, `unit.firmware: the ledger says "2.0"`},
	} {
		b := newBase(t)
		b.does(unitID(1), "1.0")
		change := b.moved(unitID(1), "2.0")
		b.write(change)
		b.wait(change)
		c.do(b)
		result, out := b.run(start().Add(c.now), 0)
		if result.Unsettled != c.unsettled || (result.Found > 0) != (c.found > 0) || !strings.Contains(out, c.want) {
			t.Errorf("%s: %+v, want %d findings, %d unsettled and %q:\n%s", name, result, c.found, c.unsettled, c.want, out)
		}
	}
}

// swap logs another content in an entry's name.
func (b *base) swap(id string) {
	b.waiting = nil
	entry, err := ledger.Leaf{ID: id, At: start(), Kind: "unit", Subject: "unt_00001", Event: "x", Body: []byte("{}")}.Encode()
	if err != nil {
		b.t.Fatal(err)
	}
	b.entries = append(b.entries, entry)
}

// A unit that is known by a waiting entry alone is there, or is not.
func TestANewUnitWaits(t *testing.T) {
	t.Parallel()
	b := newBase(t)
	b.wait(b.moved(unitID(1), "1.0"))
	b.write(b.moved(unitID(1), "1.0"))
	b.wait(b.moved(unitID(2), "1.0"))
	b.paused = b.place
	result, out := b.run(start(), 0)
	if result.Found != 1 || result.Units != 1 || !strings.Contains(out, "unt_00002: is on the ledger and not in the tables") {
		t.Errorf("%+v:\n%s", result, out)
	}
}

func TestTooManyWait(t *testing.T) {
	t.Parallel()
	b := newBase(t)
	b.does(unitID(1), "1.0")
	b.more = 5
	if result, out := b.run(start(), 0); result.Found != 0 || result.Units != 1 {
		t.Errorf("until they have their places: %+v\n%s", result, out)
	}
	b.more = 1000
	_, err := replay.Run(t.Context(), replay.Config{
		Source: b, Tables: b, Out: &bytes.Buffer{}, Now: start, Pause: func(context.Context, time.Duration) error { return nil },
	})
	if err == nil {
		t.Error("for ever: verified all the same")
	}
}

// Imported units are rebuilt from their rows, also when they move on.
func TestImportedUnits(t *testing.T) {
	t.Parallel()
	b := newBase(t)
	chunk := lifecycle.Chunk{
		Import: "imp_1", At: start(), Actor: lifecycle.Actor{Kind: lifecycle.ActorPerson, Person: "psn_1", Org: "org_1", OrgKind: lifecycle.OrgVendor},
		Models: []lifecycle.ChunkModel{{ID: "mdl_1", Vendor: "org_1", Brand: "acme", GTIN: "04012345678901"}},
	}
	for n := range 300 {
		chunk.Rows = append(chunk.Rows, lifecycle.ChunkRow{Row: int64(n), Unit: unitID(n), Serial: fmt.Sprint("SN", n)})
	}
	changes, err := chunk.Changes()
	if err != nil {
		t.Fatal(err)
	}
	_, entry := b.leaf(lifecycle.LeafImport, "imp_1", lifecycle.LeafImport, chunk)
	b.entries = append(b.entries, entry)
	for _, change := range changes {
		b.write(change)
	}
	b.does(unitID(7), "1.0")
	if result, out := b.run(start(), 100); result.Found != 0 || result.Units != 300 {
		t.Errorf("as it was: %+v\n%s", result, out)
	}
	rows := b.rows[unitID(250)]
	rows.Unit.Key.Serial = "SN-other"
	b.rows[unitID(250)] = rows
	if result, out := b.run(start(), 100); result.Found != 1 || !strings.Contains(out, "unt_00250: unit.key") {
		t.Errorf("one altered: %+v\n%s", result, out)
	}
}

// A picture that a check names is there, and is the one that was taken.
func TestPictures(t *testing.T) {
	t.Parallel()
	picture := []byte("a lens")
	sum := sha256.Sum256(picture)
	digest := hex.EncodeToString(sum[:])
	other := strings.Repeat("ab", 32)
	for name, c := range map[string]struct {
		do   func(b *base, rows *lifecycle.Rows)
		want string
	}{
		"as taken":          {func(*base, *lifecycle.Rows) {}, ""},
		"changed":           {func(b *base, _ *lifecycle.Rows) { b.bytes[digest] = []byte("another lens") }, "pictures.ord_1 " + digest + ": it is not the one that was taken"},
		"gone":              {func(_ *base, r *lifecycle.Rows) { r.Pictures = nil }, "pictures.ord_1 " + digest + ": the ledger says"},
		"without its bytes": {func(b *base, _ *lifecycle.Rows) { delete(b.bytes, digest) }, "it is not the one that was taken"},
		"that nobody took": {func(b *base, r *lifecycle.Rows) {
			r.Pictures = append(r.Pictures, lifecycle.Picture{Order: "ord_1", Digest: other})
		}, "pictures.ord_1 " + other + ": the ledger says nothing"},
	} {
		b := newBase(t)
		change := b.moved(unitID(1), "1.0")
		change.Attestations = []lifecycle.Attestation{{Order: "ord_1", Check: "lens", By: "psn_1", At: start(), Photos: []string{digest}}}
		b.log(change)
		b.write(change)
		b.bytes[digest] = picture
		rows := b.rows[unitID(1)]
		c.do(b, &rows)
		b.rows[unitID(1)] = rows
		result, out := b.run(start(), 0)
		if (result.Found > 0) != (c.want != "") || !strings.Contains(out, c.want) {
			t.Errorf("%s: %+v, want %q:\n%s", name, result, c.want, out)
		}
	}
}
