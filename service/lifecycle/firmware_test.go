package lifecycle

import (
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// signer is a vendor's key and the model that it signs for.
func signer(t testing.TB) (ed25519.PrivateKey, FirmwareKey, Model) {
	t.Helper()
	private := ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", ed25519.SeedSize)))
	public, ok := private.Public().(ed25519.PublicKey)
	if !ok {
		t.Fatal("no Ed25519 key")
	}
	return private, FirmwareKey{Model: "mdl_1", ID: "k1", Public: public}, Model{ID: "mdl_1", Brand: "acme", Name: "Cam One", MinFirmware: "2.0"}
}

func signedVersion(private ed25519.PrivateKey, m Model, version string) Firmware {
	f := Firmware{Model: m.ID, Version: version, SHA256: strings.Repeat("ab", 32), Notes: map[string]string{"en": "Mends it."}}
	f.Signature = ed25519.Sign(private, f.Statement(m))
	return f
}

func TestCheckVersion(t *testing.T) {
	t.Parallel()
	private, key, model := signer(t)
	good := signedVersion(private, model, "2.1.0")
	known := []Firmware{signedVersion(private, model, "2.0.5")}
	tests := []struct {
		name   string
		change func(*Firmware)
		want   []string
	}{
		{"right", func(*Firmware) {}, nil},
		{"behind a link", func(f *Firmware) { f.Link = "https://acme.example/cam-one/2.1.0.bin" }, nil},
		{"a new minimum", func(f *Firmware) { f.Minimum = true }, nil},
		{"no version", func(f *Firmware) { f.Version = "" }, []string{"version", "signature"}},
		{"no numbers", func(f *Firmware) { f.Version = "v2" }, []string{"version", "signature"}},
		{"on record under another spelling", func(f *Firmware) { *f = signedVersion(private, model, "2.0.5.0") }, []string{"version"}},
		{"another file", func(f *Firmware) { f.SHA256 = strings.Repeat("cd", 32) }, []string{"signature"}},
		{"no hash", func(f *Firmware) { f.SHA256 = "abc" }, []string{"sha256", "signature"}},
		{"a hash in capitals", func(f *Firmware) { f.SHA256 = strings.ToUpper(f.SHA256) }, []string{"sha256", "signature"}},
		{"another model's", func(f *Firmware) {
			f.Signature = signedVersion(private, Model{Brand: "acme", Name: "Cam Two"}, f.Version).Signature
		}, []string{"signature"}},
		{"not signed", func(f *Firmware) { f.Signature = nil }, []string{"signature"}},
		{"a minimum that is older", func(f *Firmware) { *f = signedVersion(private, model, "1.9"); f.Minimum = true }, []string{"minimum"}},
		{"no https", func(f *Firmware) { f.Link = "http://acme.example/x" }, []string{"link"}},
		{"a script", func(f *Firmware) { f.Link = "javascript:alert(1)" }, []string{"link"}},
		{"with a password", func(f *Firmware) { f.Link = "https://a:b@acme.example/x" }, []string{"link"}},
		{"no notes", func(f *Firmware) { f.Notes = nil }, []string{"notes"}},
		{"long notes", func(f *Firmware) { f.Notes = map[string]string{"de": strings.Repeat("ä", 2001)} }, []string{"notes"}},
	}
	for _, tt := range tests {
		f := good
		tt.change(&f)
		got, err := CheckVersion(f, model, []FirmwareKey{key}, known)
		var invalid *Invalid
		var fields []string
		if errors.As(err, &invalid) {
			for _, reason := range invalid.Reasons {
				fields = append(fields, reason.Field)
			}
		}
		if diff := cmp.Diff(tt.want, fields); diff != "" {
			t.Errorf("%s: mistakes (-want +got):\n%s", tt.name, diff)
		}
		if tt.want == nil && got.Key != key.ID {
			t.Errorf("%s: signed by %q, want %q", tt.name, got.Key, key.ID)
		}
	}
	ended := key
	ended.EndedAt = owned().Unit.EpochAt
	if _, err := CheckVersion(good, model, []FirmwareKey{ended}, nil); !errors.Is(err, ErrInvalid) {
		t.Errorf("by a key that was ended: %v", err)
	}
}

func TestNewerFirmware(t *testing.T) {
	t.Parallel()
	list := []Firmware{{Version: "1.2"}, {Version: "1.10"}, {Version: "2.0", WithdrawnAt: owned().Unit.EpochAt}}
	for have, want := range map[string]string{"": "1.10", "1.2": "1.10", "1.9.9": "1.10", "1.10": "", "1.10.0": "", "3": "", "beta": "1.10"} {
		got, found := NewerFirmware(list, have)
		if got.Version != want || found != (want != "") {
			t.Errorf("newer than %q: %q, %t; want %q", have, got.Version, found, want)
		}
	}
	if _, found := NewerFirmware(nil, "1"); found {
		t.Error("a model without firmware has a newer one")
	}
}

func TestNoteSpeaksTheReadersLanguage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		notes map[string]string
		want  string
	}{
		{map[string]string{"de": "d", "en": "e"}, "d"}, {map[string]string{"en": "e", "es": "s"}, "e"},
		{map[string]string{"": "all", "en": "e"}, "all"}, {map[string]string{"es": "s", "fr": "f"}, "s"}, {nil, ""},
	} {
		if got := (Firmware{Notes: tt.notes}).Note("de"); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.notes, got, tt.want)
		}
	}
}

// FuzzStatement: no two of brand, model, version and hash make one statement.
func FuzzStatement(f *testing.F) {
	f.Add("acme", "Cam One", "2.1", "acme", "Cam", "2.1")
	f.Add("a", "b\n1", "2", "a", "b", "1")
	f.Fuzz(func(t *testing.T, brandA, nameA, versionA, brandB, nameB, versionB string) {
		for _, text := range []string{brandA, nameA, versionA, brandB, nameB, versionB} {
			if strings.Contains(text, "\n") {
				t.Skip("no name of ours has a line end")
			}
		}
		a := Firmware{Version: versionA}.Statement(Model{Brand: brandA, Name: nameA})
		b := Firmware{Version: versionB}.Statement(Model{Brand: brandB, Name: nameB})
		same := brandA == brandB && nameA == nameB && versionA == versionB
		if (string(a) == string(b)) != same {
			t.Errorf("%q and %q", a, b)
		}
	})
}
