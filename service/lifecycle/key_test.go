package lifecycle_test

import (
	"errors"
	"strings"
	"testing"

	"quitclaim/service/lifecycle"
)

func TestParseUnitKey(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 64)
	cases := map[string]struct {
		brand, serial string
		want          string // the folded key; empty: a mistake
		codes         string
	}{
		"plain":                   {"acme", "DC-0001", "acme/dc-0001", ""},
		"blanks of a wedge":       {" ACME ", "  DC-0001 ", "acme/dc-0001", ""},
		"a slash in the serial":   {"acme", "A/B", "acme/a/b", ""},
		"every printable":         {"a-1", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "a-1/!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", ""},
		"a blank inside":          {"acme", "DC 1", "acme/dc 1", ""},
		"longest":                 {strings.Repeat("b", 32), long, strings.Repeat("b", 32) + "/" + long, ""},
		"brand too long":          {strings.Repeat("b", 33), "1", "", "brand: brand.shape"},
		"serial too long":         {"acme", long + "x", "", "serial: serial.shape"},
		"nothing":                 {"", "", "", "brand: brand.shape, serial: serial.shape"},
		"blanks only":             {"acme", "   ", "", "serial: serial.shape"},
		"underscore in the brand": {"ac_me", "1", "", "brand: brand.shape"},
		"control character":       {"acme", "DC\x00", "", "serial: serial.shape"},
		"line break":              {"acme", "DC\n", "", "serial: serial.shape"},
		"not ASCII":               {"acme", "DC\u00e9", "", "serial: serial.shape"},
		// Unicode folds the Kelvin sign to k: two brands would become one.
		"Kelvin sign in the brand": {"\u212aamera", "1", "", "brand: brand.shape"},
		"broken UTF-8":             {"ac\xffme", "D\xff", "", "brand: brand.shape, serial: serial.shape"},
		"4 kB":                     {"acme", strings.Repeat("9", 4096), "", "serial: serial.shape"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := lifecycle.ParseUnitKey(c.brand, c.serial)
			if c.want == "" {
				if !errors.Is(err, lifecycle.ErrInvalid) || err.Error() != "invalid input: "+c.codes {
					t.Fatalf("got %v, want %q", err, c.codes)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != c.want || got.Serial != strings.Trim(c.serial, " ") {
				t.Errorf("got %q from %+v, want %q and the serial as written", got, got, c.want)
			}
		})
	}
}

func TestUnitKeysAreComparedFolded(t *testing.T) {
	t.Parallel()
	upper := lifecycle.UnitKey{Brand: "acme", Serial: "DC-1"}
	lower := lifecycle.UnitKey{Brand: "acme", Serial: "dc-1"}
	if !upper.Equal(lower) || upper.FoldedSerial() != "dc-1" {
		t.Error("letter case tells two units apart")
	}
	if upper.Equal(lifecycle.UnitKey{Brand: "acme", Serial: "DC-2"}) {
		t.Error("two serials are one unit")
	}
	if _, err := lifecycle.ParseUnitKeyString("no slash"); !errors.Is(err, lifecycle.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}

// Whatever comes in, a key that is accepted is canonical: it parses to itself,
// and its string brings it back.
func FuzzParseUnitKey(f *testing.F) {
	for _, seed := range [][2]string{
		{"acme", "DC-0001"}, {"ACME ", " x"}, {"", ""}, {"\u212a", "\u212a"}, {"a/b", "c/d"}, {"acme", "'\"<>;^~%2F"}, {"\xff", "\x7f"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, brand, serial string) {
		key, err := lifecycle.ParseUnitKey(brand, serial)
		if err != nil {
			var invalid *lifecycle.Invalid
			if !errors.As(err, &invalid) || len(invalid.Reasons) == 0 || key != (lifecycle.UnitKey{}) {
				t.Fatalf("got %+v, %v; want no key and every mistake", key, err)
			}
			return
		}
		again, err := lifecycle.ParseUnitKey(key.Brand, key.Serial)
		if err != nil || again != key {
			t.Fatalf("%+v parses to %+v, %v", key, again, err)
		}
		back, err := lifecycle.ParseUnitKeyString(key.String())
		if err != nil || !back.Equal(key) {
			t.Fatalf("%q brings back %+v, %v", key, back, err)
		}
		if len(key.Brand) == 0 || len(key.Brand) > 32 || len(key.Serial) == 0 || len(key.Serial) > 64 {
			t.Fatalf("lengths of %+v", key)
		}
		for _, c := range key.String() {
			if c < ' ' || c > '~' || 'A' <= c && c <= 'Z' {
				t.Fatalf("%q has %q in it", key, c)
			}
		}
	})
}
