package camera_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"quitclaim/service/device"
	"quitclaim/service/device/camera"
	"quitclaim/service/device/message"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// kit is a server that cameras can reach, and a road to it that can be bad.
type kit struct {
	*storetest.World
	t   *testing.T
	url string

	mu    sync.Mutex // guards what follows
	spoil []func(http.Handler) http.Handler
	waits []time.Duration
}

func setup(t *testing.T) *kit {
	t.Helper()
	k := &kit{World: storetest.NewWorld(t), t: t}
	room := device.New(device.Config{
		Store: k.World, Now: k.Clock.Now, NewID: func() string { return strings.TrimPrefix(storetest.NewID("x"), "x_") },
		LookupHash: func(kind, value string) string { return storetest.Hex(kind + " " + value) },
		Limits:     device.Limits{UnitBurst: 1000},
	})
	site := webtest.New(t, func(r *web.Routes) { device.NewHandler(room).Mount(r) }, nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.road(site.Server.Handler()).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	k.url = server.URL
	return k
}

// road is how the next request gets to the server.
func (k *kit) road(server http.Handler) http.Handler {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.spoil) == 0 {
		return server
	}
	next := k.spoil[0]
	k.spoil = k.spoil[1:]
	return next(server)
}

// next spoils the next requests, one each.
func (k *kit) next(faults ...func(http.Handler) http.Handler) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.spoil = append(k.spoil, faults...)
}

func fine(server http.Handler) http.Handler { return server }

// lost: the request gets there, and its answer does not come back.
func lost(server http.Handler) http.Handler {
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		server.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	})
}

// unreachable: nothing gets through.
func unreachable(http.Handler) http.Handler {
	return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
}

func answers(status int, retryAfter string) func(http.Handler) http.Handler {
	return func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", retryAfter)
			w.WriteHeader(status)
		})
	}
}

// meanwhile lets something happen before the request gets there.
func meanwhile(do func()) func(http.Handler) http.Handler {
	return func(server http.Handler) http.Handler {
		do()
		return server
	}
}

// made is a camera that was registered and sold, and its memory.
func (k *kit) made(change func(*camera.Config)) (*camera.Camera, camera.Memory, lifecycle.UnitID) {
	k.t.Helper()
	state, err := camera.NewState(lifecycle.UnitKey{Brand: storetest.Brand, Serial: "CAM-" + storetest.NewID("x")[2:12]}, "2.1.0")
	if err != nil {
		k.t.Fatal(err)
	}
	key, err := state.UnitKey()
	if err != nil {
		k.t.Fatal(err)
	}
	id := lifecycle.UnitID(storetest.NewID("unt"))
	_, err = k.Register(k.t.Context(), key, k.Model.ID, lifecycle.Register{
		Command: k.By(k.VendorAdmin), ID: id, Key: key, DeviceKey: state.PublicKey(),
	}.Decide)
	if err != nil {
		k.t.Fatal(err)
	}
	k.sell(id)
	memory := camera.InMemory(state)
	return k.camera(memory, change), memory, id
}

func (k *kit) sell(id lifecycle.UnitID) {
	k.t.Helper()
	k.Clock.Add(time.Minute)
	k.Must(k.t, id, lifecycle.Sell{Command: k.By(k.VendorAdmin), ID: lifecycle.SaleID(storetest.NewID("sal"))}.Decide)
	k.Clock.Add(time.Minute)
}

func (k *kit) takeBack(id lifecycle.UnitID) {
	k.t.Helper()
	k.Clock.Add(time.Minute)
	k.Must(k.t, id, k.TakeBack())
	k.Clock.Add(time.Minute)
}

func (k *kit) camera(memory camera.Memory, change func(*camera.Config)) *camera.Camera {
	k.t.Helper()
	config := camera.Config{BaseURL: k.url, Memory: memory, Wait: func(ctx context.Context, d time.Duration) error {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.waits = append(k.waits, d)
		return ctx.Err()
	}}
	if change != nil {
		change(&config)
	}
	c, err := camera.New(config)
	if err != nil {
		k.t.Fatal(err)
	}
	return c
}

func (k *kit) report(c *camera.Camera) message.Answer {
	k.t.Helper()
	answer, err := c.Report(k.t.Context(), "")
	if err != nil {
		k.t.Fatalf("report: %v", err)
	}
	return answer
}

func (k *kit) unit(id lifecycle.UnitID) lifecycle.Unit {
	k.t.Helper()
	s, err := k.Snapshot(k.t.Context(), id)
	if err != nil {
		k.t.Fatal(err)
	}
	return s.Unit
}

func credential(t *testing.T, c *camera.Camera) string {
	t.Helper()
	shown, err := c.Credential()
	if err != nil {
		t.Fatal(err)
	}
	return shown
}

// agrees holds the server's record against what the camera shows.
func (k *kit) agrees(c *camera.Camera, id lifecycle.UnitID) {
	k.t.Helper()
	if got, want := k.unit(id).Verifier, camera.CredentialHash(credential(k.t, c)); got != want {
		k.t.Errorf("the server knows %q, the camera shows %q", got, want)
	}
}

