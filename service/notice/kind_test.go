package notice_test

import (
	"testing"

	"quitclaim/service/notice"
)

// TestKinds: what can be turned off is a short list, which nobody adds to by
// forgetting; what lets its reader in is about security, too.
func TestKinds(t *testing.T) {
	t.Parallel()
	mayBeOff := map[notice.Kind]bool{
		notice.KindTransferOffered: true, notice.KindTransferEnded: true, notice.KindShare: true, notice.KindCertificate: true,
		notice.KindFirmware: true,
	}
	seen := map[notice.Kind]bool{}
	for _, kind := range notice.Kinds() {
		if kind.Security() == mayBeOff[kind] {
			t.Errorf("%s: about security %v", kind, kind.Security())
		}
		if kind.MailOnly() && !kind.Security() {
			t.Errorf("%s lets in, and can be turned off", kind)
		}
		if seen[kind] || !kind.Known() {
			t.Errorf("%s is listed twice, or unknown", kind)
		}
		seen[kind] = true
	}
	if notice.Kind("weather").Known() {
		t.Error("a kind that is none is known")
	}
}
