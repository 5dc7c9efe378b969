package simulation

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// dice decides everything. Two dice of the same seed and name fall alike.
type dice struct {
	mu  sync.Mutex // ids are drawn by the store's writer
	rng *rand.Rand // by mu
}

func newDice(seed uint64, name string) *dice {
	stream := uint64(len(name))
	for _, letter := range []byte(name) {
		stream = stream*131 + uint64(letter)
	}
	return &dice{rng: rand.New(rand.NewPCG(seed, stream))}
}

// below is a number from 0 to n-1.
func (d *dice) below(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rng.IntN(n)
}

// in reports true once in n times.
func (d *dice) in(n int) bool { return d.below(n) == 0 }

// Read implements io.Reader.
func (d *dice) Read(into []byte) (int, error) {
	for i := range into {
		into[i] = byte(d.below(256))
	}
	return len(into), nil
}

// id is 26 characters of base32, as the service draws them.
func (d *dice) id() string {
	text := make([]byte, 26)
	for i := range text {
		text[i] = "abcdefghijklmnopqrstuvwxyz234567"[d.below(32)]
	}
	return string(text)
}

func pick[T any](d *dice, from []T) T { return from[d.below(len(from))] }

// writeKeys makes the service's keys out of the seed, in the files that
// keyring.Open reads: hashes under them order rows, and a replay must have the
// same order.
func writeKeys(t testing.TB, dir string, d *dice) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, purpose := range []string{"ledger", "certificate", "sale-check", "seal", "lookup", "account"} {
		var key [32]byte
		_, _ = d.Read(key[:])
		text := fmt.Sprintf("quitclaim-key/1 %s %s\n", purpose, base64.StdEncoding.EncodeToString(key[:]))
		if err := os.WriteFile(filepath.Join(dir, purpose+".key"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// clock is the one clock of a world.
type clock struct {
	mu  sync.Mutex
	now time.Time // by mu
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
