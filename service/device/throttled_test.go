package device_test

import (
	"net/http"
	"testing"

	"quitclaim/service/device"
	"quitclaim/service/device/message"
	"quitclaim/service/lifecycle"
	"quitclaim/service/store/storetest"
)

// TestTooOftenIsToldAlike: a unit on record and one that is not run out at the
// same request, with the same answer.
func TestTooOftenIsToldAlike(t *testing.T) {
	t.Parallel()
	var answers []string
	for _, serial := range []string{"CAM-0001", "CAM-NONE"} {
		k := setupWith(t, device.Limits{UnitBurst: 3})
		k.sold("CAM-0001")
		in := message.ChallengeRequest{Brand: storetest.Brand, Serial: serial}
		for range 3 {
			k.challenge(lifecycle.UnitKey{Brand: in.Brand, Serial: in.Serial})
		}
		got := k.postJSON("/device/v1/challenge", in)
		if got.Status != http.StatusTooManyRequests || got.Header.Get("Retry-After") != "1" {
			t.Errorf("%s: %d, Retry-After %q", serial, got.Status, got.Header.Get("Retry-After"))
		}
		answers = append(answers, got.Body)
		k.from = "198.51.100.1:1"
		k.challenge(lifecycle.UnitKey{Brand: in.Brand, Serial: in.Serial})
	}
	if answers[0] != answers[1] {
		t.Errorf("answers %q and %q", answers[0], answers[1])
	}
}