func TestFirstCallMakesACredential(t *testing.T) {
	t.Parallel()
	k := setup(t)
	c, _, id := k.made(nil)
	if answer := k.report(c); answer != (message.Answer{Epoch: 2, Action: message.ActionNone}) {
		t.Errorf("answer %+v", answer)
	}
	k.agrees(c, id)
	first := credential(t, c)
	k.report(c)
	if credential(t, c) != first {
		t.Error("a call without news made another credential")
	}
}

func TestNewEpochTakesANewCredential(t *testing.T) {
	t.Parallel()
	k := setup(t)
	c, _, id := k.made(nil)
	k.report(c)
	old := credential(t, c)
	k.takeBack(id)
	k.report(c)
	if credential(t, c) == old {
		t.Error("the credential of before is shown after the return")
	}
	k.agrees(c, id)
}

func TestHardResetProvesAnOpenOrder(t *testing.T) {
	t.Parallel()
	k := setup(t)
	c, memory, id := k.made(nil)
	k.report(c)
	k.takeBack(id)
	answer, err := c.HardReset(t.Context())
	if err != nil || answer != (message.Answer{Epoch: 3, Action: message.ActionNone}) {
		t.Errorf("answer %+v, %v", answer, err)
	}
	s, err := k.Snapshot(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if task, _ := s.Order.Task(lifecycle.TaskID("", lifecycle.VerbFactoryReset)); task.State != lifecycle.TaskProven {
		t.Errorf("factory-reset is %s", task.State)
	}
	if state, err := memory.Load(); err != nil || state.Reset {
		t.Errorf("memory %+v, %v: the reset was heard", state, err)
	}
	k.agrees(c, id)
}

// TestHardResetAtHomeEndsWithACredentialOfTheNewEpoch: the server asks for
// another, and gets it at once.
func TestHardResetAtHomeEndsWithACredentialOfTheNewEpoch(t *testing.T) {
	t.Parallel()
	k := setup(t)
	c, _, id := k.made(nil)
	k.report(c)
	answer, err := c.HardReset(t.Context())
	if err != nil || answer != (message.Answer{Epoch: 3, Action: message.ActionNone}) {
		t.Errorf("answer %+v, %v", answer, err)
	}
	k.agrees(c, id)
}

// TestResetIsToldAfterAPowerCut: it was pressed offline, and another process
// with the same memory tells of it. Who saw the credential of before the
// return gets nowhere.
func TestResetIsToldAfterAPowerCut(t *testing.T) {
	t.Parallel()
	k := setup(t)
	c, memory, id := k.made(nil)
	k.report(c)
	if err := c.Press(t.Context()); err != nil {
		t.Fatal(err)
	}
	seenByItsOwner := credential(t, c)
	k.takeBack(id)
	again := k.camera(memory, nil)
	k.report(again)
	if credential(t, again) == seenByItsOwner {
		t.Error("a credential made before the return is shown after it")
	}
	s, err := k.Snapshot(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if s.Report.Kind != lifecycle.ResetHard {
		t.Errorf("the report says %s", s.Report.Kind)
	}
	k.agrees(again, id)
}

func TestPresenceCodeIsSigned(t *testing.T) {
	t.Parallel()
	k := setup(t)
	c, _, id := k.made(nil)
	if _, err := c.Report(t.Context(), "on-the-screen"); err != nil {
		t.Fatal(err)
	}
	s, err := k.Snapshot(t.Context(), id)
	if err != nil || s.Report.Presence != storetest.Hex("on-the-screen") {
		t.Errorf("report %+v, %v", s.Report, err)
	}
}

// TestBadRoads: whatever happens on the way, the camera and the server agree
// in the end, and no answer that got lost makes two resets of one.
func TestBadRoads(t *testing.T) {
	t.Parallel()
	type fault = func(http.Handler) http.Handler
	cases := map[string][]fault{
		"no way to ask":                 {unreachable, unreachable},
		"a lost challenge":              {lost},
		"a report that never got there": {fine, unreachable},
		"a report whose answer is lost": {fine, lost},
		"an answer lost at its epoch":   {fine, fine, fine, lost},
		"busy":                          {answers(503, "2"), fine, answers(503, "")},
		"too often":                     {answers(429, "3")},
		"a report that is too late":     {fine, answers(404, "")},
		"a proxy's page":                {answers(200, "")},
		"all of it":                     {lost, fine, lost, unreachable, answers(502, ""), fine, answers(404, "")},
	}
	for name, faults := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := setup(t)
			c, _, id := k.made(nil)
			k.report(c)
			k.takeBack(id)
			if err := c.Press(t.Context()); err != nil {
				t.Fatal(err)
			}
			k.next(faults...)
			k.report(c)
			if got := k.unit(id); got.Epoch != 3 {
				t.Errorf("epoch %d, want 3: one return and no more", got.Epoch)
			}
			k.agrees(c, id)
			if len(k.waits) == 0 {
				t.Error("it did not wait")
			}
		})
	}
}

