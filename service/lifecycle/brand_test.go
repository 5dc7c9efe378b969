package lifecycle_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quitclaim/service/lifecycle"
)

func TestBrands(t *testing.T) {
	t.Parallel()
	got, err := lifecycle.ParseBrands("acme, Acme-Home\n acme;x1")
	if diff := cmp.Diff([]string{"acme", "acme-home", "x1"}, got); diff != "" || err != nil {
		t.Errorf("ParseBrands: %v (-want +got):\n%s", err, diff)
	}
	for text, want := range map[string]string{"": "brands.none", " , ": "brands.none", "a_b": "brands.shape", strings.Repeat("x", 99): "brands.shape"} {
		var invalid *lifecycle.Invalid
		if _, err := lifecycle.ParseBrands(text); !errors.As(err, &invalid) || invalid.Reasons[0].Code != want || len(invalid.Reasons[0].Args["brand"]) > 50 {
			t.Errorf("lifecycle.ParseBrands(%.10q) = %v, want %s", text, err, want)
		}
	}
}
