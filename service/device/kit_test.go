package device_test

import (
	"crypto/ed25519"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"quitclaim/service/access"
	"quitclaim/service/device"
	"quitclaim/service/device/message"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// kit is the room behind its doors, on a real store.
type kit struct {
	*storetest.World
	t    *testing.T
	room *device.Device
	site *webtest.Site
	from string // the address that requests come from

	mu     sync.Mutex // guards nudged
	nudged []lifecycle.UnitID
}

func setup(t *testing.T) *kit {
	t.Helper()
	return setupWith(t, device.Limits{})
}

func setupWith(t *testing.T, limits device.Limits) *kit {
	t.Helper()
	k := &kit{World: storetest.NewWorld(t), t: t, from: "192.0.2.17:4711"}
	k.room = device.New(device.Config{
		Store: k.World, Now: k.Clock.Now, NewID: func() string { return strings.TrimPrefix(storetest.NewID("x"), "x_") },
		LookupHash: func(kind, value string) string { return storetest.Hex(kind + " " + value) },
		Limits:     limits,
		Nudge: func(unit lifecycle.UnitID) {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.nudged = append(k.nudged, unit)
		},
	})
	k.site = webtest.New(t, func(r *web.Routes) { device.NewHandler(k.room).Mount(r) }, nil)
	return k
}

// unit is a unit on record, with the key that only it holds.
type unit struct {
	id  lifecycle.UnitID
	key lifecycle.UnitKey
	own ed25519.PrivateKey
}

// keyOf is a device key that is the same in every run.
func keyOf(name string) ed25519.PrivateKey {
	seed, err := hex.DecodeString(storetest.Hex("device key of " + name))
	if err != nil {
		panic(err)
	}
	return ed25519.NewKeyFromSeed(seed)
}

// registered is a unit in the vendor's stock.
func (k *kit) registered(serial string) unit {
	k.t.Helper()
	u := unit{
		id: lifecycle.UnitID(storetest.NewID("unt")), key: lifecycle.UnitKey{Brand: storetest.Brand, Serial: serial}, own: keyOf(serial),
	}
	_, err := k.Register(k.t.Context(), u.key, k.Model.ID, lifecycle.Register{
		Command: k.By(k.VendorAdmin), ID: u.id, Key: u.key, DeviceKey: u.own.Public().(ed25519.PublicKey),
	}.Decide)
	if err != nil {
		k.t.Fatalf("register: %v", err)
	}
	return u
}

// sold is a unit that the vendor's own till has sold.
func (k *kit) sold(serial string) unit {
	k.t.Helper()
	u := k.registered(serial)
	k.Must(k.t, u.id, lifecycle.Sell{Command: k.By(k.VendorAdmin), ID: lifecycle.SaleID(storetest.NewID("sal"))}.Decide)
	return u
}

// takenBack is a unit that the clerk has taken back, with a presence code.
func (k *kit) takenBack(serial, presence string) unit {
	k.t.Helper()
	u := k.sold(serial)
	k.Clock.Add(time.Minute)
	k.Must(k.t, u.id, lifecycle.TakeBack{
		Command: k.By(k.Clerk), Return: lifecycle.ReturnID(storetest.NewID("ret")), Order: lifecycle.OrderID(storetest.NewID("ord")),
		Condition: "used", Reason: "changed-mind", PresenceHash: storetest.Hex(presence),
	}.Decide)
	return u
}

func (k *kit) snapshot(u unit) lifecycle.Snapshot {
	k.t.Helper()
	s, err := k.Snapshot(k.t.Context(), u.id)
	if err != nil {
		k.t.Fatalf("snapshot: %v", err)
	}
	return s
}

// post sends a body as it is.
func (k *kit) post(path, body string) *webtest.Response {
	k.t.Helper()
	request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	request.RemoteAddr = k.from
	return k.site.Do(request)
}

// challenge asks for a nonce.
func (k *kit) challenge(key lifecycle.UnitKey) message.Challenge {
	k.t.Helper()
	got := k.postJSON("/device/v1/challenge", message.ChallengeRequest{Brand: key.Brand, Serial: key.Serial})
	if got.Status != http.StatusOK {
		k.t.Fatalf("challenge: %d %s", got.Status, got.Body)
	}
	var challenge message.Challenge
	got.Decode(&challenge)
	return challenge
}

// says is a signed report that answers a fresh challenge.
func (k *kit) says(u unit, kind lifecycle.ResetKind, credential string) message.Report {
	k.t.Helper()
	challenge := k.challenge(u.key)
	return k.signed(u, message.Report{
		Brand: u.key.Brand, Serial: u.key.Serial, Nonce: challenge.Nonce, Epoch: k.epochOf(u.key), Kind: kind,
		Firmware: "2.1.0", Verifier: storetest.Hex(credential),
	})
}

// epochOf is the unit's epoch as it would have been told; 1 for what is no unit.
func (k *kit) epochOf(key lifecycle.UnitKey) lifecycle.Epoch {
	k.t.Helper()
	u, err := k.UnitByKey(k.t.Context(), key)
	if err != nil {
		return 1
	}
	return u.Epoch
}

func (k *kit) signed(u unit, r message.Report) message.Report {
	k.t.Helper()
	signed, err := r.Sign(u.own)
	if err != nil {
		k.t.Fatalf("sign: %v", err)
	}
	return signed
}

func (k *kit) report(r message.Report) *webtest.Response {
	k.t.Helper()
	return k.postJSON("/device/v1/report", r)
}

// heard sends a report that must be taken.
func (k *kit) heard(r message.Report) message.Answer {
	k.t.Helper()
	got := k.report(r)
	if got.Status != http.StatusOK {
		k.t.Fatalf("report: %d %s", got.Status, got.Body)
	}
	var answer message.Answer
	got.Decode(&answer)
	return answer
}

func (k *kit) postJSON(path string, v any) *webtest.Response {
	k.t.Helper()
	request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(marshal(k.t, v)))
	request.Header.Set("Content-Type", "application/json")
	request.RemoteAddr = k.from
	return k.site.As(access.Anonymous()).Do(request)
}
