package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"quitclaim/service/access"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store"
	"quitclaim/service/store/archive"
	"quitclaim/service/store/book"
	"quitclaim/service/store/engine"
	"quitclaim/service/store/storetest"
)

// keysOf are the public keys of a world's ledger, under any of its names.
func keysOf(w *storetest.World) archive.Keys {
	return func(origins []string) (note.Verifiers, error) {
		named, err := w.Ring.Named(origins...)
		if err != nil {
			return nil, err
		}
		return named.LedgerVerifiers(), nil
	}
}

// beside opens the world's database as a backup does: to read, beside it.
func beside(t *testing.T, w *storetest.World) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{Dir: w.Dir, Database: w.Database, ReadOnly: true, Now: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// backup makes a backup of the world as it is now.
func backup(t *testing.T, w *storetest.World) (string, archive.Report) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "backup")
	report, err := beside(t, w).Backup(t.Context(), name, keysOf(w))
	if err != nil {
		t.Fatal(err)
	}
	return name, report
}

// elsewhere is an empty place with the keys of the world.
func elsewhere(t *testing.T, w *storetest.World, database string) store.Config {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "keys"), os.DirFS(filepath.Join(w.Dir, "keys"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ledger", "certificate", "sale-check", "seal", "lookup", "account"} {
		if err := os.Chmod(filepath.Join(dir, "keys", name+".key"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	config := storetest.Config(t, dir, w.Clock)
	config.Database = database
	if database != "" {
		config.Readers = 4
	}
	return config
}

func published(t *testing.T, w *storetest.World) []book.Published {
	t.Helper()
	text, err := w.SignCheckpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return []book.Published{{From: "a witness", Text: text}}
}

func reopen(t *testing.T, config store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// tablesMade are the tables that the migrations make.
func tablesMade(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(`CREATE TABLE (\w+)`).FindAllStringSubmatch(string(text), -1) {
			tables = append(tables, match[1])
		}
	}
	slices.Sort(tables)
	return tables
}

// moved is the same world in another store.
func moved(w *storetest.World, s *store.Store) *storetest.World {
	return &storetest.World{
		Opened: storetest.Opened{Store: s, Clock: w.Clock, Ring: w.Ring}, Vendor: w.Vendor, Retailer: w.Retailer, Warehouse: w.Warehouse,
		Model: w.Model, VendorAdmin: w.VendorAdmin, Clerk: w.Clerk, Technician: w.Technician, Validator: w.Validator,
		Officer: w.Officer, Owner: w.Owner, Neighbour: w.Neighbour,
	}
}

// sound audits a store's ledger with the one key that was pinned on the first
// day.
func sound(t *testing.T, w *storetest.World, s *store.Store) ledger.Report {
	t.Helper()
	pinned, err := ledger.ParseVerifiers([]byte(w.Ring.Public()))
	if err != nil {
		t.Fatal(err)
	}
	report, err := ledger.Audit(t.Context(), s.Ledger(t.Context()), pinned)
	if err != nil || !report.OK() {
		t.Errorf("the ledger: %v, findings %v", err, report.Findings)
	}
	return report
}

// move is a way from one engine to the same or the other.
type move struct {
	open     func(testing.TB) storetest.Opened // a store to make backups of
	database func(testing.TB) string           // an empty place; empty: a directory alone
}

// TestBackup goes every way.
func TestBackup(t *testing.T) {
	t.Parallel()
	server := storetest.NewServer(t)
	none := func(testing.TB) string { return "" }
	for name, m := range map[string]move{
		"SQLite":                    {storetest.OpenNew, none},
		"PostgreSQL":                {server.OpenNew, server.Database},
		"from SQLite to PostgreSQL": {storetest.OpenNew, server.Database},
		"from PostgreSQL to SQLite": {server.OpenNew, none},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Run("everything comes back", m.everything)
			t.Run("an old backup forks nothing", m.forksNothing)
			t.Run("a start knows what was shown", m.knowsWhatWasShown)
			t.Run("it goes nowhere else", m.nowhereElse)
		})
	}
}

// What was there when the backup began is there after a restore, on any engine,
// and the ledger goes on.
// photographed keeps a picture of a unit's order, and gives a look whether it is
// still there, byte for byte.
func photographed(t *testing.T, w *storetest.World, unit lifecycle.Unit) (shows func(*store.Store)) {
	t.Helper()
	snapshot, err := w.Snapshot(t.Context(), unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	order, picture := snapshot.Order.ID, []byte("\xff\xd8\x00 a picture")
	digest := storetest.Hex(string(picture))
	_, err = w.AdvanceWithPhotograph(t.Context(), unit.ID, order, picture, lifecycle.Photograph{
		Command: w.By(w.Clerk), Order: order, Check: lifecycle.CheckCodesAgree, Digest: digest, Size: len(picture),
	}.Decide)
	if err != nil {
		t.Fatal(err)
	}
	return func(s *store.Store) {
		t.Helper()
		if got, err := s.Photograph(t.Context(), unit.ID, order, digest); err != nil || !bytes.Equal(got, picture) {
			t.Errorf("the picture after a restore: %q, %v", got, err)
		}
	}
}

func (m move) everything(t *testing.T) {
	w := storetest.Populate(t, m.open(t))
	unit := w.Certified(t)
	returned := w.TakenBack(t)
	shows := photographed(t, w, returned)
	outside := published(t, w)
	file, made := backup(t, w)
	if diff := cmp.Diff(tablesMade(t), slices.Sorted(slices.Values(made.Tables))); diff != "" || made.Rows < 50 || made.Size == 0 {
		t.Errorf("the backup holds %d rows, size %d, tables (-migrations +backup):\n%s", made.Rows, made.Size, diff)
	}

	config := elsewhere(t, w, m.database(t))
	config.Published = outside
	restored, err := store.Restore(t.Context(), config, file, "")
	if err != nil {
		t.Fatal(err)
	}
	if restored.Root != made.Root || restored.Rows != made.Rows || restored.SHA256 != made.SHA256 {
		t.Errorf("restored %+v, made %+v", restored, made)
	}
	s := reopen(t, config)
	shows(s)
	for _, want := range []lifecycle.UnitID{unit.ID, returned.ID} {
		before, err := w.Snapshot(t.Context(), want)
		if err != nil {
			t.Fatal(err)
		}
		after, err := s.Snapshot(t.Context(), want)
		if err != nil || before.Unit.Version != after.Unit.Version || before.Unit.State != after.Unit.State {
			t.Errorf("unit %s is %+v, %v; want %+v", want, after.Unit, err, before.Unit)
		}
	}
	again := moved(w, s)
	again.Must(t, returned.ID, again.Hears(returned, lifecycle.ResetNone, storetest.Hex("later")))
	if _, err := s.SignCheckpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	if report := sound(t, w, s); report.Signed < made.Size || len(report.Restarts) > 0 {
		t.Errorf("after the restore: %+v", report)
	}
}

// A copy that is older than what was published does not come back under its
// name, and says what is missing. Under a new one it does.
func (m move) forksNothing(t *testing.T) {
	w := storetest.Populate(t, m.open(t))
	unit := w.Bound(t)
	before := published(t, w)
	file, made := backup(t, w)
	w.TakenBack(t)
	after := published(t, w)

	config := elsewhere(t, w, m.database(t))
	if _, err := store.Restore(t.Context(), config, file, ""); !errors.Is(err, store.ErrUnpublished) {
		t.Fatalf("with nothing to compare: %v, want ErrUnpublished", err)
	}
	config.Published = slices.Concat(before, after)
	_, err := store.Restore(t.Context(), config, file, "")
	var fork *book.Fork
	if !errors.As(err, &fork) || fork.Size != made.Size || fork.Missing() == 0 || !bytes.Equal(fork.Text, after[0].Text) {
		t.Fatalf("behind what was published: %v, want a Fork at %d", err, made.Size)
	}
	// Beside what it was shown it comes back, and does not open beside more.
	config.Published = before
	if _, err := store.Restore(t.Context(), config, file, ""); err != nil {
		t.Fatal(err)
	}
	config.Published = after
	if _, err := store.Open(t.Context(), config); !errors.Is(err, book.ErrForks) {
		t.Fatalf("opened beside a newer checkpoint: %v, want ErrForks", err)
	}
	config.NewOrigin = storetest.Origin + "/2"
	if err := reopen(t, config).Close(); err != nil {
		t.Fatal(err)
	}
	config.NewOrigin = ""
	s := reopen(t, config) // the newer checkpoint is accounted for
	again := moved(w, s)
	again.Must(t, unit.ID, again.TakeBack())
	text, err := s.SignCheckpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if origin, err := ledger.OriginOf(text); err != nil || origin != storetest.Origin+"/2" {
		t.Errorf("the newest checkpoint is of %s, %v", origin, err)
	}
	report := sound(t, w, s)
	if len(report.Restarts) != 1 || report.Restarts[0].Index != made.Size || !bytes.Equal(report.Restarts[0].Gap.Last, after[0].Text) {
		t.Errorf("new origins: %+v, want one from %d", report.Restarts, made.Size)
	}
	pinned, err := ledger.Pin(s.Ledger(t.Context()), after[0].Text)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ledger.ParseVerifiers([]byte(w.Ring.Public()))
	if err != nil {
		t.Fatal(err)
	}
	if report, err := ledger.Audit(t.Context(), pinned, keys); err != nil || !report.OK() {
		t.Errorf("who kept the lost checkpoint: %v, findings %v", err, report.Findings)
	}
}

// What was shown is remembered beside the database, so that putting back an old
// file is found out by a start that nobody told anything.
func (m move) knowsWhatWasShown(t *testing.T) {
	w := storetest.Populate(t, m.open(t))
	early := published(t, w)
	file, _ := backup(t, w)
	w.Bound(t)
	published(t, w)
	shown, err := w.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(w.Dir, store.PublishedName))
	if err != nil || !bytes.Equal(kept, shown) {
		t.Fatalf("shown %q, kept %q, %v", shown, kept, err)
	}
	config := elsewhere(t, w, m.database(t))
	config.Published = early
	if _, err := store.Restore(t.Context(), config, file, ""); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(config.Dir, store.PublishedName), shown, 0o600); err != nil {
		t.Fatal(err)
	}
	config.Published = nil
	for range 2 {
		if _, err := store.Open(t.Context(), config); !errors.Is(err, book.ErrForks) {
			t.Errorf("open: %v, want ErrForks", err)
		}
	}
}

