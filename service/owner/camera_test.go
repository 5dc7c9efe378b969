package owner_test

import (
	"testing"

	"quitclaim/service/device/camera"
	"quitclaim/service/owner"
)

// TestUnitsAndOwnersMeanTheSameCredential: what a unit reports is what its
// owner's typing is compared with.
func TestUnitsAndOwnersMeanTheSameCredential(t *testing.T) {
	t.Parallel()
	for range 20 {
		text := camera.NewCredential()
		got, err := owner.ParseProof(text)
		if want := camera.CredentialHash(text); err != nil || string(got) != want {
			t.Errorf("credential %q: owner %q, %v; unit %q", text, got, err, want)
		}
	}
}
