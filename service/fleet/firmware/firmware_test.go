package firmware_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/fleet/firmware"
	"quitclaim/service/lifecycle"
	"quitclaim/service/notice"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/webtest"
)

// kit is the room over the real store and web server.
type kit struct {
	*storetest.World
	room  *firmware.Room
	site  *webtest.Site
	queue *queue
}

// queue keeps what was queued, once each.
type queue struct {
	*storetest.World
	mu    sync.Mutex
	list  []notice.Notice
	fails int
	with  error // what it fails with; nil: no room
}

func (q *queue) QueueNotice(_ context.Context, n notice.Notice) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.fails > 0 {
		q.fails--
		return cmp.Or(q.with, errors.New("no room"))
	}
	if !slices.ContainsFunc(q.list, func(known notice.Notice) bool { return known.To == n.To && known.Once == n.Once }) {
		q.list = append(q.list, n)
	}
	return nil
}

// patient demands that a file is sent as long as it takes.
type patient struct{ *storetest.World }

// FirmwarePart fails under a deadline.
func (p patient) FirmwarePart(ctx context.Context, model lifecycle.ModelID, version string, number int64) ([]byte, error) {
	if _, short := ctx.Deadline(); short {
		return nil, errors.New("on a slow line this file would break off")
	}
	return p.World.FirmwarePart(ctx, model, version, number)
}

func newKit(t *testing.T) *kit {
	t.Helper()
	w := storetest.NewWorld(t)
	k := &kit{World: w, queue: &queue{World: w}}
	k.room = firmware.New(firmware.Config{Store: w.Store, Files: patient{w}, Readers: k.queue, Now: w.Clock.Now, Log: slog.New(slog.DiscardHandler)})
	handler, err := firmware.NewHandler(k.room)
	if err != nil {
		t.Fatal(err)
	}
	k.site = webtest.New(t, handler.Mount, func(c *web.Config) {
		c.Now = w.Clock.Now
		c.BodyLimits = map[access.Action]int64{access.FirmwareSend: lifecycle.MaxFirmwareBytes}
	})
	return k
}

func (k *kit) admin(org access.Organisation) *webtest.Client {
	return k.site.As(access.Principal{
		Kind: access.KindPerson, Person: k.VendorAdmin.Person, Org: org.ID, OrgKind: lifecycle.OrgVendor, Roles: []lifecycle.Role{lifecycle.RoleAdmin},
	})
}

func (k *kit) api() string { return "/v1/models/" + string(k.Model.ID) + "/firmware" }

func bodyOf(f lifecycle.Firmware) map[string]any {
	return map[string]any{
		"version": f.Version, "sha256": f.SHA256, "signature": base64.StdEncoding.EncodeToString(f.Signature), "notes": f.Notes,
		"link": f.Link, "minimum": f.Minimum,
	}
}

func (k *kit) put(c *webtest.Client, path string, body []byte, media string) *webtest.Response {
	request := httptest.NewRequest(http.MethodPut, path, bytes.NewReader(body))
	if media != "application/octet-stream" {
		request.Method = http.MethodPost
	}
	request.Header.Set("Content-Type", media)
	return c.Do(request)
}

func TestVersionFromEntryToFile(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	vendor, file := k.admin(k.Vendor), bytes.Repeat([]byte("firmware "), 40_000)
	f := k.Firmware(k.FirmwareKey(t), "3.0.1", file)
	f.Minimum = true
	if got := vendor.PostJSON(k.api(), bodyOf(f)); got.Status != http.StatusCreated {
		t.Fatalf("enter: %d %s", got.Status, got.Body)
	}
	if model, err := k.Store.Model(t.Context(), k.Model.ID); err != nil || model.MinFirmware != "3.0.1" {
		t.Errorf("minimum %q, %v", model.MinFirmware, err)
	}
	address := "/firmware/" + string(k.Model.ID) + "/" + f.SHA256
	if got := k.site.As(access.Anonymous()).Get(address); got.Status != http.StatusNotFound {
		t.Errorf("before its file came: %d", got.Status)
	}
	path := k.api() + "/3.0.1/file"
	if got := k.put(vendor, path, []byte("another"), "application/octet-stream"); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "firmware.other-file") {
		t.Errorf("another file: %d %s", got.Status, got.Body)
	}
	if got := k.put(vendor, path, file, "application/octet-stream"); got.Status != http.StatusNoContent {
		t.Fatalf("its file: %d %s", got.Status, got.Body)
	}
	sent := k.site.As(access.Anonymous()).Get(address)
	if sent.Status != http.StatusOK || sent.Body != string(file) || !strings.Contains(sent.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("sent: %d, %d bytes, %s", sent.Status, len(sent.Body), sent.Header.Get("Cache-Control"))
	}
	if got := vendor.PostJSON(k.api()+"/3.0.1/withdraw", map[string]any{}); got.Status != http.StatusNoContent {
		t.Fatalf("withdraw: %d %s", got.Status, got.Body)
	}
	if got := k.site.As(access.Anonymous()).Get(address); got.Status != http.StatusNotFound {
		t.Errorf("after it was withdrawn: %d", got.Status)
	}
	if list := vendor.Get(k.api()); !strings.Contains(list.Body, `"withdrawn_at":"20`) || !strings.Contains(list.Body, f.SHA256) {
		t.Errorf("list %s", list.Body)
	}
}

