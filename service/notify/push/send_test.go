package push_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/notify/push"
)

// browser is the receiving end: it has the keys, and opens what comes (RFC 8291
// and RFC 8188, written anew from their text).
type browser struct {
	key  *ecdh.PrivateKey
	auth []byte
}

func newBrowser(t *testing.T) browser {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	auth := make([]byte, 16)
	if _, err := rand.Read(auth); err != nil {
		t.Fatal(err)
	}
	return browser{key, auth}
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (b browser) subscription(endpoint string) notice.Subscription {
	return notice.Subscription{Endpoint: endpoint, P256DH: text(b.key.PublicKey().Bytes()), Auth: text(b.auth)}
}

// open decrypts one record.
func (b browser) open(body []byte) ([]byte, error) {
	if len(body) < 21 {
		return nil, errors.New("no header (RFC 8188, section 2.1)")
	}
	salt, record, idLength := body[:16], binary.BigEndian.Uint32(body[16:20]), int(body[20])
	sender, sealed := body[21:21+idLength], body[21+idLength:]
	if len(sealed) > int(record) {
		return nil, fmt.Errorf("%d bytes in a record of %d", len(sealed), record)
	}
	public, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, err
	}
	shared, err := b.key.ECDH(public)
	if err != nil {
		return nil, err
	}
	// RFC 8291, section 3.4.
	info := "WebPush: info\x00" + string(b.key.PublicKey().Bytes()) + string(sender)
	ikm, err := hkdf.Key(sha256.New, shared, b.auth, info, 32)
	if err != nil {
		return nil, err
	}
	cek, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, err
	}
	nonce, err := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(cek)
	if err != nil {
		return nil, err
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	padded, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, err
	}
	plain := strings.TrimRight(string(padded), "\x00")
	if !strings.HasSuffix(plain, "\x02") { // the last record, section 2 of RFC 8188
		return nil, errors.New("no delimiter of a last record")
	}
	return []byte(plain[:len(plain)-1]), nil
}

// keys are the service's, as the keyring would make them.
func keys(t *testing.T) push.Keys {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return push.Keys{Private: text(key.Bytes()), Public: text(key.PublicKey().Bytes())}
}

type delivered struct {
	header http.Header
	body   []byte
}

// service is a push service: it answers with the status in its path.
func service(t *testing.T) (*httptest.Server, chan delivered) {
	t.Helper()
	got := make(chan delivered, 32)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got <- delivered{r.Header, body}
		status := 0
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &status); err != nil {
			t.Error(err)
		}
		w.Header().Set("Retry-After", "120")
		w.Header().Set("Location", "/201")
		w.WriteHeader(status)
		fmt.Fprint(w, strings.Repeat("x", 1<<16))
	}))
	t.Cleanup(server.Close)
	return server, got
}

func sender(t *testing.T, server *httptest.Server, private bool) *push.Sender {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return &push.Sender{Client: push.NewClient(private, roots), Keys: keys(t), Contact: "admin@example.org", Private: private}
}

func TestOnlyTheBrowserReadsAPush(t *testing.T) {
	t.Parallel()
	server, got := service(t)
	s, b := sender(t, server, true), newBrowser(t)
	want := `{"kind":"returned"}`
	if err := s.Send(t.Context(), b.subscription(server.URL+"/201"), []byte(want)); err != nil {
		t.Fatal(err)
	}
	came := <-got
	plain, err := b.open(came.body)
	if err != nil || string(plain) != want {
		t.Errorf("the browser reads %q, %v; want %q", plain, err, want)
	}
	if _, err := newBrowser(t).open(came.body); err == nil {
		t.Error("another browser reads it")
	}
	if came.header.Get("Content-Encoding") != "aes128gcm" || came.header.Get("TTL") != "86400" || came.header.Get("Urgency") != "high" {
		t.Errorf("headers = %v", came.header)
	}
	verifyVAPID(t, came.header.Get("Authorization"), server.URL, s.Keys.Public)
	if err := s.Send(t.Context(), b.subscription(server.URL+"/201"), []byte(want+want)); err != nil {
		t.Fatal(err)
	}
	if second := <-got; len(second.body) != len(came.body) {
		t.Errorf("a longer push is %d bytes, a shorter %d: its length tells", len(second.body), len(came.body))
	}
}

