package messages_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
	"quitclaim/service/web/messages"
)

func parse(t *testing.T, files ...string) (*messages.Catalogue, error) {
	t.Helper()
	folder := fstest.MapFS{}
	for i, text := range files {
		folder[string(rune('a'+i))+".json"] = &fstest.MapFile{Data: []byte(text)}
	}
	return messages.Parse(messages.English, folder)
}

func TestText(t *testing.T) {
	t.Parallel()
	catalogue, err := parse(t,
		`{"plain": "Hello.", "named": "{n} of {total}, {n} again", "odd": "{ {n} {} {n", "units": "{n} units", "units.one": "{n} unit"}`,
		`{"other": "From another file."}`)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		code string
		args map[string]string
		want string
	}{
		{"plain", nil, "Hello."},
		{"plain", map[string]string{"n": "1"}, "Hello."},
		{"named", map[string]string{"n": "3", "total": "7"}, "3 of 7, 3 again"},
		{"named", map[string]string{"n": "3"}, "3 of {total}, 3 again"},
		{"named", nil, "{n} of {total}, {n} again"},
		{"named", map[string]string{"n": "{total}", "total": "{n}"}, "{total} of {n}, {total} again"},
		{"odd", map[string]string{"n": "x"}, "{ x {} {n"},
		{"units", map[string]string{"n": "1"}, "1 unit"},
		{"units", map[string]string{"n": "0"}, "0 units"},
		{"units", map[string]string{"n": "11"}, "11 units"},
		{"other", nil, "From another file."},
		{"missing", nil, "missing"},
		{"missing", map[string]string{"n": "1"}, "missing"},
	}
	for _, tt := range tests {
		if got := catalogue.Text(tt.code, tt.args); got != tt.want {
			t.Errorf("Text(%s, %v) = %q, want %q", tt.code, tt.args, got, tt.want)
		}
	}
	if diff := cmp.Diff([]string{"named", "odd", "other", "plain", "units", "units.one"}, catalogue.Keys()); diff != "" {
		t.Errorf("Keys (-want +got):\n%s", diff)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, files := range map[string][]string{
		"a key in two files": {`{"a": "1"}`, `{"a": "2"}`},
		"a key twice":        {`{"a": "1", "a": "2"}`},
		"a number":           {`{"a": 1}`},
		"a nested object":    {`{"a": {"b": "c"}}`},
		"an array":           {`["a"]`},
		"a cut-off file":     {`{"a": "1"`},
		"two objects":        {`{"a": "1"} {}`},
		"an empty file":      {``},
	} {
		if _, err := parse(t, files...); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("{n} of {m}", "{m}", "x")
	f.Add("{", "}", "{n}")
	f.Fuzz(func(t *testing.T, sentence, n, m string) {
		if strings.ContainsAny(sentence+n+m, "\"\\") || strings.ToValidUTF8(sentence, "") != sentence ||
			strings.ContainsFunc(sentence, func(r rune) bool { return r < ' ' }) {
			return
		}
		catalogue, err := parse(t, `{"s": "`+sentence+`"}`)
		if err != nil {
			t.Fatal(err)
		}
		got := catalogue.Text("s", map[string]string{"n": n, "m": m})
		if !strings.Contains(sentence, "{n}") && !strings.Contains(sentence, "{m}") && got != sentence {
			t.Errorf("Text = %q, want %q", got, sentence)
		}
	})
}

// TestEnglish is the catalogue that ships: it parses, no sentence is empty,
// and words that we do not use are not in it.
func TestEnglish(t *testing.T) {
	t.Parallel()
	catalogue, err := messages.In(messages.English)
	if err != nil {
		t.Fatal(err)
	}
	synonym := regexp.MustCompile(`(?i)\b(asset|unclaim|deregister|RMA)\b`)
	for _, key := range catalogue.Keys() {
		text := catalogue.Text(key, nil)
		if strings.TrimSpace(text) != text || text == "" {
			t.Errorf("%s: %q is empty or has blanks around it", key, text)
		}
		if found := synonym.FindString(text); found != "" {
			t.Errorf("%s says %q, which is none of our words", key, found)
		}
	}
}

// TestEveryTemplateHasItsSentences reads all templates of the repository for
// codes that they name outright.
func TestEveryTemplateHasItsSentences(t *testing.T) {
	t.Parallel()
	catalogue, err := messages.In(messages.English)
	if err != nil {
		t.Fatal(err)
	}
	calls := []*regexp.Regexp{
		regexp.MustCompile(`[{(|\s]t "([^"]+)"`),
		regexp.MustCompile(`\b(?:field|choice|check) "[^"]*" "([^"]+)"`),
		regexp.MustCompile(`\bnotice "[^"]*" "([^"]+)"`),
		regexp.MustCompile(`template "empty" "([^"]+)"`),
		regexp.MustCompile(`"help=([^"]+)"`),
	}
	root, templates := filepath.Join("..", "..", ".."), 0
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == ".git") {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".html" {
			return nil
		}
		templates++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, call := range calls {
			for _, match := range call.FindAllStringSubmatch(string(text), -1) {
				if !catalogue.Has(match[1]) {
					t.Errorf("%s: no sentence for %q", path, match[1])
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if templates < 5 {
		t.Errorf("only %d templates were found: the test looks in the wrong place", templates)
	}
}

// TestVerdictsAndTasksHaveWords: the shared templates build these codes.
func TestVerdictsAndTasksHaveWords(t *testing.T) {
	t.Parallel()
	var codes []string
	for _, verdict := range []lifecycle.Verdict{
		lifecycle.VerdictClear, lifecycle.VerdictBound, lifecycle.VerdictRefused,
		lifecycle.VerdictUnknown, lifecycle.VerdictMismatch, lifecycle.VerdictHeld,
	} {
		codes = append(codes, "verdict."+string(verdict))
	}
	for _, state := range []lifecycle.TaskState{lifecycle.TaskOpen, lifecycle.TaskAsked, lifecycle.TaskProven, lifecycle.TaskWaived} {
		codes = append(codes, "task.state."+string(state))
	}
	missing, err := messages.Missing(codes...)
	if err != nil || len(missing) > 0 {
		t.Errorf("no words for %v (%v)", missing, err)
	}
	missing, err = messages.Missing("verdict.clear", "no.such.code")
	if err != nil || cmp.Diff([]string{"no.such.code"}, missing) != "" {
		t.Errorf("Missing = %v %v", missing, err)
	}
}
