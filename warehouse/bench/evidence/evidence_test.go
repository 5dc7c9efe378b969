package evidence_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
	"quitclaim/service/web"
	"quitclaim/service/web/messages"
	"quitclaim/service/web/webtest"
	"quitclaim/warehouse/bench/evidence"
)

// kit is the pictures on the real store. Who sees a unit is the bench's
// question, so a stand-in lets the warehouse see everything, and nobody else
// anything.
type kit struct {
	*storetest.World
	site  *webtest.Site
	unit  lifecycle.Unit
	order lifecycle.OrderID
}

func (k *kit) sees(ctx context.Context, s lifecycle.Snapshot, err error) (lifecycle.Snapshot, error) {
	if err == nil && s.Unit.Custody != access.From(ctx).Org {
		err = lifecycle.ErrNotFound
	}
	return s, err
}

func (k *kit) Unit(ctx context.Context, key lifecycle.UnitKey) (lifecycle.Snapshot, error) {
	s, err := k.SnapshotByKey(ctx, key)
	return k.sees(ctx, s, err)
}

func (k *kit) Order(ctx context.Context, id lifecycle.OrderID) (lifecycle.Snapshot, error) {
	unit, _, err := k.World.Order(ctx, id)
	if err != nil {
		return lifecycle.Snapshot{}, err
	}
	s, err := k.Snapshot(ctx, unit.ID)
	return k.sees(ctx, s, err)
}

// Again stands for the bench's page with the mistakes on it.
func (k *kit) Again(_ echo.Context, _ lifecycle.UnitKey, _, _ string, err error) error { return err }

// StepPath stands for the bench's page of a step.
func (k *kit) StepPath(key lifecycle.UnitKey, step string) string {
	return "/bench/units/" + key.Brand + "/" + key.Serial + "?step=" + step
}

func setup(t *testing.T) *kit {
	t.Helper()
	k := &kit{World: storetest.NewWorld(t)}
	room := evidence.New(evidence.Config{Store: k.Store, Bench: k, Now: k.Clock.Now})
	k.site = webtest.New(t, func(r *web.Routes) { evidence.NewHandler(room, k).Mount(r) }, nil)
	k.unit = k.Move(t, k.TakenBack(t), k.Clerk, k.Technician)
	s, err := k.Snapshot(t.Context(), k.unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	k.order = s.Order.ID
	return k
}

func (k *kit) as(a lifecycle.Actor) *webtest.Client {
	return k.site.As(access.Principal{Kind: access.KindPerson, Person: a.Person, Org: a.Org, OrgKind: a.OrgKind, Roles: a.Roles})
}

func (k *kit) tasks() string { return "/v1/orders/" + string(k.order) + "/tasks/" }

// noise is a picture that compresses badly.
func noise(t *testing.T, width, height int) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := 0; i+8 <= len(picture.Pix); i += 8 {
		binary.LittleEndian.PutUint64(picture.Pix[i:], random.Uint64())
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withPlace is a JPEG with a comment and an Exif segment in it.
func withPlace(file []byte) []byte {
	segment := func(marker byte, text string) []byte {
		return append([]byte{0xff, marker, 0, byte(len(text) + 2)}, text...)
	}
	secret := append(segment(0xe1, "Exif\x00\x00GPS 52.5 13.4"), segment(0xfe, "Ana's telephone")...)
	return append(append([]byte{0xff, 0xd8}, secret...), file[2:]...)
}

func TestAPictureIsKeptAndShown(t *testing.T) {
	t.Parallel()
	k := setup(t)
	sent := withPlace(noise(t, 200, 100))
	got := k.as(k.Technician).PostBody(k.tasks()+"codes-agree/photos", "image/jpeg", sent)
	if got.Status != http.StatusCreated {
		t.Fatalf("%d: %s", got.Status, got.Body)
	}
	var kept struct{ Digest, Path string }
	got.Decode(&kept)
	shown := k.as(k.Technician).Get(kept.Path)
	sum := sha256.Sum256([]byte(shown.Body))
	if hex.EncodeToString(sum[:]) != kept.Digest || shown.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("shown: %d %s, not what the digest says", shown.Status, shown.Header.Get("Content-Type"))
	}
	if shown.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(shown.Header.Get("Cache-Control"), "no-store") {
		t.Errorf("headers %v", shown.Header)
	}
	for _, secret := range []string{"GPS", "telephone", "Exif"} {
		if strings.Contains(shown.Body, secret) {
			t.Errorf("%s is still in it", secret)
		}
	}
	// The entry on the ledger has the digest.
	history, _, err := k.History(t.Context(), k.unit.ID, lifecycle.Page{})
	if err != nil {
		t.Fatal(err)
	}
	last := history[len(history)-1].Change.Attestations
	if len(last) != 1 || len(last[0].Photos) != 1 || last[0].Photos[0] != kept.Digest || last[0].Pass {
		t.Errorf("the last entry says %+v", last)
	}
}

// What is sent is 24 megapixels at most, and what is kept a megabyte.
func TestALargePictureIsMadeSmaller(t *testing.T) {
	t.Parallel()
	k := setup(t)
	got := k.as(k.Technician).PostBody(k.tasks()+"codes-agree/photos", "image/jpeg", noise(t, 1700, 400))
	if got.Status != http.StatusCreated {
		t.Fatalf("%d: %s", got.Status, got.Body)
	}
	var kept struct{ Path string }
	got.Decode(&kept)
	shown := k.as(k.Technician).Get(kept.Path)
	config, err := jpeg.DecodeConfig(strings.NewReader(shown.Body))
	if err != nil || len(shown.Body) > lifecycle.MaxPhotoBytes || config.Width > 1600 {
		t.Errorf("%d bytes, %d × %d, %v", len(shown.Body), config.Width, config.Height, err)
	}
}

func TestWhatIsNoPicture(t *testing.T) {
	t.Parallel()
	k := setup(t)
	for name, file := range map[string]string{
		"a page": "<html><script>alert(1)</script>", "a drawing": "<svg xmlns='http://www.w3.org/2000/svg'/>", "half a picture": "\xff\xd8\xff\xe0\x00",
	} {
		if got := k.as(k.Technician).PostBody(k.tasks()+"codes-agree/photos", "image/jpeg", []byte(file)); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, got.Status, got.Body)
		}
	}
	if got := k.as(k.Technician).PostJSON(k.tasks()+"codes-agree/photos", map[string]string{}); got.Status != http.StatusUnprocessableEntity {
		t.Errorf("none: %d", got.Status)
	}
	if got := k.as(k.Technician).PostBody(k.tasks()+"no-such-step/photos", "image/jpeg", noise(t, 20, 20)); got.Status != http.StatusConflict {
		t.Errorf("of no step: %d %s", got.Status, got.Body)
	}
	missing, err := messages.Missing("bench.photo-missing", "photo.again", "photo.too-many")
	if err != nil || len(missing) > 0 {
		t.Errorf("codes without a sentence: %q, %v", missing, err)
	}
}