// verifyVAPID checks the signature and what it is for (RFC 8292, section 2).
func verifyVAPID(t *testing.T, header, audience, public string) {
	t.Helper()
	var token, key string
	for part := range strings.SplitSeq(strings.TrimPrefix(header, "vapid "), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			token = value
		case "k":
			key = value
		}
	}
	parts := strings.Split(token, ".")
	if key != public || len(parts) != 3 {
		t.Fatalf("Authorization = %q", header)
	}
	point, err := base64.RawURLEncoding.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 64 {
		t.Fatalf("signature %v, %v", signature, err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if !ecdsa.Verify(signer, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		t.Error("the signature is not by the service's key")
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Audience string `json:"aud"`
		Subject  string `json:"sub"`
		Expires  int64  `json:"exp"`
	}
	if err := errors.Join(err, json.Unmarshal(body, &claims)); err != nil {
		t.Fatal(err)
	}
	left := time.Until(time.Unix(claims.Expires, 0))
	if claims.Audience != audience || claims.Subject != "mailto:admin@example.org" || left <= 0 || left > 24*time.Hour {
		t.Errorf("claims = %+v", claims)
	}
}

func TestAnswersOfAPushService(t *testing.T) {
	t.Parallel()
	server, _ := service(t)
	s, b := sender(t, server, true), newBrowser(t)
	for status, want := range map[int]error{
		201: nil, 202: nil, 404: push.ErrGone, 410: push.ErrGone, 413: push.ErrRefused, 403: push.ErrRefused, 307: push.ErrRefused,
		429: push.ErrLater, 500: push.ErrLater, 503: push.ErrLater,
	} {
		err := s.Send(t.Context(), b.subscription(fmt.Sprintf("%s/%d", server.URL, status)), []byte("{}"))
		var failure *push.Failure
		if !errors.Is(err, want) || errors.As(err, &failure) && errors.Is(want, push.ErrLater) && failure.After != 2*time.Minute {
			t.Errorf("%d: %v, want %v", status, err, want)
		}
	}
	if err := s.Send(t.Context(), notice.Subscription{Endpoint: server.URL + "/201", P256DH: "AA", Auth: "AA"}, nil); !errors.Is(err, push.ErrGone) {
		t.Errorf("keys that are none: %v", err)
	}
	server.Close()
	if err := s.Send(t.Context(), b.subscription(server.URL+"/201"), []byte("{}")); !errors.Is(err, push.ErrLater) {
		t.Errorf("away: %v", err)
	}
}

// TestPrivateAddressesAreNotCalled: an endpoint is what somebody typed, and it
// must not lead into our own network, by whatever name.
func TestPrivateAddressesAreNotCalled(t *testing.T) {
	t.Parallel()
	server, got := service(t)
	s, b := sender(t, server, false), newBrowser(t)
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "https://"), ":")
	for _, endpoint := range []string{server.URL + "/201", "https://localhost:" + port + "/201", "https://localhost/201"} {
		if err := s.Send(t.Context(), b.subscription(endpoint), []byte("{}")); !errors.Is(err, push.ErrGone) {
			t.Errorf("%s: %v, want it refused for good", endpoint, err)
		}
	}
	for _, endpoint := range []string{
		"http://push.example/x", "https://user@push.example/x", "https://push.example:8443/x", "https://10.0.0.1/x", "https://[::1]/x",
		"https://[fe80::1]/x", "https://169.254.169.254/latest", "https://[::ffff:127.0.0.1]/x", "https://[64:ff9b::7f00:1]/x",
		"https://100.64.0.1/x", "https://0.0.0.0/x", "https://[::127.0.0.1]/x", "https://[::a00:1]/x", "https://[3fff::1]/x", "https://192.88.99.1/x", "https:///x", "", "file:///etc/passwd", "https://push.example/" + strings.Repeat("a", 1024),
	} {
		if err := push.CheckEndpoint(endpoint, false); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("%.60s: %v", endpoint, err)
		}
	}
	for _, endpoint := range []string{"https://fcm.googleapis.com/fcm/send/x", "https://push.services.mozilla.com:443/wpush/v2/x", "https://93.184.215.14/x"} {
		if err := push.CheckEndpoint(endpoint, false); err != nil {
			t.Errorf("%s: %v", endpoint, err)
		}
	}
	select {
	case <-got:
		t.Error("something was called")
	default:
	}
}