func (m move) nowhereElse(t *testing.T) {
	w := storetest.Populate(t, m.open(t))
	outside := published(t, w)
	file, _ := backup(t, w)
	if _, err := beside(t, w).Backup(t.Context(), file, keysOf(w)); !errors.Is(err, archive.ErrExists) {
		t.Errorf("a second backup of that name: %v, want ErrExists", err)
	}
	config := elsewhere(t, w, m.database(t))
	config.Published = outside
	if _, err := store.Restore(t.Context(), config, file, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Restore(t.Context(), config, file, ""); !errors.Is(err, engine.ErrNotEmpty) {
		t.Errorf("over a database: %v, want ErrNotEmpty", err)
	}
	stranger := elsewhere(t, storetest.NewWorld(t), m.database(t))
	stranger.Published = outside
	if _, err := store.Restore(t.Context(), stranger, file, ""); !errors.Is(err, ledger.ErrUnknownKey) {
		t.Errorf("with other keys: %v, want ErrUnknownKey", err)
	}
	if _, err := store.Restore(t.Context(), stranger, file, storetest.Origin+"/2"); !errors.Is(err, ledger.ErrUnknownKey) {
		t.Errorf("with other keys and a new origin: %v, want ErrUnknownKey", err)
	}
}

// An entry that waited for its place when the backup was made gets it, after
// whatever begins a new origin.
func TestARestorePlacesWhatWaited(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	outside := published(t, w)
	leaf := ledger.Leaf{ID: "ent_waiting", At: w.Clock.Now(), Kind: "org", Subject: string(w.Retailer.ID), Event: "save", Body: []byte("{}")}
	entry, err := leaf.Encode()
	if err != nil {
		t.Fatal(err)
	}
	hash := ledger.LeafHash(entry)
	_, err = rawDB(t, w.Dir).Exec(`INSERT INTO log_entry (entry_id, kind, subject, event, at, leaf_hash, entry, arrival) VALUES (?, ?, ?, ?, ?, ?, ?, 9)`,
		leaf.ID, leaf.Kind, leaf.Subject, leaf.Event, leaf.At.UnixMilli(), hash[:], entry)
	if err != nil {
		t.Fatal(err)
	}
	file, made := backup(t, w)
	for _, origin := range []string{"", storetest.Origin + "/2"} {
		config := elsewhere(t, w, "")
		config.Published = outside
		if _, err := store.Restore(t.Context(), config, file, origin); err != nil {
			t.Fatal(err)
		}
		s := reopen(t, config)
		report := sound(t, w, s)
		at := made.Size + int64(len(report.Restarts))
		placed, err := s.Ledger(t.Context()).Entries(t.Context(), at, at+1)
		if err != nil || len(placed) != 1 || !bytes.Equal(placed[0].Bytes, entry) {
			t.Errorf("new origin %q: at %d stands %v, %v", origin, at, placed, err)
		}
	}
}

// A table that somebody put beside ours does not keep a restore from its work.
func TestARestoreLeavesForeignTables(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	db := rawDB(t, w.Dir)
	if _, err := db.Exec(`CREATE TABLE notes (n BIGINT); INSERT INTO notes (n) VALUES (1)`); err != nil {
		t.Fatal(err)
	}
	outside := published(t, w)
	file, _ := backup(t, w)
	config := elsewhere(t, w, "")
	config.Published = outside
	report, err := store.Restore(t.Context(), config, file, "")
	if err != nil || !slices.Equal(report.Left, []string{"notes"}) {
		t.Errorf("restore: left %q, %v; want the notes", report.Left, err)
	}
}

// Whoever was signed in when the backup was made is not afterwards.
func TestARestoreEndsSessions(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	if err := w.CommitSession(t.Context(), access.Session{TokenHash: storetest.Hex("token"), Data: []byte("data"), ExpiresAt: w.Clock.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	outside := published(t, w)
	file, _ := backup(t, w)
	config := elsewhere(t, w, "")
	config.Published = outside
	if _, err := store.Restore(t.Context(), config, file, ""); err != nil {
		t.Fatal(err)
	}
	if _, found, err := reopen(t, config).FindSession(t.Context(), storetest.Hex("token")); err != nil || found {
		t.Errorf("the session is there: %v, %v", found, err)
	}
}
