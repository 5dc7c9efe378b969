package consent_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/access"
	"quitclaim/service/ledger"
	"quitclaim/service/lifecycle"
	"quitclaim/service/owner/consent"
	"quitclaim/service/web/messages"
)

// The words that owners sign have a version in each language. Whoever changes a
// word changes what is signed: this file says that it was meant.
func TestDisclosureVersionsAreThese(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for _, language := range messages.Languages() {
		words, err := messages.In(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, purpose := range access.ConsentPurposes() {
			text := consent.Text(purpose, func(code string) string {
				if !words.Has(code) {
					t.Errorf("%s: no sentence for %s", language, code)
				}
				return words.Text(code, nil)
			})
			if strings.Contains(text, "{") {
				t.Errorf("%s: the words have a parameter, so they are not the same for everybody: %s", language, text)
			}
			got[string(language)+" "+string(purpose)] = access.HashDisclosure(string(language), text).Hash
		}
	}
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/disclosure.golden"
	if *update {
		if err := os.WriteFile(golden, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != string(text)+"\n" {
		t.Errorf("the disclosure has other words now (%v):\n%s\nwant\n%s", err, text, want)
	}
}

func TestAnOwnerConsentsAndRevokes(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	ask := k.Asked(t, k.agent, k.Owner, unit)
	ada := k.as(k.Owner)
	page := ada.Get("/mine/consents/asks/" + ask.ID)
	for _, want := range []string{"Test Person", "Acme", unit.Key.Serial, "C-17", "2 hours at most", "Allow it", "Do not allow it", "free to say no"} {
		if page.Status != 200 || !strings.Contains(page.Body, want) {
			t.Errorf("the one screen: %d, does not say %q", page.Status, want)
		}
	}
	for _, dark := range []string{"checked", "primary", "autofocus"} {
		if strings.Contains(page.Body[strings.Index(page.Body, "<main"):], dark) {
			t.Errorf("the one screen leads to one answer: %q", dark)
		}
	}
	b := k.begins(t, k.Owner, ask.ID)
	k.Clock.Add(time.Minute)
	form := url.Values{"since": {b.Since}, "language": {"en"}, "response": {`{"signed":"` + b.Challenge + `"}`}}
	if got := ada.PostForm("/mine/consents/asks/"+ask.ID, form); got.Status != 303 || got.Header.Get("Location") != "/mine/consents?done=consent-given" {
		t.Fatalf("give: %d %s", got.Status, got.Body)
	}
	held, err := k.ConsentsOf(t.Context(), k.Owner.Person)
	if err != nil || len(held) != 1 || held[0].Over != "" || held[0].Until.Sub(held[0].Since) != 2*time.Hour || held[0].Words.Language != "en" {
		t.Fatalf("on record: %+v, %v", held, err)
	}
	list := ada.Get("/mine/consents")
	if list.Status != 200 || !strings.Contains(list.Body, "End it now") {
		t.Errorf("the list: %d %s", list.Status, list.Body)
	}
	if got := k.as(k.Neighbour).PostForm("/mine/consents/"+held[0].ID+"/revoke", nil); got.Status != 404 {
		t.Errorf("a neighbour's revoke: %d, want 404", got.Status)
	}
	if got := ada.PostForm("/mine/consents/"+held[0].ID+"/revoke", nil); got.Status != 303 {
		t.Errorf("revoke: %d", got.Status)
	}
	if got := ada.Delete("/v1/consents/" + held[0].ID); got.Status != 404 {
		t.Errorf("revoke again: %d, want 404", got.Status)
	}
	if got := ada.Get("/mine/consents"); !strings.Contains(got.Body, "The owner ended it.") || strings.Contains(got.Body, "End it now") {
		t.Errorf("the list after: %s", got.Body)
	}
}

// What does not fit what was begun, word for word and to the second, is no
// consent.
func TestWhatIsNotSignedIsNoConsent(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	ask := k.Asked(t, k.agent, k.Owner, unit)
	ada := k.as(k.Owner)
	refused := func(name string, body map[string]any, who lifecycle.Actor, want int) {
		t.Helper()
		if got := k.as(who).PostJSON("/v1/consents", body); got.Status != want {
			t.Errorf("%s: %d %s, want %d", name, got.Status, got.Body, want)
		}
	}
	b := k.begins(t, k.Owner, ask.ID)
	german := signed(ask.ID, b)
	german["language"] = "de"
	refused("in other words than were read", german, k.Owner, 422)
	klingon := signed(ask.ID, b)
	klingon["language"] = "tlh"
	refused("in no language of ours", klingon, k.Owner, 422)
	k.Clock.Add(time.Second)
	later := signed(ask.ID, b)
	later["since"] = k.Clock.Now().Format(time.RFC3339Nano)
	refused("from another second", later, k.Owner, 422)
	refused("by a neighbour", signed(ask.ID, b), k.Neighbour, 404)
	b = k.begins(t, k.Owner, ask.ID)
	k.Clock.Add(access.ConsentSignFor)
	refused("too late", signed(ask.ID, b), k.Owner, 422)
	b = k.begins(t, k.Owner, ask.ID)
	first := ada.PostJSON("/v1/consents", signed(ask.ID, b))
	if first.Status != 201 {
		t.Fatalf("the right one: %d %s", first.Status, first.Body)
	}
	// Whoever lost the answer asks again, and reads it; nothing is given twice.
	if again := ada.PostJSON("/v1/consents", signed(ask.ID, b)); again.Status != 201 || again.Body != first.Body {
		t.Errorf("the same again: %d %s, want %s", again.Status, again.Body, first.Body)
	}
	refused("the same again by a neighbour", signed(ask.ID, b), k.Neighbour, 404)
	second := k.Asked(t, k.agent, k.Owner, unit)
	refused("the same for another question", signed(second.ID, b), k.Owner, 422)
	held, err := k.ConsentsOf(t.Context(), k.Owner.Person)
	if err != nil || len(held) != 1 {
		t.Fatalf("on record: %d consents, %v; want one", len(held), err)
	}
	if got := ada.Delete("/v1/consents/" + held[0].ID); got.Status != 204 {
		t.Fatalf("revoke: %d %s", got.Status, got.Body)
	}
	refused("the same again, once it was revoked", signed(ask.ID, b), k.Owner, 404)
}

// Who read other words than there are now, because they lay open while the
// service was renewed, reads again before they sign.
func TestWhatWasReadIsWhatIsSigned(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ask := k.Asked(t, k.agent, k.Owner, k.Bound(t))
	read := k.read(t, k.Owner, ask.ID)
	page := k.as(k.Owner).Get("/mine/consents/asks/" + ask.ID)
	if !strings.Contains(page.Body, `name="disclosure" value="`+read["disclosure"].(string)+`"`) {
		t.Error("the page does not say which words are on it")
	}
	begin := func(change map[string]any) (int, string) {
		body := maps.Clone(read)
		maps.Copy(body, change)
		got := k.as(k.Owner).PostJSON("/v1/consents/asks/"+ask.ID+"/begin", body)
		return got.Status, got.Body
	}
	for name, change := range map[string]map[string]any{
		"older words":               {"disclosure": access.HashDisclosure("en", "older words").Hash},
		"in German what is English": {"language": "de"},
	} {
		if status, body := begin(change); status != 422 || !strings.Contains(body, "consent.words-changed") {
			t.Errorf("%s: %d %s, want them read again", name, status, body)
		}
	}
	if status, body := begin(map[string]any{"disclosure": "none"}); status != 422 {
		t.Errorf("no version: %d %s", status, body)
	}
	if status, body := begin(nil); status != 200 {
		t.Errorf("the words as they are: %d %s", status, body)
	}
}

func TestWithoutAPasskeyNobodyConsents(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	ask := k.Asked(t, k.agent, k.Owner, k.Bound(t))
	k.sign.none = true
	page := k.as(k.Owner).Get("/mine/consents/asks/" + ask.ID)
	if page.Status != 200 || !strings.Contains(page.Body, "Add a passkey") || strings.Contains(page.Body, "Allow it") || !strings.Contains(page.Body, "Do not allow it") {
		t.Errorf("the page without a passkey: %d %s", page.Status, page.Body)
	}
	got := k.as(k.Owner).PostJSON("/v1/consents/asks/"+ask.ID+"/begin", k.read(t, k.Owner, ask.ID))
	if got.Status != 409 || !strings.Contains(got.Body, "consent.no-passkey") {
		t.Errorf("begin without a passkey: %d %s", got.Status, got.Body)
	}
	if got := k.as(k.Owner).PostForm("/mine/consents/asks/"+ask.ID+"/refuse", nil); got.Status != 303 {
		t.Errorf("to say no takes no passkey: %d", got.Status)
	}
}

func TestACodeToReadOut(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	path := "/mine/units/acme/" + unit.Key.Serial + "/help"
	if got := k.as(k.Owner).Get(path); got.Status != 200 || !strings.Contains(got.Body, "Show me a code") {
		t.Errorf("the page: %d %s", got.Status, got.Body)
	}
	if got := k.as(k.Owner).PostForm(path, nil); got.Status != 200 || !strings.Contains(got.Body, "Read this code out") {
		t.Errorf("the code: %d %s", got.Status, got.Body)
	}
	got := k.as(k.Owner).PostJSON("/v1/consents/codes", map[string]any{"brand": "acme", "serial": unit.Key.Serial})
	var code struct{ Code string }
	if got.Decode(&code); got.Status != 201 || len(code.Code) != access.ConsentCodeLength+1 {
		t.Fatalf("the code by the API: %d %s", got.Status, got.Body)
	}
	ask := k.Ask(k.agent)
	ask.CodeHash = access.ConsentCodeHash(strings.ToLower(code.Code))
	if err := k.TypeConsentCode(t.Context(), ask); err != nil {
		t.Errorf("the code, typed: %v", err)
	}
	never, stranger := k.as(k.Neighbour).Get("/mine/units/acme/NEVER/help"), k.as(k.Neighbour).Get(path)
	if stranger.Status != 404 || strings.ReplaceAll(stranger.Body, unit.Key.Serial, "NEVER") != never.Body {
		t.Errorf("a stranger's page: %d, want that of a unit that never was", stranger.Status)
	}
}

func TestAnOwnerSeesWhoLookedAndProvesIt(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	given := k.Consented(t, k.agent, k.Owner, unit)
	looked := k.Looks(t, k.agent, given.ID)
	tried := k.Looks(t, k.Agent(t), given.ID)
	if _, err := k.SignCheckpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
	ada := k.as(k.Owner)
	path := "/mine/units/acme/" + unit.Key.Serial + "/looked"
	page := ada.Get(path)
	for _, want := range []string{"Test Person", "Acme", "Looked", "Tried, and was refused", "It does not work as it should"} {
		if page.Status != 200 || !strings.Contains(page.Body, want) {
			t.Errorf("who looked: %d, does not say %q", page.Status, want)
		}
	}
	one := ada.Get("/mine/looked/" + looked.ID)
	if one.Status != 200 || !strings.Contains(one.Body, "it is dark") || !strings.Contains(one.Body, "Download the proof") {
		t.Errorf("one look: %d %s", one.Status, one.Body)
	}
	if got := ada.Get("/mine/looked/" + tried.ID); got.Status != 200 || !strings.Contains(got.Body, "You had allowed it to somebody else") {
		t.Errorf("one attempt: %d %s", got.Status, got.Body)
	}
	leaf, text := ada.Get("/v1/mine/looked/"+looked.ID+"/leaf"), ada.Get("/v1/mine/looked/"+looked.ID+"/proof")
	proof, err := ledger.ParseProof([]byte(text.Body))
	if err != nil {
		t.Fatalf("the proof: %d %s: %v", text.Status, text.Body, err)
	}
	if _, err := proof.Verify(ledger.LeafHash([]byte(leaf.Body)), k.Verifiers(t)); err != nil {
		t.Errorf("the proof does not hold for the entry: %v", err)
	}
	provenByOthers(t, k, []byte(leaf.Body), text.Body)
	decoded, err := ledger.DecodeLeaf([]byte(leaf.Body))
	if err != nil || decoded.Subject != looked.ID || strings.Contains(string(decoded.Body), "it is dark") {
		t.Errorf("the entry: %+v, %v", decoded, err)
	}
	for _, path := range []string{path, "/mine/looked/" + looked.ID, "/v1/mine/looked/" + looked.ID + "/leaf", "/v1/mine/looked/" + looked.ID + "/proof"} {
		if got := k.as(k.Neighbour).Get(path); got.Status != 404 {
			t.Errorf("a neighbour at %s: %d, want 404", path, got.Status)
		}
	}
}

// provenByOthers checks a downloaded proof with nothing of ours: the lines of
// c2sp.org/tlog-proof, the signature by golang.org/x/mod/sumdb/note, the path by
// golang.org/x/mod/sumdb/tlog; and that both notice one wrong byte.
func provenByOthers(t *testing.T, k *kit, leaf []byte, text string) {
	t.Helper()
	head, checkpoint, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		t.Fatalf("no proof: %q", text)
	}
	var index int64
	var path tlog.RecordProof
	for _, line := range lines[1:] {
		if number, is := strings.CutPrefix(line, "index "); is {
			at, err := strconv.ParseInt(number, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			index = at
			continue
		}
		hash, err := tlog.ParseHash(line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		path = append(path, hash)
	}
	opened, err := note.Open([]byte(checkpoint), k.Verifiers(t))
	if err != nil {
		t.Fatalf("the checkpoint: %v", err)
	}
	parts := strings.Split(opened.Text, "\n") // origin, size, root
	size, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	root, err := tlog.ParseHash(parts[2])
	if err != nil {
		t.Fatal(err)
	}
	if err := tlog.CheckRecord(path, size, root, index, tlog.RecordHash(leaf)); err != nil {
		t.Errorf("the entry at %d of %d: %v", index, size, err)
	}
	other := slices.Clone(leaf)
	other[len(other)/2] ^= 1
	if tlog.CheckRecord(path, size, root, index, tlog.RecordHash(other)) == nil {
		t.Error("another entry passes")
	}
}

// Who had a unit sees who looked in their own time, and nothing of after.
func TestAFormerOwnerSeesTheirOwnTime(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	unit := k.Bound(t)
	mine, err := k.MineOf(t.Context(), k.Owner.Person)
	if err != nil || len(mine) != 1 {
		t.Fatalf("%+v, %v", mine, err)
	}
	binding := string(mine[0].Binding.ID)
	looked := k.Looks(t, k.agent, k.Consented(t, k.agent, k.Owner, unit).ID)
	k.Clock.Add(time.Millisecond)
	k.Must(t, unit.ID, k.TakeBack())
	ada := k.as(k.Owner)
	got := ada.Get("/v1/mine/past/" + binding + "/looked")
	if got.Status != 200 || !strings.Contains(got.Body, looked.ID) {
		t.Errorf("their own time: %d %s", got.Status, got.Body)
	}
	if got := ada.Get("/mine/past/" + binding + "/looked"); got.Status != 200 || !strings.Contains(got.Body, "Looked") {
		t.Errorf("its page: %d %s", got.Status, got.Body)
	}
	if got := k.as(k.Neighbour).Get("/v1/mine/past/" + binding + "/looked"); got.Status != 404 {
		t.Errorf("somebody else's time: %d, want 404", got.Status)
	}
	never := ada.Get("/v1/mine/units/acme/NEVER/looked")
	if got := ada.Get("/v1/mine/units/acme/" + unit.Key.Serial + "/looked"); got.Status != 404 || got.Body != never.Body {
		t.Errorf("the unit that they had: %d %s, want what never was", got.Status, got.Body)
	}
}
