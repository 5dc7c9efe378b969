package certificate_test

import (
	"testing"

	"quitclaim/warehouse/certificate"
)

func BenchmarkVerify(b *testing.B) {
	data, keys := goldenBytes(b, "realistic"), pinned(signingKey(7))
	for b.Loop() {
		if _, err := certificate.Verify(data, keys); err != nil {
			b.Fatal(err)
		}
	}
}
