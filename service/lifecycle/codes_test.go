package lifecycle_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"quitclaim/service/lifecycle"
)

const messagesPath = "../web/messages/en/lifecycle.json"

// Every code that this package can answer with has a sentence, and no sentence
// in its own file waits for a code that nothing says any more.
func TestEveryCodeHasASentence(t *testing.T) {
	t.Parallel()
	codes := allCodes(t)
	paths, err := filepath.Glob(filepath.Join(filepath.Dir(messagesPath), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{} // some codes are web's too, and stand in its file
	for _, path := range paths {
		for code := range sentencesIn(t, path) {
			said[code] = true
		}
	}
	for _, code := range codes {
		if !said[code] {
			t.Errorf("%s has no sentence in %s", code, messagesPath)
		}
	}
	for code, sentence := range sentencesIn(t, messagesPath) {
		if len(sentence) < 8 || !strings.HasSuffix(sentence, ".") {
			t.Errorf("%s: %q is no sentence", code, sentence)
		}
		if !slices.Contains(codes, code) {
			t.Errorf("%s: nothing says this code", code)
		}
	}
}

func sentencesIn(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sentences := map[string]string{}
	if err := json.Unmarshal(text, &sentences); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return sentences
}

// Parameters in a sentence are among those that come with its code.
func TestSentencesUseTheirParameters(t *testing.T) {
	t.Parallel()
	parameters := map[string][]string{
		"certify.check": {"check"}, "certify.contest-window": {"until"}, "hold.contest": {"until"}, "certify.firmware": {"have", "want"}, "certify.grade": {"have", "want"},
		"certify.task-open": {"task"}, "prove.open": {"task"}, "sell.not-probed": {"cloud"}, "sell.still-bound": {"cloud"},
	}
	placeholder := regexp.MustCompile(`\{([^}]*)\}`)
	for code, sentence := range sentencesIn(t, messagesPath) {
		for _, match := range placeholder.FindAllStringSubmatch(sentence, -1) {
			if !slices.Contains(parameters[code], match[1]) {
				t.Errorf("%s: %q comes with no parameter %q", code, sentence, match[1])
			}
		}
	}
}

// allCodes reads the package's own source: every literal that has the shape of
// a code is one. A literal that ends in a dot begins a family, which must be
// listed here with its members.
func allCodes(t *testing.T) []string {
	t.Helper()
	codes := []string{}
	for _, family := range families(t) {
		codes = append(codes, family...)
	}
	for _, literal := range literals(t) {
		if regexp.MustCompile(`^[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)+$`).MatchString(literal) {
			codes = append(codes, literal)
		}
		if regexp.MustCompile(`^[a-z-]+\.$`).MatchString(literal) && families(t)[literal] == nil {
			t.Errorf("%q begins a family of codes that this test does not know", literal)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func families(t *testing.T) map[string][]string {
	t.Helper()
	of := map[string][]string{}
	for _, kind := range lifecycle.HoldKinds() {
		of["hold."] = append(of["hold."], "hold."+string(kind))
	}
	for _, touch := range []string{"was-bound", "had-contact", "moved-on"} {
		of["void."] = append(of["void."], "void."+touch)
		of["return-sealed."] = append(of["return-sealed."], "return-sealed."+touch)
	}
	for _, event := range lifecycle.Events() {
		for _, state := range lifecycle.States() {
			// A bind-confirmed without a row is a contact; facts have rows.
			if _, ok := lifecycle.Lookup(state, event); !ok && event != lifecycle.EventBindConfirmed {
				of["."] = append(of["."], string(event)+"."+string(state))
			}
		}
	}
	return of
}

// literals are the string literals of the package's source, tests and struct
// tags aside.
func literals(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok && field.Tag != nil {
				return false
			}
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil {
					found = append(found, text)
				}
			}
			return true
		})
	}
	if len(found) < 100 {
		t.Fatalf("only %d literals in %d files", len(found), len(paths))
	}
	return found
}
