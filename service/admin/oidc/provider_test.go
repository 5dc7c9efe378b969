package oidc_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// realProvider is a certified OpenID provider (github.com/zitadel/oidc, pkg/op,
// with its example's storage), on a free loopback port. In
// front of it stands what makes it lie: the honest answer is its own, and a test
// bends that.
type realProvider struct {
	issuer string
	server *httptest.Server
	keys   *signingKeys

	mu   sync.Mutex // guards what follows
	bent bent
	seen map[string]int // requests by path
}

// bent is how a test has the provider answer.
type bent struct {
	claims    func(map[string]any)                          // of the id token, which is signed anew
	algorithm string                                        // "none" or "HS256": the token is not signed by its key
	metadata  func(map[string]any)                          // of the discovery document
	instead   func(http.ResponseWriter, *http.Request) bool // true: it has answered
}

// signingKeys are the provider's own, and turn over when a test says so.
type signingKeys struct {
	*storage.Storage
	mu  sync.Mutex // guards what follows
	id  int
	key *ecdsa.PrivateKey
}

func newSigningKeys(t *testing.T, clients map[string]*storage.Client, issuer string) *signingKeys {
	t.Helper()
	k := &signingKeys{Storage: storage.NewStorageWithClients(users{}, clients)}
	k.rotate(t)
	return k
}

func (k *signingKeys) rotate(t *testing.T) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.id, k.key = k.id+1, key
}

func (k *signingKeys) present() signingKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	return signingKey{strconv.Itoa(k.id), k.key}
}

// SigningKey, SignatureAlgorithms and KeySet are op.Storage's.
func (k *signingKeys) SigningKey(context.Context) (op.SigningKey, error) { return k.present(), nil }

// SignatureAlgorithms is op.Storage's.
func (k *signingKeys) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.ES256}, nil
}

// KeySet is op.Storage's.
func (k *signingKeys) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{publicKey{k.present()}}, nil
}

type signingKey struct {
	id  string
	key *ecdsa.PrivateKey
}

func (s signingKey) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (s signingKey) Key() any                                    { return s.key }
func (s signingKey) ID() string                                  { return s.id }

type publicKey struct{ of signingKey }

func (p publicKey) ID() string                         { return p.of.id }
func (p publicKey) Algorithm() jose.SignatureAlgorithm { return jose.ES256 }
func (p publicKey) Use() string                        { return "sig" }
func (p publicKey) Key() any                           { return &p.of.key.PublicKey }

// users are who has an account there: ada, bob and mara, with one password.
type users struct{}

func (users) ExampleClientID() string { return "service" }

func (users) GetUserByID(id string) *storage.User {
	name, ok := strings.CutPrefix(id, "sub-of-")
	if !ok {
		return nil
	}
	// Everybody's address is one that an account here has already.
	return &storage.User{ID: id, Username: name, Password: "verysecure", Email: "owner@example.test", EmailVerified: true}
}

func (u users) GetUserByUsername(name string) *storage.User {
	for _, known := range []string{"ada", "bob", "mara"} {
		if name == known {
			return u.GetUserByID("sub-of-" + name)
		}
	}
	return nil
}

const (
	clientID     = "quitclaim"
	clientSecret = "a secret that both know"
)

// startProvider runs a provider that knows us under the redirect addresses that
// redirects names: they are known only once the provider is on record.
func startProvider(t *testing.T) *realProvider {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &realProvider{issuer: "http://" + listener.Addr().String(), seen: map[string]int{}}
	p.server = &httptest.Server{Listener: listener, Config: &http.Server{}}
	t.Cleanup(p.server.Close)
	return p
}