// Every mistake is said at once, and another vendor's model is no model.
func TestMistakesAndStrangers(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	private := k.FirmwareKey(t)
	wrong := k.Firmware(private, "3.0", []byte("x"))
	wrong.Version, wrong.SHA256, wrong.Link, wrong.Notes = "beta", "abc", "http://acme.example/x", nil
	got := k.admin(k.Vendor).PostJSON(k.api(), bodyOf(wrong))
	for _, code := range []string{"model.firmware", "firmware.sha256", "firmware.signature", "firmware.link", "field.required"} {
		if got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, code) {
			t.Errorf("%d without %s: %s", got.Status, code, got.Body)
		}
	}
	rival := k.admin(access.Organisation{ID: "org_rival"})
	never := rival.Get("/v1/models/mdl_never/firmware")
	for _, path := range []string{k.api(), "/v1/models/mdl_never/firmware"} {
		if got := rival.Get(path); got.Status != http.StatusNotFound || got.Body != never.Body {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	if got := rival.PostJSON(k.api(), bodyOf(k.Firmware(private, "3.0", []byte("x")))); got.Status != http.StatusNotFound {
		t.Errorf("a rival enters: %d %s", got.Status, got.Body)
	}
}

func TestThePageOfAModelsFirmware(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	vendor, page := k.admin(k.Vendor), "/admin/models/"+string(k.Model.ID)+"/firmware"
	if got := vendor.Get(page); got.Status != 200 || strings.Contains(got.Body, `name="sha256"`) {
		t.Errorf("without a key there is nothing to enter: %d", got.Status)
	}
	if got := vendor.PostForm(page+"/keys", url.Values{"name": {"K"}, "public": {"AA=="}}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a short key: %d", got.Status)
	}
	private, file := k.FirmwareKey(t), []byte("the file")
	f := k.Firmware(private, "3.0", file)
	form := url.Values{"version": {"3.0"}, "sha256": {f.SHA256}, "signature": {base64.StdEncoding.EncodeToString(f.Signature)}, "notes": {"Mends the clock."}}
	if got := vendor.PostForm(page, form); got.Status != http.StatusSeeOther {
		t.Fatalf("enter: %d %s", got.Status, got.Body)
	}
	if got := vendor.PostForm(page, form); got.Status != http.StatusUnprocessableEntity || !strings.Contains(got.Body, "on record already") {
		t.Errorf("twice: %d", got.Status)
	}
	var body bytes.Buffer
	writer := multipart.NewWriter(&body)
	part, err := writer.CreateFormFile("file", "firmware.bin")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(file)
	_ = writer.Close()
	if got := k.put(vendor, page+"/3.0/file", body.Bytes(), writer.FormDataContentType()); got.Status != http.StatusSeeOther {
		t.Errorf("its file by form: %d %s", got.Status, got.Body)
	}
	for _, text := range []string{"Mends the clock.", f.SHA256, "/firmware/" + string(k.Model.ID)} {
		if got := vendor.Get(page); !strings.Contains(got.Body, text) {
			t.Errorf("the page does not say %q", text)
		}
	}
}

// Owners are told in portions; what fails comes again, nobody hears twice, and
// who has it already hears nothing.
func TestOwnersAreTold(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	old, current := k.Bound(t), k.Bound(t)
	k.Must(t, current.ID, lifecycle.Heard{Command: k.By(lifecycle.Actor{Kind: lifecycle.ActorUnit}), Report: lifecycle.Report{
		Epoch: current.Epoch, Kind: lifecycle.ResetNone, Verifier: current.Verifier, Firmware: "3.0", Digest: storetest.Hex("x"), At: k.Clock.Now(),
	}}.Decide)
	if _, err := k.SaveFirmware(t.Context(), k.Firmware(k.FirmwareKey(t), "3.0", []byte("three"))); err != nil {
		t.Fatal(err)
	}
	k.queue.fails = 1
	if _, err := k.room.TellSome(t.Context()); err == nil {
		t.Error("a notice that was not queued is no error")
	}
	for more := true; more; {
		var err error
		if more, err = k.room.TellSome(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(k.queue.list) != 1 || k.queue.list[0].To != k.Owner.Person || k.queue.list[0].Kind != notice.KindFirmware ||
		k.queue.list[0].Params["version"] != "3.0" || !strings.HasSuffix(k.queue.list[0].Link, old.Key.Serial) {
		t.Errorf("told %+v", k.queue.list)
	}
	if more, err := k.room.TellSome(t.Context()); more || err != nil {
		t.Errorf("when all were told: %t, %v", more, err)
	}
}

// TestAnOwnerWhoseKeyDoesNotOpen keeps no other owner from being told.
func TestAnOwnerWhoseKeyDoesNotOpen(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.Bound(t)
	k.Bound(t)
	if _, err := k.SaveFirmware(t.Context(), k.Firmware(k.FirmwareKey(t), "3.0", []byte("three"))); err != nil {
		t.Fatal(err)
	}
	k.queue.fails, k.queue.with = 1, notice.ErrSealed
	if _, err := k.room.TellSome(t.Context()); err != nil || len(k.queue.list) != 1 {
		t.Errorf("told %+v, %v; want the one who can be told", k.queue.list, err)
	}
}
