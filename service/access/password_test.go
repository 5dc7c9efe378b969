package access_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"quitclaim/service/access"
	"quitclaim/service/lifecycle"
)

// quick is a hasher that costs nearly nothing.
func quick(atOnce int) *access.Passwords {
	return access.NewPasswords(access.PasswordConfig{MemoryKiB: 64, Iterations: 1, Parallelism: 1, AtOnce: atOnce})
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	ctx, hasher := context.Background(), quick(2)
	hash, err := hasher.Hash(ctx, "a quiet red kettle")
	if err != nil {
		t.Fatalf("Hash: %v", err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("Hash = %q, want PHC format with its parameters", hash)
	}
	for password, want := range map[string]bool{"a quiet red kettle": true, "a quiet red kettlf": false, "": false} {
		if got, err := hasher.Verify(ctx, password, hash); err != nil || got != want {
			t.Errorf("Verify(%q) = %t %v, want %t", password, got, err, want)
		}
	}
	again, err := hasher.Hash(ctx, "a quiet red kettle")
	if err != nil || again == hash {
		t.Errorf("two hashes of one password are equal (%v): no salt", err)
	}
	if _, err := hasher.Verify(ctx, "x", "not a hash"); err == nil {
		t.Error("Verify took something that is no hash")
	}
	if err := hasher.VerifyDecoy(ctx, "whatever"); err != nil {
		t.Errorf("VerifyDecoy: %v", err)
	}
}

// TestPasswordDefaults pins what DESIGN asks for: 64 MiB, t=3, p=2.
func TestPasswordDefaults(t *testing.T) {
	t.Parallel()
	hash, err := access.NewPasswords(access.PasswordConfig{}).Hash(context.Background(), "a quiet red kettle")
	if err != nil {
		t.Fatalf("Hash: %v", err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=65536,t=3,p=2$") {
		t.Errorf("Hash = %.40q, want m=65536,t=3,p=2", hash)
	}
}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	tests := []struct {
		password string
		want     string
	}{
		{strings.Repeat("a", 11), "password.short"},
		{strings.Repeat("a", 12), ""},
		{strings.Repeat("a", 128), ""},
		{strings.Repeat("a", 129), "password.long"},
		{"", "password.short"},
	}
	for _, tt := range tests {
		err := access.CheckPassword(tt.password)
		if tt.want == "" {
			if err != nil {
				t.Errorf("CheckPassword(%d bytes) = %v, want nil", len(tt.password), err)
			}
			continue
		}
		var invalid *lifecycle.Invalid
		if !errors.As(err, &invalid) || !lifecycle.HasReason(invalid.Reasons, tt.want) {
			t.Errorf("CheckPassword(%d bytes) = %v, want %s", len(tt.password), err, tt.want)
		}
	}
}
