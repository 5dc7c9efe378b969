package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quitclaim/service/lifecycle"
	"quitclaim/warehouse/certificate"
)

func TestVerifyCertificate(t *testing.T) {
	t.Parallel()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		t.Fatal("no Ed25519 key")
	}
	data, err := certificate.Sign(certificate.Certificate{
		Code: certificate.NewCode([16]byte{1}), Issuer: "Second Life", Unit: lifecycle.UnitKey{Brand: "acme", Serial: "SN-1"},
		Model: "Cam One", Epoch: 3, At: time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC), Method: lifecycle.ResetHard,
		Firmware: "2.1", Grade: lifecycle.GradeAttested, Accreditation: "Acme", Waived: []string{"gone-cloud"},
	}, key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	id := certificate.KeyIDOf(public)
	keys := write("keys", []byte("# pinned\ncertificate "+id.String()+" "+hex.EncodeToString(public)+"\n"))
	text := certificate.Text("qc.example", data)
	altered := bytes.Clone(data)
	altered[len(altered)-1] ^= 1
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize)).Public().(ed25519.PublicKey)

	cases := []struct {
		name string
		args []string
		ok   bool
		says string
		err  error
	}{
		{"text", []string{"--key", keys, text}, true, "OK", nil},
		{"small letters", []string{"--key", keys, strings.ToLower(text)}, true, "OK", nil},
		{"file of text", []string{"--key", keys, write("text", []byte(text+"\n"))}, true, "OK", nil},
		{"file of bytes", []string{"--key", keys, write("bytes", data)}, true, "OK", nil},
		{"serial and epoch", []string{"--key", keys, "--serial", "sn-1", "--epoch", "3", text}, true, "OK", nil},
		{"another serial", []string{"--key", keys, "--serial", "SN-2", text}, false, "the unit has SN-2", nil},
		{"another epoch", []string{"--key", keys, "--epoch", "4", text}, false, "it is history", nil},
		{"altered", []string{"--key", keys, write("altered", altered)}, false, "", certificate.ErrSignature},
		{"another key", []string{"--key", write("other", []byte(hex.EncodeToString(other))), text}, false, "", certificate.ErrUnknownKey},
		{"noise", []string{"--key", keys, "hello there"}, false, "", lifecycle.ErrInvalid},
		{"no key", []string{text}, false, "--key", nil},
		{"nothing", []string{"--key", keys}, false, "one certificate", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := runVerifyCertificate(t.Context(), c.args, &out)
			if (err == nil) != c.ok || c.err != nil && !errors.Is(err, c.err) {
				t.Fatalf("err = %v\n%s", err, out.String())
			}
			said := out.String()
			if err != nil {
				said += err.Error()
			}
			if !strings.Contains(said, c.says) {
				t.Errorf("it does not say %q:\n%s", c.says, said)
			}
			for _, field := range []string{"acme/SN-1", "Cam One", "Second Life", "attested", "gone-cloud", "2026-03-14T09:00:00Z", id.String()} {
				if c.ok && !strings.Contains(out.String(), field) {
					t.Errorf("it does not print %q", field)
				}
			}
		})
	}
}

func TestCertificateFromStandardInput(t *testing.T) {
	t.Parallel()
	got, err := certificateBytes("-", strings.NewReader("HTTPS://QC.EXAMPLE/C/IFBA\n"))
	if err != nil || string(got) != "AB" {
		t.Errorf("read %q, %v", got, err)
	}
}