// A page sends a form; the picture belongs to whom the unit is shown to.
func TestPicturesAreNobodyElses(t *testing.T) {
	t.Parallel()
	k := setup(t)
	page := "/bench/units/acme/" + k.unit.Key.Serial
	sent := k.as(k.Technician).PostFiles(page+"/photos", map[string][]string{"check": {"codes-agree"}}, "photo", noise(t, 30, 30))
	if sent.Status != http.StatusSeeOther || sent.Header.Get("Location") != page+"?step=codes-agree&done=bench-photo" {
		t.Fatalf("%d to %q: %s", sent.Status, sent.Header.Get("Location"), sent.Body)
	}
	s, _ := k.Snapshot(t.Context(), k.unit.ID)
	path := "/v1/orders/" + string(k.order) + "/photos/" + lifecycle.PhotosOf(s)[0]
	if got := k.as(k.Technician).Get(path); got.Status != http.StatusOK {
		t.Errorf("its own: %d", got.Status)
	}
	stranger := k.Clerk
	never := k.as(stranger).Get("/v1/orders/ord_" + strings.Repeat("a", 26) + "/photos/" + strings.Repeat("0", 64))
	if got := k.as(stranger).Get(path); got.Status != http.StatusNotFound || got.Body != never.Body {
		t.Errorf("a stranger's answer: %d %s, want %s", got.Status, got.Body, never.Body)
	}
	if got := k.as(k.Technician).Get("/v1/orders/" + string(k.order) + "/photos/" + strings.Repeat("0", 64)); got.Status != http.StatusNotFound {
		t.Errorf("no such picture: %d", got.Status)
	}
}

func TestTheMakersPicture(t *testing.T) {
	t.Parallel()
	k := setup(t)
	picture := noise(t, 10, 10)
	sum := sha256.Sum256(picture)
	model := k.Model
	model.Checklist = []lifecycle.Check{{ID: "lens", Text: "Wipe it", Picture: hex.EncodeToString(sum[:])}, {ID: "bare", Text: "No picture"}}
	if _, err := k.SaveModelWithPicture(t.Context(), model, picture); err != nil {
		t.Fatal(err)
	}
	steps := "/bench/units/acme/" + k.unit.Key.Serial + "/steps/"
	if got := k.as(k.Technician).Get(steps + "lens/picture"); got.Status != http.StatusOK || got.Body != string(picture) {
		t.Errorf("the picture: %d, %d bytes", got.Status, len(got.Body))
	}
	for who, path := range map[string]string{"no picture": steps + "bare/picture", "no step": steps + "nothing/picture"} {
		if got := k.as(k.Technician).Get(path); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", who, got.Status)
		}
	}
	if got := k.as(k.Clerk).Get(steps + "lens/picture"); got.Status != http.StatusNotFound {
		t.Errorf("at another's bench: %d", got.Status)
	}
}
