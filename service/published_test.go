package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quitclaim/service/ledger"
	"quitclaim/service/store"
	"quitclaim/service/store/book"
	"quitclaim/service/store/storetest"
)

func TestPlacesAreRead(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "kept")
	if err := os.WriteFile(file, []byte("a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	witness := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/checkpoint" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte("a witness"))
	}))
	t.Cleanup(witness.Close)
	var list places
	if err := list.Set(file + ", " + witness.URL + "/checkpoint"); err != nil {
		t.Fatal(err)
	}
	got, err := list.read(t.Context())
	if err != nil || len(got) != 2 || string(got[0].Text) != "a file" || string(got[1].Text) != "a witness" {
		t.Errorf("read %+v, %v", got, err)
	}
	for _, bad := range []string{file + ".not", witness.URL + "/other", "http://127.0.0.1:1/"} {
		if got, err := (places{bad}).read(t.Context()); err == nil || len(got) > 0 {
			t.Errorf("%s: read %+v, %v; want an error", bad, got, err)
		}
	}
	if err := list.Set("a,,b"); err == nil {
		t.Error("an empty place is taken")
	}
}

// A witness that is away keeps no shop shut, as long as something says what was
// shown.
func TestAStartWithoutItsWitness(t *testing.T) {
	t.Parallel()
	here := Config{Data: t.TempDir(), Published: places{"http://127.0.0.1:1/"}}
	log := slog.New(slog.DiscardHandler)
	if _, err := publishedAtStart(t.Context(), here, log); err == nil {
		t.Error("with nothing that says what was shown, it starts")
	}
	if err := os.WriteFile(filepath.Join(here.Data, store.PublishedName), []byte("shown"), 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := publishedAtStart(t.Context(), here, log); err != nil || len(list) > 0 {
		t.Errorf("with what was shown from here: %+v, %v", list, err)
	}
}

func TestARefusedStartSaysWhatToDo(t *testing.T) {
	t.Parallel()
	fork := &book.Fork{From: "a witness", Size: 300, Published: ledger.Checkpoint{Origin: "qc.example/log", Size: 500}}
	text := refused(errors.Join(errors.New("open store"), fork), "here", "").Error()
	for _, want := range []string{
		"size 500 (a witness)", "300 entries", "200 entries, index 300 to 499", "two ways out",
		"restore --new-origin qc.example/log/2 --data here --published a witness", "tell your auditors",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
	if text := refused(fork, "here", "backup").Error(); !strings.Contains(text, "restore --from backup --new-origin") {
		t.Errorf("of a restore: %s", text)
	}
	if err := errors.New("another"); !errors.Is(refused(err, "here", ""), err) {
		t.Error("another error is not handed on")
	}
	for origin, want := range map[string]string{"a/log": "a/log/2", "a/log/2": "a/log/3", "log": "log/2", "a/9": "a/10"} {
		if got := nextOrigin(origin); got != want {
			t.Errorf("after %s comes %s, want %s", origin, got, want)
		}
	}
}

func TestBackupAndRestoreAsCommands(t *testing.T) {
	t.Parallel()
	w := storetest.NewWorld(t)
	w.Bound(t)
	text, err := w.SignCheckpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, kept, there := filepath.Join(dir, "backup"), filepath.Join(dir, "kept"), filepath.Join(dir, "there")
	pinned := filepath.Join(dir, "pinned")
	for name, content := range map[string][]byte{kept: text, pinned: []byte(w.Ring.Public())} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	call := func(args ...string) (int, string) {
		var out, failed strings.Builder
		code := run(context.WithoutCancel(t.Context()), args, &out, &failed)
		return code, out.String() + failed.String()
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"backup", "--help"}, 0, "--to FILE"},
		{[]string{"backup", "--data", w.Dir}, 2, "--to FILE"},
		{[]string{"backup", "--data", w.Dir, "--to", file, "more"}, 2, "unexpected"},
		{[]string{"backup", "--data", dir, "--to", file}, 1, "no keys"},
		{[]string{"backup", "--data", w.Dir, "--to", file, "--key", pinned}, 0, "keys are not in it"},
		{[]string{"backup", "--data", w.Dir, "--to", file}, 1, "already"},
		{[]string{"restore", "--help"}, 0, "--published PLACE"},
		{[]string{"restore", "--data", there}, 2, "--from"},
		{[]string{"restore", "--data", there, "--from", file}, 1, "copy the keys"},
	} {
		if code, out := call(c.args...); code != c.code || !strings.Contains(out, c.says) {
			t.Errorf("quitclaim %s: exit %d, want %d and %q\n%s", strings.Join(c.args, " "), code, c.code, c.says, out)
		}
	}
	if err := os.CopyFS(filepath.Join(there, "keys"), os.DirFS(filepath.Join(w.Dir, "keys"))); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(there, "keys", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.Chmod(name, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(there, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"restore", "--data", there, "--from", file}, 1, "--published"},
		{[]string{"restore", "--data", there, "--from", file, "--published", kept + ".not"}, 1, "kept.not"},
		{[]string{"restore", "--data", there, "--from", kept, "--published", kept}, 1, "not a whole backup"},
		{[]string{"restore", "--data", there, "--from", file, "--published", kept}, 0, "restored"},
		{[]string{"restore", "--data", there, "--from", file, "--published", kept}, 1, "already"},
		{[]string{"verify", "--data", there, "--key", pinned, "--checkpoint", kept}, 0, " OK\n"},
		{[]string{"restore", "--data", there, "--new-origin", storetest.Origin}, 1, "before"},
		{[]string{"restore", "--data", there, "--new-origin", storetest.Origin + "/2"}, 0, "goes on as"},
		{[]string{"verify", "--data", there, "--key", pinned, "--checkpoint", kept}, 0, " OK\n"},
		{[]string{"verify", "--data", there}, 0, " OK\n"},
	} {
		if code, out := call(c.args...); code != c.code || !strings.Contains(out, c.says) {
			t.Errorf("quitclaim %s: exit %d, want %d and %q\n%s", strings.Join(c.args, " "), code, c.code, c.says, out)
		}
	}
}
