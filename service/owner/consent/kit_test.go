package consent_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"flag"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/owner/consent"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

var update = flag.Bool("update", false, "write testdata anew")

// kit is the room over the real store and the real web server.
type kit struct {
	*storetest.World
	room  *consent.Consents
	site  *webtest.Site
	sign  *signer
	agent lifecycle.Actor
}

func newKit(t *testing.T) *kit {
	t.Helper()
	w := storetest.NewWorld(t)
	k := &kit{World: w, sign: &signer{now: w.Clock.Now, begun: map[string]lifecycle.PersonID{}}, agent: w.Agent(t)}
	k.room = consent.New(consent.Config{
		Records: w.Store, People: w.Store, Looked: w.Store, Signer: k.sign, Passkeys: k.sign,
		Hashes: func(ctx context.Context) tlog.HashReader { return w.Ledger(ctx) },
		RPID:   "localhost", Now: w.Clock.Now, NewID: func() string { return strings.ToLower(rand.Text()) },
	})
	handler, err := consent.NewHandler(k.room)
	if err != nil {
		t.Fatalf("NewHandler: %v", err)
	}
	k.site = webtest.New(t, handler.Mount, func(c *web.Config) { c.Now = w.Clock.Now })
	return k
}

func (k *kit) as(actor lifecycle.Actor) *webtest.Client {
	return k.site.As(access.Principal{
		Kind: access.KindPerson, Person: actor.Person, Org: actor.Org, OrgKind: actor.OrgKind, Roles: actor.Roles, Name: "Ada Moor",
	})
}

// signer stands for the passkeys' room: it signs once what was begun, for whom
// it was begun.
type signer struct {
	now  func() time.Time
	none bool // nobody has a passkey

	mu    sync.Mutex
	begun map[string]lifecycle.PersonID // by mu; by challenge
}

func (s *signer) Available() bool { return true }

func (s *signer) PasskeysOf(_ context.Context, person lifecycle.PersonID) ([]access.Passkey, error) {
	if s.none {
		return nil, nil
	}
	return []access.Passkey{{ID: "psk_1", Person: person}}, nil
}

func (s *signer) BeginSignature(_ context.Context, person lifecycle.PersonID, challenge []byte) (json.RawMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun[string(challenge)] = person
	return json.Marshal(map[string]any{"publicKey": map[string]any{"challenge": base64.RawURLEncoding.EncodeToString(challenge)}})
}

func (s *signer) FinishSignature(_ context.Context, person lifecycle.PersonID, challenge, response []byte) (access.PasskeySignature, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var wrong lifecycle.Invalid
	if s.begun[string(challenge)] != person {
		wrong.Add("response", "passkey.late")
		return access.PasskeySignature{}, wrong.Err()
	}
	delete(s.begun, string(challenge))
	if string(response) != `{"signed":"`+base64.RawURLEncoding.EncodeToString(challenge)+`"}` {
		wrong.Add("response", "passkey.wrong")
		return access.PasskeySignature{}, wrong.Err()
	}
	return access.PasskeySignature{Credential: []byte("c"), PublicKey: []byte("k"), Signature: response, At: s.now()}, nil
}

type begun struct {
	Since     string
	Challenge string
}

// read is what the owner has read before they sign: what an app shows of it.
func (k *kit) read(t *testing.T, owner lifecycle.Actor, ask string) map[string]any {
	t.Helper()
	var all struct {
		Asks []struct {
			ID         string
			Disclosure struct{ Language, SHA256, Text string }
		}
	}
	k.as(owner).Get("/v1/consents").Decode(&all)
	for _, a := range all.Asks {
		if a.ID != ask {
			continue
		}
		if sum := access.HashDisclosure(a.Disclosure.Language, a.Disclosure.Text); sum.Hash != a.Disclosure.SHA256 {
			t.Errorf("the words' hash is %s, said is %s", sum.Hash, a.Disclosure.SHA256)
		}
		return map[string]any{"language": a.Disclosure.Language, "disclosure": a.Disclosure.SHA256}
	}
	t.Fatalf("no question %s among %+v", ask, all)
	return nil
}

// begins has the owner begin to sign.
func (k *kit) begins(t *testing.T, owner lifecycle.Actor, ask string) begun {
	t.Helper()
	got := k.as(owner).PostJSON("/v1/consents/asks/"+ask+"/begin", k.read(t, owner, ask))
	if got.Status != 200 {
		t.Fatalf("begin: %d %s", got.Status, got.Body)
	}
	var b begun
	got.Decode(&b)
	return b
}

func signed(ask string, b begun) map[string]any {
	return map[string]any{"ask": ask, "since": b.Since, "language": "en", "response": map[string]any{"signed": b.Challenge}}
}