func TestCameraWaitsAsLongAsItIsAsked(t *testing.T) {
	t.Parallel()
	k := setup(t)
	c, _, _ := k.made(nil)
	k.next(answers(429, "7"), answers(503, "900"), unreachable, unreachable)
	k.report(c)
	want := []time.Duration{7 * time.Second, 30 * time.Second, 2 * time.Second, 4 * time.Second}
	if len(k.waits) != len(want) {
		t.Fatalf("waits %v, want %v", k.waits, want)
	}
	for i := range want {
		if k.waits[i] != want[i] {
			t.Errorf("waits %v, want %v", k.waits, want)
		}
	}
}

func TestEpochThatAdvancesMeanwhileIsFollowed(t *testing.T) {
	t.Parallel()
	k := setup(t)
	c, _, id := k.made(nil)
	k.next(fine, meanwhile(func() { k.takeBack(id) }))
	if answer := k.report(c); answer.Epoch != 3 {
		t.Errorf("answer %+v", answer)
	}
	k.agrees(c, id)
	if len(k.waits) > 0 {
		t.Errorf("it waited %v", k.waits)
	}
}

func TestCameraThatNobodyKnowsGivesUp(t *testing.T) {
	t.Parallel()
	k := setup(t)
	state, err := camera.NewState(lifecycle.UnitKey{Brand: storetest.Brand, Serial: "CAM-NONE"}, "1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.camera(camera.InMemory(state), nil).Report(t.Context(), ""); !errors.Is(err, camera.ErrUnproven) {
		t.Errorf("%v, want ErrUnproven", err)
	}
	state.Firmware = "not a version"
	if _, err := k.camera(camera.InMemory(state), nil).Report(t.Context(), ""); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("%v, want invalid", err)
	}
}

func TestSilentCameraResetsAndSaysNothing(t *testing.T) {
	t.Parallel()
	k := setup(t)
	c, memory, id := k.made(func(c *camera.Config) { c.Silent = true })
	if _, err := c.HardReset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if state, err := memory.Load(); err != nil || !state.Reset || state.Credential == "" {
		t.Errorf("memory %+v, %v", state, err)
	}
	if got := k.unit(id); !got.ContactAt.IsZero() {
		t.Error("it was heard")
	}
}

func TestOfflineForAWhile(t *testing.T) {
	t.Parallel()
	k := setup(t)
	c, _, _ := k.made(func(c *camera.Config) { c.OfflineFor = 10 * time.Second })
	k.report(c)
	if len(k.waits) != 1 || k.waits[0] != 10*time.Second {
		t.Errorf("waits %v", k.waits)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Report(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("switched off while it looked for its network: %v", err)
	}
}

func TestRunCallsInUntilItIsSwitchedOff(t *testing.T) {
	t.Parallel()
	k := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	c, _, id := k.made(func(c *camera.Config) {
		c.Wait = func(ctx context.Context, _ time.Duration) error {
			if calls++; calls == 3 {
				cancel()
			}
			return ctx.Err()
		}
	})
	if err := c.Run(ctx, time.Second); err != nil {
		t.Errorf("Run: %v", err)
	}
	if calls != 3 {
		t.Errorf("it called %d times", calls)
	}
	k.agrees(c, id)
}

// TestTwoHandsOnOneCamera: it runs, and somebody holds its button from another
// process, through the same file.
func TestTwoHandsOnOneCamera(t *testing.T) {
	t.Parallel()
	k := setup(t)
	_, memory, id := k.made(nil)
	state, err := memory.Load()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "camera.json")
	if err := state.Save(path); err != nil {
		t.Fatal(err)
	}
	k.takeBack(id)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 5 {
				if _, err := k.camera(camera.InFile(path), nil).Report(t.Context(), ""); err != nil {
					t.Error(err)
				}
			}
		})
		group.Go(func() {
			if _, err := k.camera(camera.InFile(path), nil).HardReset(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	k.agrees(k.camera(camera.InFile(path), nil), id)
	if state, err := camera.LoadState(path); err != nil || state.Reset {
		t.Errorf("memory %+v, %v", state, err)
	}
}

func TestNewWantsAServerAndAMemory(t *testing.T) {
	t.Parallel()
	for _, config := range []camera.Config{
		{}, {BaseURL: "http://x"}, {BaseURL: "x", Memory: camera.InMemory(camera.State{})}, {BaseURL: "ftp://x", Memory: camera.InMemory(camera.State{})},
	} {
		if _, err := camera.New(config); !errors.Is(err, lifecycle.ErrInvalid) {
			t.Errorf("%+v: %v", config, err)
		}
	}
}

func TestKeyIsTheCamerasOwn(t *testing.T) {
	t.Parallel()
	a, errA := camera.NewState(lifecycle.UnitKey{Brand: "acme", Serial: "1"}, "1")
	b, errB := camera.NewState(lifecycle.UnitKey{Brand: "acme", Serial: "1"}, "1")
	if errA != nil || errB != nil || a.PublicKey().Equal(b.PublicKey()) {
		t.Errorf("two cameras have one key: %v, %v", errA, errB)
	}
	message := []byte("x")
	if !ed25519.Verify(a.PublicKey(), message, ed25519.Sign(a.Key(), message)) {
		t.Error("the halves do not fit")
	}
}
