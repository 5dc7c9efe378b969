package camera_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/device/camera"
	"quitclaim/service/lifecycle"
)

func TestCredentialsAreLongAndGrouped(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^([A-Z2-7]{4}-){6}[A-Z2-7]{2}$`)
	seen := map[string]bool{}
	for range 100 {
		credential := camera.NewCredential()
		if !shape.MatchString(credential) || seen[credential] {
			t.Errorf("credential %q", credential)
		}
		seen[credential] = true
	}
}

func TestCredentialIsTheSameHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	want := hex.EncodeToString(sum[:])
	for _, typed := range []string{
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCD-EFGH-IJKL-MNOP-QRST-UVWX-YZ", "abcd efgh ijkl mnop qrst uvwx yz ", " abcd-EFGHijklmnopqrstuvwxyz",
	} {
		if got := camera.CredentialHash(typed); got != want {
			t.Errorf("%q: %s, want %s", typed, got, want)
		}
	}
}

func TestStateSurvivesAPowerCut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "camera.json")
	if _, err := camera.LoadState(path); !errors.Is(err, lifecycle.ErrNotFound) {
		t.Errorf("no file: %v", err)
	}
	want, err := camera.NewState(lifecycle.UnitKey{Brand: "acme", Serial: "CAM-1"}, "2.1.0")
	if err != nil {
		t.Fatal(err)
	}
	want.Credential, want.Epoch, want.Reset = camera.NewCredential(), 7, true
	if err := want.Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := camera.LoadState(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v: it holds a key", info.Mode(), err)
	}
}

func TestStatesThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no JSON":      "x",
		"no key":       `{"brand":"acme","serial":"1"}`,
		"a short seed": `{"brand":"acme","serial":"1","seed":"AAAA"}`,
		"no serial":    `{"brand":"acme","seed":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`,
	} {
		path := filepath.Join(t.TempDir(), "camera.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := camera.LoadState(path); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	state, err := camera.NewState(lifecycle.UnitKey{Brand: "acme", Serial: "1"}, "1")
	if err != nil {
		t.Fatal(err)
	}
	if err := state.Save(filepath.Join(t.TempDir(), "no", "such", "folder")); err == nil {
		t.Error("saved into nowhere")
	}
}
