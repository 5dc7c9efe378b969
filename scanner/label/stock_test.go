package label

import (
	"errors"
	"math"
	"testing"

	"quitclaim/service/lifecycle"
)

// Every label of the table lies on its page, and no two lie on each other.
func TestStocksAreOnTheirPages(t *testing.T) {
	t.Parallel()
	for _, s := range Stocks() {
		for n := range s.Cells() {
			x, y := s.Cell(n)
			if x < 0 || y < 0 || x+s.WidthMM > s.PageWidthMM+0.01 || y+s.HeightMM > s.PageHeightMM+0.01 {
				t.Errorf("%s: cell %d at %g, %g mm leaves the page", s.ID, n, x, y)
			}
		}
		if s.StepXMM < s.WidthMM || s.StepYMM < s.HeightMM-0.001 {
			t.Errorf("%s: labels overlap", s.ID)
		}
		if found, err := StockByID(s.ID); err != nil || found != s {
			t.Errorf("StockByID(%q) = %+v, %v", s.ID, found, err)
		}
	}
	if _, err := StockByID("avery"); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("an unknown stock: %v, want invalid", err)
	}
}

// The sizes are those that the makers print on the box.
func TestStocksHaveTheirNominalSizes(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][2]float64{
		"avery-l7163": {99.1, 38.1}, "avery-5520": {66.675, 25.4}, "brother-62": {62, 33},
		"dymo-30252": {89, 28}, "dymo-30330": {51, 19}, "zpl-51x25": {50.8, 25.4},
	} {
		s, err := StockByID(id)
		if err != nil || math.Abs(s.WidthMM-want[0]) > 0.3 || math.Abs(s.HeightMM-want[1]) > 0.3 {
			t.Errorf("%s: %g × %g mm (%v), want %v", id, s.WidthMM, s.HeightMM, err, want)
		}
	}
	avery, err := StockByID("avery-l7163")
	if err != nil {
		t.Fatal(err)
	}
	// Centred on A4.
	x, y := avery.Cell(13)
	if right, bottom := 210-x-avery.WidthMM, 297-y-avery.HeightMM; math.Abs(right-avery.LeftMM) > 0.01 || math.Abs(bottom-avery.TopMM) > 0.01 {
		t.Errorf("L7163 leaves %g mm at the right and %g mm at the bottom", right, bottom)
	}
}