// knows starts the provider with these addresses to send people back to.
func (p *realProvider) knows(t *testing.T, redirects ...string) {
	t.Helper()
	p.keys = newSigningKeys(t, map[string]*storage.Client{clientID: storage.WebClient(clientID, clientSecret, redirects...)}, p.issuer)
	provider, err := op.NewProvider(&op.Config{CryptoKey: sha256.Sum256([]byte(p.issuer)), CodeMethodS256: true, AuthMethodPost: true},
		p.keys, op.StaticIssuer(p.issuer), op.WithAllowInsecure(), op.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", provider)
	login := func(w http.ResponseWriter, r *http.Request) { p.login(w, r, op.AuthCallbackURL(provider)) }
	mux.Handle("/login/username", op.NewIssuerInterceptor(provider.IssuerFromRequest).HandlerFunc(login))
	p.server.Config.Handler = p.front(mux)
	p.server.Start()
}

// login is the provider's own page. (Its example's would do, but sets the paths
// of every provider in the process.)
func (p *realProvider) login(w http.ResponseWriter, r *http.Request, onward func(context.Context, string) string) {
	id := r.FormValue("id")
	if r.Method == http.MethodPost && p.keys.CheckUsernamePassword(r.FormValue("username"), r.FormValue("password"), id) == nil {
		http.Redirect(w, r, onward(r.Context(), id), http.StatusFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, `<!doctype html><title>Log in</title><form method="post" action="/login/username"><input type="hidden" name="id" value="%s">`+
		`<input name="username"><input name="password" type="password"><button type="submit">Log in</button></form>`,
		html.EscapeString(r.FormValue("authRequestID")))
}

func (p *realProvider) bend(b bent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bent = b
}

func (p *realProvider) requests(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen[path]
}

func (p *realProvider) how(path string) bent {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen[path]++
	return p.bent
}

// front answers as the provider does, bent.
func (p *realProvider) front(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		how := p.how(r.URL.Path)
		if how.instead != nil && how.instead(w, r) {
			return
		}
		answer := httptest.NewRecorder()
		inner.ServeHTTP(answer, r)
		body := answer.Body.Bytes()
		switch {
		case r.URL.Path == "/.well-known/openid-configuration" && how.metadata != nil:
			body = bentJSON(body, how.metadata)
		case r.URL.Path == "/oauth/token" && answer.Code == http.StatusOK && (how.claims != nil || how.algorithm != ""):
			body = bentJSON(body, func(all map[string]any) { all["id_token"] = p.forge(all["id_token"].(string), how) })
		}
		for name, values := range answer.Header() {
			if name != "Content-Length" {
				w.Header()[name] = values
			}
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(body)
	})
}

func bentJSON(body []byte, bend func(map[string]any)) []byte {
	var all map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&all) != nil {
		return body
	}
	bend(all)
	bent, _ := json.Marshal(all)
	return bent
}

// forge is an honest token with other claims, signed by the provider's own key,
// or by none.
func (p *realProvider) forge(token string, how bent) string {
	parts := strings.Split(token, ".")
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	if how.claims != nil {
		payload = bentJSON(payload, how.claims)
	}
	key := p.keys.present()
	algorithm := how.algorithm
	if algorithm == "" {
		algorithm = "ES256"
	}
	head, _ := json.Marshal(map[string]string{"alg": algorithm, "kid": key.id, "typ": "JWT"})
	signed := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(payload)
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature(algorithm, key.key, signed))
}

func signature(algorithm string, key *ecdsa.PrivateKey, text string) []byte {
	switch algorithm {
	case "none":
		return nil
	case "HS256": // keyed with what both know: RFC 8725 section 2.1
		mac := hmac.New(sha256.New, []byte(clientSecret))
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		panic(err)
	}
	raw := make([]byte, 64)
	r.FillBytes(raw[:32])
	s.FillBytes(raw[32:])
	return raw
}

// announces is a discovery document that promises iss in every answer.
func announces(all map[string]any) { all["authorization_response_iss_parameter_supported"] = true }

// with is an answer with one parameter more, or another.
func with(back, name, value string) string {
	u, err := url.Parse(back)
	if err != nil {
		panic(err)
	}
	query := u.Query()
	if query.Del(name); value != "" {
		query.Set(name, value)
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// ago is an instant of the past as tokens write it.
func ago(d time.Duration) int64 { return time.Now().Add(-d).Unix() }
